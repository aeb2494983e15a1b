"""What the documentation says is run, on both databases, and what it names is looked up in the code."""
