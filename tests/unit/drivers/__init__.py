"""The drivers, each with its database."""
