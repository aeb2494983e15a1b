"""Questions about an SQLite database."""

from aorm.dialects.base.catalog import Catalog

CATALOG = Catalog(
    table_names="SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
