"""Django's ORM born async: models, querysets and transactions on asyncpg and aiosqlite, each with a sync twin."""

from aorm.version import __version__

__all__ = ["__version__"]
