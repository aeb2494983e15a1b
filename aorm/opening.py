"""``configure()`` and ``connect()``: what a program calls at its start and around its life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.databases import aclose_all, databases
from aorm.settings import settings

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


def configure(databases: Any = None, **values: Any) -> None:
    """Set the databases and other settings of this process. Nothing is opened.

    ``aorm.configure("sqlite:///shop.db")``, ``aorm.configure({"default": "postgresql://...", "log": "sqlite://"})``.

    Args:
        databases: one URL, or a mapping from alias to URL or to a mapping of options.
        values: other settings: ``use_tz``, ``time_zone``, ``routers``, ``default_auto_field``, ``apps``, ``debug`` ...

    Raises:
        ImproperlyConfigured: a name is no setting, or a URL cannot be understood.
    """
    if databases is not None:
        values["databases"] = databases
    settings.configure(**values)


class Connecting:
    """What ``connect()`` gives: pools open in the block and closed behind it."""

    def __init__(self, given: Any, values: dict[str, Any]) -> None:
        self._given = given
        self._values = values

    async def __aenter__(self) -> Self:
        if self._given is not None or self._values:
            configure(self._given, **self._values)
        for alias in databases:
            await databases[alias].aopen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await aclose_all()


def connect(databases: Any = None, **values: Any) -> Connecting:
    """Open all databases for a block, such as an application's lifespan, and close them after it.

    ``async with aorm.connect("postgresql://..."): ...``. Takes what ``configure()`` takes; without arguments it opens
    what was configured before. A database that cannot be reached is an error here and not at the first request.
    """
    return Connecting(databases, values)
