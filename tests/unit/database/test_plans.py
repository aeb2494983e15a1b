"""The bounded cache of plans."""

from __future__ import annotations

from aorm.database.plans import PlanCache


def test_get_and_put() -> None:
    plans: PlanCache[str] = PlanCache(10)
    assert plans.get("a") is None
    plans.put("a", "plan")
    assert plans.get("a") == "plan"
    assert "a" in plans


def test_the_oldest_make_room() -> None:
    plans: PlanCache[int] = PlanCache(10)
    for number in range(11):
        plans.put(number, number)
    assert plans.get(0) is None
    assert plans.get(10) == 10
    assert len(plans) == 10


def test_never_more_than_the_limit() -> None:
    plans: PlanCache[int] = PlanCache(7)
    for number in range(100):
        plans.put(number, number)
        assert len(plans) <= 7


def test_replacing_in_a_full_cache_evicts_nobody() -> None:
    plans: PlanCache[int] = PlanCache(2)
    plans.put(1, 1)
    plans.put(2, 2)
    plans.put(2, 3)
    assert (plans.get(1), plans.get(2)) == (1, 3)


def test_no_cache() -> None:
    plans: PlanCache[int] = PlanCache(0)
    plans.put(1, 1)
    assert len(plans) == 0


def test_clear() -> None:
    plans: PlanCache[int] = PlanCache()
    plans.put(1, 1)
    plans.clear()
    assert plans.get(1) is None
