"""What runs the cases: the environment a case sees, and its interpreters for Django and for aorm."""
