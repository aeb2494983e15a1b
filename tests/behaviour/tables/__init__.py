"""Conformance tables: rows of (name, queryset) over one set of data; Django's answers are the expectation."""
