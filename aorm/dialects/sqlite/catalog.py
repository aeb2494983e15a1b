"""Questions about an SQLite database."""

from aorm.dialects.base.catalog import Catalog

CATALOG = Catalog(
    table_names="SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    foreign_key_violations=(
        'SELECT c."table", c.rowid, c.parent, k."from", k."to" '
        'FROM pragma_foreign_key_check c JOIN pragma_foreign_key_list(c."table") k ON k.id = c.fkid'
    ),
    key_columns="SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk",
    row_by_id="SELECT %(columns)s FROM %(table)s WHERE rowid = ?",
)
