"""Create and drop the tables of models: ``await aorm.schema.acreate_tables()``."""

from aorm.schema.editor import acreate_tables, adrop_tables, create_tables, drop_tables, sql_for_tables

__all__ = ["acreate_tables", "adrop_tables", "create_tables", "drop_tables", "sql_for_tables"]
