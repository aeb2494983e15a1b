"""Tests of the help for tests."""
