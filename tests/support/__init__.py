"""Helpers of the tests: servers, databases, the two faces of the API."""
