"""Turn results into JSON that compares the same whatever ORM, driver and process they came from."""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import uuid
from typing import Any

DATABASE_ERRORS = (
    "DataError",
    "OperationalError",
    "IntegrityError",
    "InternalError",
    "ProgrammingError",
    "NotSupportedError",
    "InterfaceError",
    "DatabaseError",
)


def normalise(value: Any) -> Any:
    """Return the value as JSON with its type kept where JSON has none for it."""
    if isinstance(value, enum.Enum):
        return {"enum": f"{type(value).__name__}.{value.name}"}
    if value is None or isinstance(value, bool | str | int):
        return value
    for kind, convert in SCALARS.items():
        if isinstance(value, kind):
            return convert(value)
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is not None:
            return {"named": {name: normalise(item) for name, item in zip(fields, value, strict=True)}}
        return {"tuple": [normalise(item) for item in value]}
    if isinstance(value, list):
        return [normalise(item) for item in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted((normalise(item) for item in value), key=repr)}
    if isinstance(value, dict):
        return _dictionary(value)
    if isinstance(value, type):
        return {"class": value.__qualname__}
    if hasattr(value, "_meta") and hasattr(value, "pk"):
        return {"model": type(value).__name__, "pk": normalise(value.pk)}
    if isinstance(value, BaseException):
        return describe_error(value)
    raise TypeError(f"a note cannot hold {type(value).__name__}: fetch it, or note what matters of it")


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return class and text of an exception; of the database's own errors the class alone, texts differ by driver."""
    if type(error).__name__ == "NotUpdated":
        return {"error": type(error).__qualname__, "message": str(error)}
    names = [cls.__name__ for cls in type(error).__mro__]
    if "TransactionManagementError" in names:
        return {"error": "TransactionManagementError", "message": str(error)}
    if type(error).__name__ in ("ProtectedError", "RestrictedError"):
        return {"error": type(error).__name__, "message": error.args[0]}
    for name in names:
        if name in DATABASE_ERRORS:
            return {"error": name}
    if hasattr(error, "error_list") or hasattr(error, "error_dict"):
        return {"error": "ValidationError", **_validation_error(error)}
    # Protected and restricted objects stand in the arguments; their text is args[0].
    text = error.args[0] if len(error.args) == 2 and isinstance(error.args[0], str) else str(error)
    # A private subclass of Django's; what is documented is FieldError.
    name = "FieldError" if "OutputFieldIsNoneError" in names else type(error).__qualname__
    return {"error": name, "message": text}


def _validation_error(error: Any) -> dict[str, Any]:
    if hasattr(error, "error_dict"):
        return {
            "fields": {
                name: [[item.code, message] for item in errors for message in item.messages]
                for name, errors in sorted(error.error_dict.items())
            }
        }
    return {"errors": [[item.code, message] for item in error.error_list for message in item.messages]}


def _dictionary(value: dict[Any, Any]) -> Any:
    if all(isinstance(key, str) for key in value):
        return {"dict": {key: normalise(item) for key, item in value.items()}}
    return {"pairs": [[normalise(key), normalise(item)] for key, item in value.items()]}


def _float(value: float) -> Any:
    if math.isnan(value) or math.isinf(value):
        return {"float": str(value)}
    # Sums and roots are taken in another order on another side: the last digits are not the subject.
    return {"float": f"{value:.9g}"}


def _decimal(value: decimal.Decimal) -> str:
    if not value.is_finite():
        return str(value)
    # Databases keep different numbers of digits of what they compute; the scale of columns has cases of its own.
    return f"{decimal.Context(prec=12).create_decimal(value).normalize() + 0:f}"


SCALARS: dict[type, Any] = {
    float: _float,
    decimal.Decimal: lambda value: {"decimal": _decimal(value)},
    datetime.datetime: lambda value: {"datetime": _instant(value)},
    datetime.date: lambda value: {"date": value.isoformat()},
    datetime.time: lambda value: {"time": value.isoformat()},
    datetime.timedelta: lambda value: {"duration": str(value)},
    uuid.UUID: lambda value: {"uuid": str(value)},
    bytes: lambda value: {"bytes": value.hex()},
    bytearray: lambda value: {"bytes": bytes(value).hex()},
    memoryview: lambda value: {"bytes": bytes(value).hex()},
}


def _instant(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    offset = value.utcoffset()
    # Time zones print under different names (UTC, datetime.timezone.utc, zoneinfo): the offset is what counts.
    return value.astimezone(datetime.timezone(offset or datetime.timedelta())).isoformat()
