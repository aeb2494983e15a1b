"""Order things that depend on each other, and name the circle where they cannot be ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

__all__ = ["CycleError", "find_cycle", "sort_topologically", "strongly_connected"]

T = TypeVar("T", bound="Hashable")


class CycleError(ValueError, Generic[T]):
    """Raised when things depend on each other in a circle; `cycle` lists it, first and last element the same."""

    def __init__(self, cycle: list[T], describe: Callable[[T], str] = str) -> None:
        """Keep the circle and say it in words."""
        super().__init__(f"circular dependency: {' -> '.join(describe(item) for item in cycle)}")
        self.cycle = cycle


def sort_topologically(
    items: Iterable[T], dependencies: Mapping[T, Iterable[T]], describe: Callable[[T], str] = str
) -> list[T]:
    """Return `items` ordered so that each comes after what it depends on.

    The given order is kept wherever the dependencies allow it. `dependencies[item]` are the things that must come
    before `item`; those that are not among `items`, and an item's dependency on itself, are ignored. Raises
    `CycleError`, in which `describe` names the things.
    """
    remaining = dict.fromkeys(items)
    needs = {
        item: [need for need in dict.fromkeys(dependencies.get(item, ())) if need in remaining and need != item]
        for item in remaining
    }
    ordered: dict[T, None] = {}
    for start in remaining:
        # An explicit stack, because a chain of a thousand tables must not meet the recursion limit.
        stack: list[tuple[T, Iterator[T]]] = [(start, iter(needs[start]))] if start not in ordered else []
        open_items = dict.fromkeys(item for item, _ in stack)
        while stack:
            item, pending = stack[-1]
            need = next((candidate for candidate in pending if candidate not in ordered), None)
            if need is None:
                stack.pop()
                del open_items[item]
                ordered[item] = None
            elif need in open_items:
                path = list(open_items)
                raise CycleError([*path[path.index(need) :], need], describe)
            else:
                stack.append((need, iter(needs[need])))
                open_items[need] = None
    return list(ordered)


def find_cycle(items: Iterable[T], dependencies: Mapping[T, Iterable[T]]) -> list[T] | None:
    """Return one circle of dependencies among `items`, first and last element the same, or `None`."""
    try:
        sort_topologically(items, dependencies)
    except CycleError as error:
        cycle: list[T] = error.cycle
        return cycle
    return None


def strongly_connected(items: Iterable[T], dependencies: Mapping[T, Iterable[T]]) -> list[list[T]]:
    """Return `items` in groups that depend on each other in circles, each group after those it depends on.

    A thing without a circle is a group of its own. Tables that refer to each other are created together this way.
    """
    return _Components(list(dict.fromkeys(items)), dependencies).find()


class _Components(Generic[T]):
    """Tarjan's algorithm for strongly connected components, with an explicit stack."""

    def __init__(self, items: list[T], dependencies: Mapping[T, Iterable[T]]) -> None:
        known = set(items)
        self.items = items
        self.needs = {item: [need for need in dependencies.get(item, ()) if need in known] for item in items}
        self.index: dict[T, int] = {}
        self.lowest: dict[T, int] = {}
        self.open: dict[T, None] = {}
        self.groups: list[list[T]] = []

    def find(self) -> list[list[T]]:
        for item in self.items:
            if item not in self.index:
                self._walk(item)
        return self.groups

    def _walk(self, start: T) -> None:
        stack = [self._enter(start)]
        while stack:
            item, pending = stack[-1]
            need = next(pending, None)
            if need is None:
                stack.pop()
                self._leave(item)
                if stack:
                    parent = stack[-1][0]
                    self.lowest[parent] = min(self.lowest[parent], self.lowest[item])
            elif need not in self.index:
                stack.append(self._enter(need))
            elif need in self.open:
                self.lowest[item] = min(self.lowest[item], self.index[need])

    def _enter(self, item: T) -> tuple[T, Iterator[T]]:
        self.index[item] = self.lowest[item] = len(self.index)
        self.open[item] = None
        return item, iter(self.needs[item])

    def _leave(self, item: T) -> None:
        if self.lowest[item] != self.index[item]:
            return
        path = list(self.open)
        group = path[path.index(item) :]
        for member in group:
            del self.open[member]
        self.groups.append(group)
