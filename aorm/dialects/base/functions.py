"""The neutral vocabulary of functions: from name to standard spelling.

A name is spelt by a method ``call_<name>`` (``aggregate_<name>``) of a writer, or by a template of the tables here and
in the dialects, where ``{0}`` is the first argument and ``{all}`` all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SQLFunction:
    """A Python function (an aggregate's class) that SQL may call, for databases that live in this process.

    A substitute is only there for builds of the database that lack the function.
    """

    name: str
    arity: int
    callable: Any
    deterministic: bool = True
    is_aggregate: bool = False
    is_substitute: bool = False


FUNCTIONS: dict[str, str] = {
    # Comparison and conversion
    "coalesce": "COALESCE({all})",
    "nullif": "NULLIF({0}, {1})",
    "greatest": "GREATEST({all})",
    "least": "LEAST({all})",
    # Text
    "length": "LENGTH({0})",
    "lower": "LOWER({0})",
    "upper": "UPPER({0})",
    "trim": "TRIM({0})",
    "ltrim": "LTRIM({0})",
    "rtrim": "RTRIM({0})",
    "replace": "REPLACE({0}, {1}, {2})",
    "reverse": "REVERSE({0})",
    "md5": "MD5({0})",
    # Numbers
    "abs": "ABS({0})",
    "acos": "ACOS({0})",
    "asin": "ASIN({0})",
    "atan": "ATAN({0})",
    "atan2": "ATAN2({0}, {1})",
    "ceil": "CEILING({0})",
    "cos": "COS({0})",
    "cot": "COT({0})",
    "degrees": "DEGREES({0})",
    "exp": "EXP({0})",
    "floor": "FLOOR({0})",
    "ln": "LN({0})",
    "log": "LOG({0}, {1})",
    "mod": "MOD({0}, {1})",
    "pi": "PI()",
    "power": "POWER({0}, {1})",
    "radians": "RADIANS({0})",
    "round": "ROUND({0}, {1})",
    "sign": "SIGN({0})",
    "sin": "SIN({0})",
    "sqrt": "SQRT({0})",
    "tan": "TAN({0})",
    # Windows
    "row_number": "ROW_NUMBER()",
    "rank": "RANK()",
    "dense_rank": "DENSE_RANK()",
    "percent_rank": "PERCENT_RANK()",
    "cume_dist": "CUME_DIST()",
    "ntile": "NTILE({0})",
    "lag": "LAG({all})",
    "lead": "LEAD({all})",
    "first_value": "FIRST_VALUE({0})",
    "last_value": "LAST_VALUE({0})",
    "nth_value": "NTH_VALUE({0}, {1})",
}

# Names whose result is a number of the term's own type, whatever the database makes of it.
NUMERIC_FUNCTIONS = frozenset(
    {"abs", "acos", "asin", "atan", "atan2", "ceil", "cos", "cot", "degrees", "exp", "floor", "ln", "log"}
    | {"mod", "pi", "power", "radians", "round", "sign", "sin", "sqrt", "tan"}
)

AGGREGATES: dict[str, str] = {
    "sum": "SUM",
    "avg": "AVG",
    "min": "MIN",
    "max": "MAX",
    "stddev_pop": "STDDEV_POP",
    "stddev_samp": "STDDEV_SAMP",
    "var_pop": "VAR_POP",
    "var_samp": "VAR_SAMP",
    "bit_and": "BIT_AND",
    "bit_or": "BIT_OR",
    "bit_xor": "BIT_XOR",
}

# What a date or time may be cut to, and what may be cut out of it.
DATE_KINDS = frozenset({"year", "quarter", "month", "week", "day"})
TIME_KINDS = frozenset({"hour", "minute", "second"})
TRUNC_KINDS = DATE_KINDS | TIME_KINDS
EXTRACT_PARTS = TRUNC_KINDS | {"iso_year", "week_day", "iso_week_day"}


def check_part(part: object, known: frozenset[str]) -> str:
    """Return the name of a part of a date if it is one of the known names, else refuse it."""
    if isinstance(part, str) and part in known:
        return part
    raise ValueError(f"Invalid lookup type: {part!r}")


def split_zone(zone: str) -> tuple[str, str, str]:
    """Split a time zone's name from an offset in it: ``UTC+05:30`` gives ``("UTC", "+", "05:30")``."""
    for sign in "+-":
        name, _, offset = zone.rpartition(sign)
        if offset != zone and ":" in offset:
            return name, sign, offset
    return zone, "", ""
