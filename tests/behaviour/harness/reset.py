"""SQL that empties every table and restarts every counter, so that primary keys are the same in every run."""

from __future__ import annotations

import sqlite3

# Only what was touched: a sequence that has moved, or a table that has rows.
POSTGRES = """
DO $$
DECLARE
    item record;
    used boolean;
    names text := '';
BEGIN
    FOR item IN SELECT c.oid, c.relname FROM pg_class c
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', item.relname) INTO used;
        IF NOT used THEN
            SELECT bool_or(pg_sequence_last_value(d.objid) IS NOT NULL) INTO used
            FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            WHERE d.refobjid = item.oid AND d.classid = 'pg_class'::regclass;
        END IF;
        IF used THEN
            names := names || format(', public.%I', item.relname);
        END IF;
    END LOOP;
    IF names <> '' THEN
        EXECUTE 'TRUNCATE ' || substr(names, 3) || ' RESTART IDENTITY CASCADE';
    END IF;
END $$
"""


def reset_sqlite(connection: sqlite3.Connection) -> None:
    """Empty the tables of a SQLite database through a connection in autocommit mode."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if not name.startswith("sqlite_")
    ]
    for name in names:
        quoted = name.replace('"', '""')
        connection.execute(f'DELETE FROM "{quoted}"')
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
