"""How a field's values reach the database and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.fields.choices import plain
from aorm.fields.connections import Facade, dialect_of
from aorm.fields.declaration import NOT_PROVIDED, FieldDeclaration
from aorm.fields.defaults import DatabaseDefault
from aorm.fields.sql_types import sql_type_of, timestamp_type
from aorm.sql.types import TIMESTAMP, TIMESTAMPTZ

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.sql.types import SqlType


def is_foreign(function: Any) -> bool:
    """Tell whether a method was written outside of aorm."""
    return not str(getattr(function, "__module__", "")).startswith("aorm.")


class SaveAdapter:
    """Encode values for saving through a field's own `get_db_prep_save`."""

    __slots__ = ("field",)

    def __init__(self, field: FieldStorage) -> None:
        """Keep the field."""
        self.field = field

    def encode_for(self, dialect: Any) -> Callable[[Any], Any]:
        """Return the function from the attribute's value to what the driver takes."""
        return self.field.encoder_through(dialect, self.field.get_db_prep_save)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SaveAdapter) and self.field == other.field

    def __hash__(self) -> int:
        return hash((SaveAdapter, self.field))


class FieldStorage(FieldDeclaration):
    """Turn values into parameters, name the column's type, and make default values."""

    # Whether "" is a value of the column; if not, a missing value is None.
    empty_strings_allowed = True

    # Set for each class when it is made: what of the conversion does the reader's own code do?
    has_own_to_python: ClassVar[bool] = False
    has_own_encoding: ClassVar[bool] = False
    has_own_save_encoding: ClassVar[bool] = False
    has_own_preparation: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        to_python = getattr(cls, "to_python", None)
        cls.has_own_to_python = to_python is not None and is_foreign(to_python)
        cls.has_own_encoding = is_foreign(cls.get_db_prep_value)
        cls.has_own_preparation = is_foreign(cls.get_prep_value)
        cls.has_own_save_encoding = cls.has_own_encoding or is_foreign(cls.get_db_prep_save)

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return type(self).__name__

    @property
    def sql_type(self) -> SqlType:
        """The type of the column, apart from its spelling."""
        found: SqlType | None = self.__dict__.get("_sql_type")
        if found is None:
            found = self.__dict__["_sql_type"] = sql_type_of(self)
        # The type of a moment follows the settings; what is kept only tells that it is one.
        return timestamp_type() if found is TIMESTAMP or found is TIMESTAMPTZ else found

    @property
    def adapter(self) -> Any:
        """The field itself where its class encodes values by code of its own, else None."""
        return self if self.has_own_encoding else None

    @property
    def save_adapter(self) -> Any:
        """What encodes values to be saved, where the class has code of its own for it, else None.

        It takes the attribute's value as it is; `prepare_to_save` leaves it alone then.
        """
        return SaveAdapter(self) if self.has_own_save_encoding else self.adapter

    def encode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Return the function from a prepared value to what the driver takes, for fields that are an adapter."""
        return self.encoder_through(
            dialect, lambda value, connection: self.get_db_prep_value(value, connection, prepared=True)
        )

    def encoder_through(self, dialect: Any, prepare: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
        """Return the field's own preparation, followed by the encoder of the column's type."""
        connection = Facade(dialect)
        encode = dialect.encoder(self.sql_type)

        def convert(value: Any) -> Any:
            value = prepare(value, connection)
            return value if value is None or encode is None else encode(value)

        return convert

    def decode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Return the function from what the driver gives to a value, where the type's own decoder must not run."""
        return None

    def get_db_converters(self, connection: Any) -> list[Callable[[Any, Any, Any], Any]]:
        """Return the functions of (value, expression, connection) that a loaded value passes through."""
        from_db_value = getattr(self, "from_db_value", None)
        return [] if from_db_value is None else [from_db_value]

    def get_prep_value(self, value: Any) -> Any:
        """Check a value and turn it into the plain Python type that is stored; used for filters and for saving."""
        return plain(value)

    def prepare_to_save(self, value: Any) -> Any:
        """Check and turn the attribute's value into what the column takes.

        Beyond `get_prep_value`, refuses what does not fit the column, alike on every database.

        Raises:
            DataError: the value does not fit.
        """
        return value if self.has_own_save_encoding else self.get_prep_value(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the value as the database takes it; a subclass may depend on the connection's features."""
        return value if prepared else self.get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return the value as it is saved; expressions stay as they are."""
        if hasattr(value, "resolve_expression") or hasattr(value, "as_sql"):
            return value
        return self.get_db_prep_value(value, connection=connection, prepared=False)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Return the value to save; `add` tells an INSERT from an UPDATE."""
        return getattr(model_instance, self.attname)

    def db_type(self, connection: Any) -> str | None:
        """Return the spelling of the column's type, None for a field without column."""
        spelling: str = dialect_of(connection).column_type(self.sql_type)
        return spelling

    def db_check(self, connection: Any) -> str | None:
        """Return the condition that the column's values must satisfy, None where there is none."""
        return None

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Return type and check of the column together."""
        return {"type": self.db_type(connection), "check": self.db_check(connection)}

    def rel_db_type(self, connection: Any) -> str | None:
        """Return the type of a column that refers to this one."""
        return self.db_type(connection)

    def cast_db_type(self, connection: Any) -> str | None:
        """Return the spelling of the type in CAST."""
        return self.db_type(connection)

    @property
    def db_returning(self) -> bool:
        """Whether the database makes the value on INSERT, so that it must be asked for."""
        return self.has_db_default()

    def has_default(self) -> bool:
        """Tell whether the field has a default value."""
        return self.default is not NOT_PROVIDED

    def has_db_default(self) -> bool:
        """Tell whether the field has a default value in the database."""
        return self.db_default is not NOT_PROVIDED

    def get_default(self) -> Any:
        """Return the value of a new instance."""
        default = self.default
        if default is not NOT_PROVIDED:
            return default() if callable(default) else default
        if self.db_default is not NOT_PROVIDED:
            return DatabaseDefault(self.db_default, self)
        return None if self.null or not self.empty_strings_allowed else ""

    def get_pk_value_on_save(self, instance: Any) -> Any:
        """Return a value for a primary key that has none, or None to leave it to the database."""
        return self.get_default() if self.default else None
