"""SQLite's spellings of functions by their neutral names.

What SQLite lacks is written in Python, see ``registration``. Names are Django's where Django registers the same, so
that indexes and checks made by either can be used by both.
"""

from __future__ import annotations

from aorm.dialects.base import functions as base

FUNCTIONS: dict[str, str] = {
    **base.FUNCTIONS,
    "greatest": "MAX({all})",
    "least": "MIN({all})",
    "left": "SUBSTR({0}, 1, {1})",
    "strpos": "INSTR({0}, {1})",
    "lpad": "LPAD({0}, {1}, {2})",
    "rpad": "RPAD({0}, {1}, {2})",
    "repeat": "REPEAT({0}, {1})",
    "chr": "CHAR({0})",
    "ord": "UNICODE({0})",
    "sha1": "SHA1({0})",
    "sha224": "SHA224({0})",
    "sha256": "SHA256({0})",
    "sha384": "SHA384({0})",
    "sha512": "SHA512({0})",
    "random": "RAND()",
    "now": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
    "transaction_now": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
    "uuid4": "UUIDV4()",
    "random_uuid": "UUIDV4()",
}

AGGREGATES: dict[str, str] = {**base.AGGREGATES, "any_value": "ANY_VALUE"}
