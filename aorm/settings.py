"""What the whole process is told once: databases, time zone, routers, defaults.

`aorm.configure(...)` sets these values, `settings.override(...)` changes them for a block. They are process-wide, not
per task: what differs per request belongs into arguments (`using=`) or into `aorm.timezone.override`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aorm.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DATABASE_URL_VARIABLE", "Settings", "settings"]

DATABASE_URL_VARIABLE = "AORM_DATABASE_URL"


class Settings:
    """The settings of this process, as attributes.

    Reading is a plain attribute access. However they are written, listeners hear of it.
    """

    use_tz: bool = True
    time_zone: str = "UTC"
    routers: Sequence[Any] = ()
    default_auto_field: str = "BigAutoField"
    default_tablespace: str = ""
    apps: Sequence[str] = ()
    debug: bool = False

    NAMES = ("databases", "use_tz", "time_zone", "routers", "default_auto_field", "default_tablespace", "apps", "debug")

    _databases: Mapping[str, Any] | None = None

    def __init__(self) -> None:
        """Begin with the defaults, not configured."""
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    @property
    def databases(self) -> Mapping[str, Any]:
        """Return alias -> URL or options; where none were configured, AORM_DATABASE_URL is the default database."""
        if self._databases is not None:
            return self._databases
        url = os.environ.get(DATABASE_URL_VARIABLE)
        return {"default": url} if url else {}

    @property
    def configured(self) -> bool:
        """Tell whether databases were configured, or named by the environment."""
        return bool(self.databases)

    def configure(self, **values: object) -> None:
        """Set the named settings; those not named keep their values.

        `databases` may be one URL, which is then the default database. Raises `ImproperlyConfigured` for a name that
        is not a setting.
        """
        unknown = sorted(values.keys() - set(self.NAMES))
        if unknown:
            raise ImproperlyConfigured(f"unknown settings: {', '.join(unknown)}. Settings are: {', '.join(self.NAMES)}")
        for name, value in values.items():
            if name == "databases":
                self.__dict__["_databases"] = _databases_by_alias(value)
            else:
                self.__dict__[name] = value
        self._tell(frozenset(values))

    def __setattr__(self, name: str, value: object) -> None:
        """Set one setting, as `configure` does."""
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self.configure(**{name: value})

    @contextmanager
    def override(self, **values: object) -> Iterator[Settings]:
        """Change the named settings for a block, and set them back when it is left."""
        before = dict(self.__dict__)
        self.configure(**values)
        try:
            yield self
        finally:
            for name in values:
                attribute = "_databases" if name == "databases" else name
                if attribute in before:
                    self.__dict__[attribute] = before[attribute]
                else:
                    self.__dict__.pop(attribute, None)
            self._tell(frozenset(values))

    def add_listener(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Have `listener` called after each change, with the names of the settings that were written."""
        self._listeners.append(listener)

    def _tell(self, names: frozenset[str]) -> None:
        for listener in tuple(self._listeners):
            listener(names)

    def __repr__(self) -> str:
        """Show the settings that are safe to show: of the databases, only the aliases, since URLs hold passwords."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.NAMES if name != "databases")
        return f"Settings(databases={list(self.databases)!r}, {', '.join(shown)})"


def _databases_by_alias(value: object) -> Mapping[str, Any] | None:
    if value is None or isinstance(value, Mapping):
        return value
    if isinstance(value, str):
        return {"default": value}
    raise ImproperlyConfigured(
        f"databases must be a URL, or a mapping from alias to URL or options, not {type(value).__name__}"
    )


settings = Settings()
