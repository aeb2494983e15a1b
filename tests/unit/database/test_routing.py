"""Django's database routers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from aorm.database.routing import Router, router
from aorm.settings import settings


class Replica:
    def db_for_read(self, model: type, **hints: Any) -> str | None:
        return "replica" if model is int else None

    def allow_relation(self, first: object, second: object, **hints: Any) -> bool | None:
        return None


class Strict:
    def db_for_write(self, model: type, **hints: Any) -> str:
        return "primary"

    def allow_relation(self, first: object, second: object, **hints: Any) -> bool:
        return False

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool | None:
        return alias == "primary" if app_label == "shop" else None


def in_database(alias: str | None) -> SimpleNamespace:
    return SimpleNamespace(_state=SimpleNamespace(db=alias))


def test_without_routers() -> None:
    assert router.db_for_read(int) == "default"
    assert router.db_for_write(int, instance=in_database("other")) == "other"
    assert router.db_for_write(int, instance=in_database(None)) == "default"
    assert router.allow_relation(in_database("a"), in_database("a"))
    assert not router.allow_relation(in_database("a"), in_database("b"))
    assert router.allow_migrate("a", "shop")


def test_first_answer_decides() -> None:
    both = Router([Replica(), Strict])
    assert both.db_for_read(int) == "replica"
    assert both.db_for_read(str) == "default"
    assert both.db_for_write(int) == "primary"
    assert not both.allow_relation(in_database("a"), in_database("a"))
    assert both.allow_migrate("primary", "shop")
    assert not both.allow_migrate("replica", "shop")
    assert both.allow_migrate("replica", "blog")


def test_routers_of_the_settings_by_name() -> None:
    with settings.override(routers=[f"{__name__}.Strict"]):
        assert router.db_for_write(int) == "primary"
    assert router.db_for_write(int) == "default"
