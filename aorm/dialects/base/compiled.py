"""The result of a compilation: SQL text and the code that encodes parameters for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aorm.exceptions import DataError, Error
from aorm.utils.codegen import call_source, compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.sql.types import SqlType
    from aorm.sql.values import Param


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same for every run of the plan, as the driver gets it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Encoder:
    """A conversion to what the driver takes.

    ``sees_none`` is true for a field's own adapter, which may give None a meaning; the encoders of types never see it.
    """

    convert: Callable[[Any], Any]
    sees_none: bool = False


@dataclass(frozen=True)
class Compiled:
    """The text of a statement, and where each of its placeholders gets its value.

    A slot is an index into the parameters of the unfinished query, or a ``Fixed`` value. ``is_shareable`` is false when
    one ``Param`` object stood at several places of that query: another query of the same shape may hold several values
    there, so the plan must not be kept for it.
    """

    sql: str
    slots: tuple[int | Fixed, ...] = ()
    encoders: tuple[Encoder | None, ...] = ()
    types: tuple[SqlType, ...] = ()
    is_shareable: bool = True
    encode: Callable[[Sequence[Param]], tuple[Any, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encode", _write_encode(self))


def _write_encode(compiled: Compiled) -> Callable[[Sequence[Param]], tuple[Any, ...]]:
    """Write the straight-line function from parameters to the tuple that the driver gets."""
    namespace: dict[str, Any] = {"explain": lambda p, error: _explain(compiled, p, error)}
    parts: list[str] = []
    for position, (slot, encoder) in enumerate(zip(compiled.slots, compiled.encoders, strict=True)):
        if isinstance(slot, Fixed):
            namespace[f"f{position}"] = slot.value
            parts.append(f"f{position}")
        elif encoder is None:
            parts.append(f"p[{slot}].value")
        else:
            namespace[f"e{position}"] = encoder.convert
            call = f"e{position}(p[{slot}].value)"
            safe = call_source(encoder.convert, f"e{position}", "v")
            parts.append(call if encoder.sees_none else f"None if (v := p[{slot}].value) is None else {safe}")
    if not any(encoder is not None for encoder in compiled.encoders):
        body = f"    return ({', '.join(parts)}{',' if parts else ''})"
    else:
        body = (
            f"    try:\n        return ({', '.join(parts)},)\n"
            "    except Exception as error:\n        raise explain(p, error) from error"
        )
    encode: Callable[[Sequence[Param]], tuple[Any, ...]] = compile_function(
        f"def encode(p):\n{body}", "encode", namespace, f"<aorm encode: {compiled.sql[:80]}>"
    )
    return encode


def _explain(compiled: Compiled, parameters: Sequence[Param], error: Exception) -> Exception:
    """Find the parameter that was refused; name its type, never its value in full."""
    for slot, encoder, sql_type in zip(compiled.slots, compiled.encoders, compiled.types, strict=True):
        if encoder is None or isinstance(slot, Fixed):
            continue
        value = parameters[slot].value
        if value is None and not encoder.sees_none:
            continue
        try:
            encoder.convert(value)
        except Exception as cause:
            # What JSON cannot hold is Python's matter: the encoder's own TypeError says it, as in Django.
            if isinstance(cause, Error) or sql_type.name == "json":
                return cause
            return refused(value, sql_type, cause)
    return error


def refused(value: object, sql_type: SqlType, cause: Exception | None = None) -> DataError:
    """Return the error for a value that cannot become a value of the SQL type."""
    reason = f": {type(cause).__name__}" if cause is not None else ""
    return DataError(f"a value of type {type(value).__name__} cannot be stored as {sql_type!r}{reason}.")
