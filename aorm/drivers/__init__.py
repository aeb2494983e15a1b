"""How each driver is spoken to. No SQL is composed here; may import `exceptions` and below, never `dialects`.

Start with `protocol`, which is what the database floor relies on; `recording` is the driver without a database.
"""
