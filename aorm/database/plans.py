"""A bounded cache of plans: what was decided once for a shape of statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["PlanCache"]

P = TypeVar("P")


class PlanCache(Generic[P]):
    """Plans by key, at most `limit` of them; when full, the older tenth goes.

    `get` is the dictionary's own method: a lookup costs no Python frame.
    """

    def __init__(self, limit: int = 1000) -> None:
        """Begin empty."""
        self.limit = limit
        self._plans: dict[Hashable, P] = {}
        self.get = self._plans.get

    def put(self, key: Hashable, plan: P) -> None:
        """Keep a plan; in a full cache the oldest make room."""
        plans = self._plans
        if self.limit <= 0:
            return
        if len(plans) >= self.limit and key not in plans:
            # A copy, and pop with a default: another thread's loop may be doing the same.
            for old in list(plans)[: max(1, self.limit // 10)]:
                plans.pop(old, None)
        plans[key] = plan

    def clear(self) -> None:
        """Forget all plans."""
        self._plans.clear()

    def __len__(self) -> int:
        """Return how many plans are kept."""
        return len(self._plans)

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether a plan is kept under `key`."""
        return key in self._plans
