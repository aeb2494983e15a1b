"""How PostgreSQL spells what concerns a session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aorm.dialects.base.sessions import SessionOptions, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SESSIONS", "PostgreSQLSessions"]


class PostgreSQLSessions(Sessions):
    """PostgreSQL: session settings travel in the start-up packet; prepared statements outlive a reset."""

    # Deliberately generous: a needless reset costs one round trip, a missing one changes somebody else's session.
    _session_words = re.compile(
        r"\b(?:set|reset|listen|unlisten|load|prepare|deallocate|declare|discard|begin|start|commit|rollback|abort|end|"
        r"temp|temporary|do|call|execute|pg_temp|set_config|setseed|dblink\w*|pg_(?:try_)?advisory_lock\w*)\b",
        re.IGNORECASE,
    )
    _harmless_start = re.compile(r"\s*(?:select|insert|update|delete|with|merge|values|table)\b", re.IGNORECASE)
    _functions = re.compile(
        r"\b(?:set_config|setseed|pg_temp|dblink\w*|pg_(?:try_)?advisory_lock\w*)\b|\binto\s+(?:temp|temporary)\b",
        re.IGNORECASE,
    )

    def startup_parameters(self, options: SessionOptions) -> Mapping[str, str]:
        """Set the time zone, in which the database casts timestamps to dates, and the name shown in its views."""
        return {
            "TimeZone": options.time_zone,
            "application_name": options.options.get("application_name", "aorm"),
        }

    def restore(self, options: SessionOptions) -> tuple[str, ...]:
        """Reset everything, in one round trip; but keep prepared statements, which the driver's cache still names.

        Behind a transaction pooler a session is nobody's, and resetting it would reset somebody else's.
        """
        if options.is_pooled:
            return ()
        return (
            "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL; RESET SESSION AUTHORIZATION; "
            "DISCARD TEMP; DISCARD SEQUENCES",
        )

    def may_change_session(self, sql: str) -> bool:
        """Look for functions in statements on rows, for words in all others."""
        if self._harmless_start.match(sql):
            return self._functions.search(sql) is not None
        return super().may_change_session(sql)


SESSIONS = PostgreSQLSessions()
