"""What was broken once, each with the way in which it showed."""
