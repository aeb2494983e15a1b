"""What all renderers for PostgreSQL share: parameters and the types they are cast to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.writer import Writer
from aorm.dialects.postgresql.types import PostgreSQLTypes

if TYPE_CHECKING:
    from aorm.sql.types import SqlType
    from aorm.sql.values import Param

SMALL_INTEGERS = frozenset({"smallint", "integer"})


class PostgreSQLBase(Writer):
    """Parameters as PostgreSQL must be told of them."""

    @property
    def types(self) -> PostgreSQLTypes:
        """The types of this dialect."""
        types = self.dialect.types
        assert isinstance(types, PostgreSQLTypes)
        return types

    def cast_to(self, sql_type: SqlType) -> str:
        """Return ``::type`` for a parameter of the type, or nothing where the type is not known."""
        name = self.types.parameter_name(sql_type)
        return "" if name in ("", "[]") else f"::{name}"

    def render_param(self, parameter: Param) -> str:
        """Return ``$1::type``: where no column tells the type, PostgreSQL would take it for text."""
        return self.hold(parameter, self.cast_to(parameter.type))

    def widened(self, parameter: Param) -> str:
        """Return a parameter of a computation; integers are widened, so that any Python int of 64 bits fits."""
        if parameter.type.name in SMALL_INTEGERS:
            return self.hold(parameter, "::bigint")
        return self.render_param(parameter)
