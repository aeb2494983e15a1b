"""From SQLSTATE to the class of our exception: one table for every driver that has SQLSTATEs, or can make them up."""

from __future__ import annotations

from aorm.exceptions import (
    ConnectionLost,
    DatabaseError,
    DataError,
    Deadlock,
    Error,
    IntegrityError,
    InternalError,
    LockTimeout,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    SerializationFailure,
)

__all__ = ["class_for_sqlstate"]

_BY_CODE: dict[str, type[Error]] = {
    "40001": SerializationFailure,
    "40P01": Deadlock,
    "40002": IntegrityError,
    "55P03": LockTimeout,
    "57P01": ConnectionLost,
    "57P02": ConnectionLost,
    "57P03": ConnectionLost,
    "57P05": ConnectionLost,
}

# The classes are those that psycopg, and so Django, gives to each class of codes.
_BY_CLASS: dict[str, type[Error]] = {
    "08": ConnectionLost,
    "0A": NotSupportedError,
    "20": ProgrammingError,
    "21": ProgrammingError,
    "22": DataError,
    "23": IntegrityError,
    "24": InternalError,
    "25": InternalError,
    "26": ProgrammingError,
    "27": OperationalError,
    "28": OperationalError,
    "2B": InternalError,
    "2D": InternalError,
    "2F": OperationalError,
    "34": ProgrammingError,
    "38": OperationalError,
    "39": OperationalError,
    "3B": OperationalError,
    "3D": ProgrammingError,
    "3F": ProgrammingError,
    "40": OperationalError,
    "42": ProgrammingError,
    "44": ProgrammingError,
    "53": OperationalError,
    "54": OperationalError,
    "55": OperationalError,
    "57": OperationalError,
    "58": OperationalError,
    "F0": OperationalError,
    "HV": OperationalError,
    "P0": ProgrammingError,
    "XX": InternalError,
}


def class_for_sqlstate(sqlstate: str | None) -> type[Error]:
    """Return the exception class for a SQLSTATE, by its whole code, else by its class, else `DatabaseError`."""
    if sqlstate is None:
        return DatabaseError
    return _BY_CODE.get(sqlstate) or _BY_CLASS.get(sqlstate[:2], DatabaseError)
