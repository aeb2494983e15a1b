"""Connections that ended, and what was said about it."""

from __future__ import annotations

import asyncpg

from aorm.drivers.asyncpg_errors import translate
from aorm.exceptions import ConnectionLost, InternalError


def test_a_server_that_has_said_its_last_word_is_a_lost_connection() -> None:
    error = translate(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))
    assert isinstance(error, ConnectionLost)
    assert isinstance(translate(asyncpg.InternalClientError("another trouble")), InternalError)
