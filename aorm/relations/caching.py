"""Remember on an instance which related object was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

NOT_CACHED: Any = object()


class RelationCache:
    """Give a relation access to the loaded objects that instances keep in ``_state.fields_cache``."""

    if TYPE_CHECKING:

        @property
        def cache_name(self) -> str:
            """The key of the cache."""
            ...

    def get_cached_value(self, instance: Any, default: Any = NOT_CACHED) -> Any:
        """Return the loaded object, or the default.

        Raises:
            KeyError: nothing is loaded, and no default was given.
        """
        try:
            return instance._state.fields_cache[self.cache_name]
        except KeyError:
            if default is NOT_CACHED:
                raise
            return default

    def is_cached(self, instance: Any) -> bool:
        """Tell whether the related object, or the fact that there is none, is loaded."""
        return self.cache_name in instance._state.fields_cache

    def set_cached_value(self, instance: Any, value: Any) -> None:
        """Keep the related object."""
        instance._state.fields_cache[self.cache_name] = value

    def delete_cached_value(self, instance: Any) -> None:
        """Forget the related object; KeyError where none is kept."""
        del instance._state.fields_cache[self.cache_name]


class KeyedRelationCache(RelationCache):
    """A cache that notices when the key beside it was changed: ``book.author_id = 2`` makes ``book.author`` stale.

    Django notices in a data descriptor on ``author_id``, which costs a call of Python for each loaded row and each
    read. Here the key is a plain attribute; the value it had when the object was cached is kept in the same cache
    under the name of that attribute, and compared when the object is asked for.
    """

    if TYPE_CHECKING:
        attname: str

        def related_key(self, related: Any) -> Any:
            """Return the value of the related object that the key names it by."""

    def get_cached_value(self, instance: Any, default: Any = NOT_CACHED) -> Any:
        """Return the loaded object while the key is the one it was cached with, else the default."""
        cache = instance._state.fields_cache
        found = cache.get(self.cache_name, NOT_CACHED)
        if found is NOT_CACHED or self._is_stale(instance, cache, found):
            if default is NOT_CACHED:
                raise KeyError(self.cache_name)
            return default
        return found

    def is_cached(self, instance: Any) -> bool:
        """Tell whether the related object is loaded and still the one that the key names."""
        cache = instance._state.fields_cache
        found = cache.get(self.cache_name, NOT_CACHED)
        return found is not NOT_CACHED and not self._is_stale(instance, cache, found)

    def set_cached_value(self, instance: Any, value: Any) -> None:
        """Keep the related object and the key that it was cached with."""
        cache = instance._state.fields_cache
        cache[self.cache_name] = value
        # Read past the descriptor: a deferred key must not be loaded for this.
        attributes = instance.__dict__
        if self.attname in attributes:
            cache[self.attname] = attributes[self.attname]
        else:
            cache.pop(self.attname, None)

    def delete_cached_value(self, instance: Any) -> None:
        """Forget the related object; KeyError where none is kept."""
        cache = instance._state.fields_cache
        del cache[self.cache_name]
        cache.pop(self.attname, None)

    def _is_stale(self, instance: Any, cache: dict[str, Any], related: Any) -> bool:
        key = instance.__dict__.get(self.attname, NOT_CACHED)
        kept = cache.get(self.attname, NOT_CACHED)
        if key is NOT_CACHED or key is kept:
            return False
        if kept is not NOT_CACHED:
            if key == kept:
                return False
        elif related is not None:
            # Cached by a loader together with the row, so both keys were equal then; None is a deleted object's.
            related_key = self.related_key(related)
            if related_key is None or related_key == key:
                return False
        elif key is None:
            return False
        cache.pop(self.cache_name, None)
        cache.pop(self.attname, None)
        return True
