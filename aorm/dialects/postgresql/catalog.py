"""Questions about a PostgreSQL database."""

from aorm.dialects.base.catalog import Catalog

CATALOG = Catalog(
    table_names=(
        "SELECT c.relname::text FROM pg_catalog.pg_class c "
        "WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(c.oid)"
    )
)
