"""What a database's own catalog says about its tables, in words that can be compared and kept as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Fetch = Callable[..., Sequence[Sequence[Any]]]

POSTGRESQL = {
    "tables": """
        SELECT c.relname::text, obj_description(c.oid) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1""",
    "columns": """
        SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
               a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), o.collname::text,
               col_description(c.oid, a.attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation o ON o.oid = a.attcollation AND o.collname <> 'default'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
        ORDER BY c.relname, a.attnum""",
    "constraints": """
        SELECT c.relname || '.' || k.conname, k.contype::text, k.condeferrable, k.condeferred,
               pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = 'public'::regnamespace AND k.contype <> 'n' ORDER BY 1""",
    "indexes": """
        SELECT c.relname || '.' || i.relname, pg_get_indexdef(x.indexrelid)
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1""",
}
_NAMED = re.compile(r'CONSTRAINT "((?:[^"]|"")+)" (CHECK|UNIQUE|PRIMARY KEY)')
_CHECK = re.compile(r"CHECK \(")


def postgresql_facts(fetch: Fetch) -> dict[str, Any]:
    """Return the facts of a PostgreSQL database; `fetch(sql)` gives rows."""
    facts = {kind: {row[0]: list(row[1:]) for row in fetch(question)} for kind, question in POSTGRESQL.items()}
    # The words of an expression are each library's own; what it is about stands beside them.
    for kind in ("constraints", "indexes"):
        for description in facts[kind].values():
            description[-1] = " ".join(description[-1].split())
    return facts


def sqlite_facts(fetch: Fetch) -> dict[str, Any]:
    """Return the facts of a SQLite database; `fetch(sql, *parameters)` gives rows."""
    facts: dict[str, Any] = {"columns": {}, "indexes": {}, "references": {}, "constraints": {}, "checks": {}}
    rows = fetch("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    for table, sql in rows:
        for _, name, kind, is_required, default, key, hidden in fetch("SELECT * FROM pragma_table_xinfo(?)", table):
            facts["columns"][f"{table}.{name}"] = [kind, is_required, default, key, hidden]
        references = fetch('SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)', table)
        facts["references"].update({f"{table}.{row[0]}": list(row[1:]) for row in references})
        named = sorted(f"{kind} {name}" for name, kind in _NAMED.findall(sql))
        facts["constraints"][table] = [*named, f"{sql.count('DEFERRABLE INITIALLY DEFERRED')} deferred"]
        facts["checks"][table] = len(_CHECK.findall(sql))
        facts["indexes"].update(_sqlite_indexes(fetch, table))
    return facts


def _sqlite_indexes(fetch: Fetch, table: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, is_unique, origin, is_partial in fetch(
        'SELECT name, "unique", origin, partial FROM pragma_index_list(?)', table
    ):
        terms = [
            [column, is_descending, collation]
            for column, is_descending, collation in fetch(
                'SELECT name, "desc", coll FROM pragma_index_xinfo(?) WHERE key', name
            )
        ]
        # What SQLite makes by itself is numbered in the order of the constraints.
        shown = f"auto {terms}" if name.startswith("sqlite_autoindex") else name
        found[f"{table}.{shown}"] = [is_unique, origin, is_partial, terms]
    return found
