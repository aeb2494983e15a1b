"""Both databases with the table of every type."""

from tests.unit.dialects.conftest import runner

__all__ = ["runner"]
