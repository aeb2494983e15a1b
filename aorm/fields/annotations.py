"""Name the types that fields are generic in, and the options that all fields share.

`Field[Set, Get]`: what may be assigned to the attribute, and what reading it gives. Each kind of value has its own
pair with defaults, so that a plain `CharField` in an annotation means the one that is not nullable. The defaults exist
for type checkers only: `typing.TypeVar` learned them in Python 3.13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import datetime
    import decimal
    import uuid
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from typing_extensions import TypeVar

    from aorm.expressions.base import Combinable, Expression

    Set = TypeVar("Set", default=Any)
    Get = TypeVar("Get", default=Any)
    TextSet = TypeVar("TextSet", default=str | Combinable | Expression)
    TextGet = TypeVar("TextGet", default=str)
    IntegerSet = TypeVar("IntegerSet", default=int | Combinable | Expression)
    IntegerGet = TypeVar("IntegerGet", default=int)
    AutoSet = TypeVar("AutoSet", default=int | Combinable | Expression | None)
    AutoGet = TypeVar("AutoGet", default=int)
    FloatSet = TypeVar("FloatSet", default=float | Combinable | Expression)
    FloatGet = TypeVar("FloatGet", default=float)
    DecimalSet = TypeVar("DecimalSet", default=decimal.Decimal | int | str | Combinable | Expression)
    DecimalGet = TypeVar("DecimalGet", default=decimal.Decimal)
    BooleanSet = TypeVar("BooleanSet", default=bool | Combinable | Expression)
    BooleanGet = TypeVar("BooleanGet", default=bool)
    DateSet = TypeVar("DateSet", default=datetime.date | Combinable | Expression)
    DateGet = TypeVar("DateGet", default=datetime.date)
    DateTimeSet = TypeVar("DateTimeSet", default=datetime.datetime | Combinable | Expression)
    DateTimeGet = TypeVar("DateTimeGet", default=datetime.datetime)
    TimeSet = TypeVar("TimeSet", default=datetime.time | Combinable | Expression)
    TimeGet = TypeVar("TimeGet", default=datetime.time)
    DurationSet = TypeVar("DurationSet", default=datetime.timedelta | Combinable | Expression)
    DurationGet = TypeVar("DurationGet", default=datetime.timedelta)
    UUIDSet = TypeVar("UUIDSet", default=uuid.UUID | str | Combinable | Expression)
    UUIDGet = TypeVar("UUIDGet", default=uuid.UUID)
    BinarySet = TypeVar("BinarySet", default=bytes | bytearray | memoryview | Combinable | Expression)
    BinaryGet = TypeVar("BinaryGet", default=bytes)

    # What a nullable field of each kind takes; for the overloads of the constructors.
    Text = str | Combinable | Expression
    Integer = int | Combinable | Expression
    Float = float | Combinable | Expression
    Decimal = decimal.Decimal | int | str | Combinable | Expression
    Boolean = bool | Combinable | Expression
    Date = datetime.date | Combinable | Expression
    DateTime = datetime.datetime | Combinable | Expression
    Time = datetime.time | Combinable | Expression
    Duration = datetime.timedelta | Combinable | Expression
    UUID = uuid.UUID | str | Combinable | Expression
    Binary = bytes | bytearray | memoryview | Combinable | Expression

    # Lazy strings of the reader's framework are welcome wherever a text is shown.
    Label = str | object
    Validator = Callable[[Any], object]
    Choices = Iterable[Any] | Mapping[Any, Any] | Callable[[], Iterable[Any] | Mapping[Any, Any]] | type[Any]
else:
    from typing import TypeVar

    Set = TypeVar("Set")
    Get = TypeVar("Get")
    TextSet = TypeVar("TextSet")
    TextGet = TypeVar("TextGet")
    IntegerSet = TypeVar("IntegerSet")
    IntegerGet = TypeVar("IntegerGet")
    AutoSet = TypeVar("AutoSet")
    AutoGet = TypeVar("AutoGet")
    FloatSet = TypeVar("FloatSet")
    FloatGet = TypeVar("FloatGet")
    DecimalSet = TypeVar("DecimalSet")
    DecimalGet = TypeVar("DecimalGet")
    BooleanSet = TypeVar("BooleanSet")
    BooleanGet = TypeVar("BooleanGet")
    DateSet = TypeVar("DateSet")
    DateGet = TypeVar("DateGet")
    DateTimeSet = TypeVar("DateTimeSet")
    DateTimeGet = TypeVar("DateTimeGet")
    TimeSet = TypeVar("TimeSet")
    TimeGet = TypeVar("TimeGet")
    DurationSet = TypeVar("DurationSet")
    DurationGet = TypeVar("DurationGet")
    UUIDSet = TypeVar("UUIDSet")
    UUIDGet = TypeVar("UUIDGet")
    BinarySet = TypeVar("BinarySet")
    BinaryGet = TypeVar("BinaryGet")


class FieldOptions(TypedDict, total=False):
    """The keyword options of every field but `null`, on which the type of the attribute depends."""

    primary_key: bool
    max_length: int | None
    unique: bool
    blank: bool
    db_index: bool
    default: Any
    editable: bool
    serialize: bool
    unique_for_date: str | None
    unique_for_month: str | None
    unique_for_year: str | None
    choices: Choices | None
    help_text: Label
    db_column: str | None
    db_tablespace: str | None
    auto_created: bool
    validators: Sequence[Validator]
    error_messages: Mapping[str, Label] | None
    db_comment: str | None
    db_default: Any
