"""Say how a relation or field that is not loaded is fetched when it is asked for."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from aorm.exceptions import FieldFetchBlocked

if TYPE_CHECKING:
    from collections.abc import Sequence


class Fetcher(Protocol):
    """What can load one attribute of instances: a relation's descriptor, or a deferred field's."""

    @property
    def field(self) -> Any:
        """The field or reverse relation, for its name."""

    async def afetch_one(self, instance: Any) -> None:
        """Load the attribute of one instance."""

    async def afetch_many(self, instances: list[Any]) -> None:
        """Load the attribute of those of the instances that lack it."""


class FetchMode:
    """Base of the fetch modes; ``track_peers`` has loaders tell instances what was loaded together with them."""

    __slots__ = ()
    track_peers: ClassVar[bool] = False

    def permit(self, fetcher: Fetcher, instance: Any) -> None:
        """Raise where the mode forbids to fetch; asked before anything is awaited."""

    async def fetch(self, fetcher: Fetcher, instance: Any) -> None:
        """Load what the instance lacks."""
        raise NotImplementedError("Subclasses must implement this method.")


class FetchOne(FetchMode):
    """Load the attribute of the one instance."""

    __slots__ = ()

    async def fetch(self, fetcher: Fetcher, instance: Any) -> None:
        """Load what the instance lacks."""
        await fetcher.afetch_one(instance)

    def __reduce__(self) -> str:
        return "FETCH_ONE"


class FetchPeers(FetchMode):
    """Load the attribute of all instances that came from the same query, in one query."""

    __slots__ = ()
    track_peers = True

    async def fetch(self, fetcher: Fetcher, instance: Any) -> None:
        """Load what the instance and its peers lack."""
        peers = [peer for reference in instance._state.peers if (peer := reference()) is not None]
        if len(peers) > 1:
            await fetcher.afetch_many(peers)
        else:
            await fetcher.afetch_one(instance)

    def __reduce__(self) -> str:
        return "FETCH_PEERS"


class FetchRaise(FetchMode):
    """Refuse to load anything on access."""

    __slots__ = ()

    def permit(self, fetcher: Fetcher, instance: Any) -> None:
        """Raise.

        Raises:
            FieldFetchBlocked: always.
        """
        model = type(instance).__qualname__
        raise FieldFetchBlocked(f"Fetching of {model}.{fetcher.field.name} blocked.") from None

    async def fetch(self, fetcher: Fetcher, instance: Any) -> None:
        """Raise.

        Raises:
            FieldFetchBlocked: always.
        """
        self.permit(fetcher, instance)

    def __reduce__(self) -> str:
        return "FETCH_RAISE"


FETCH_ONE = FetchOne()
FETCH_PEERS = FetchPeers()
FETCH_RAISE = FetchRaise()


def tell_fetch_mode(instances: Sequence[Any], mode: FetchMode) -> None:
    """Set the mode on loaded instances and their loaded relations, and introduce peers to each other."""
    if not instances:
        return
    peers = tuple(weakref.ref(instance) for instance in instances) if mode.track_peers else ()
    related: dict[str, list[Any]] = {}
    for instance in instances:
        state = instance._state
        if state.fetch_mode is mode and state.peers == peers:
            continue
        state.fetch_mode = mode
        state.peers = peers
        for name, value in state.fields_cache.items():
            if value is not None and hasattr(value, "_state"):
                related.setdefault(name, []).append(value)
    for values in related.values():
        fresh = [value for value in values if value._state.fetch_mode is not mode]
        tell_fetch_mode(fresh, mode)
