"""Questions about a PostgreSQL database."""

from aorm.dialects.base.catalog import Catalog

CATALOG = Catalog(
    table_names=(
        "SELECT c.relname::text FROM pg_catalog.pg_class c "
        "WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(c.oid)"
    ),
    check_now=("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"),
    server_version="SELECT pg_catalog.current_setting('server_version_num')",
    # The number is arbitrary, but the same for everyone: "aorm" in ASCII.
    schema_lock="SELECT pg_catalog.pg_advisory_xact_lock(1634693741)",
    loose_collations="SELECT collname::text FROM pg_catalog.pg_collation WHERE NOT collisdeterministic",
)
