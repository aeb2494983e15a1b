"""How what is not loaded is fetched: the names of `django.db.models.fetch_modes`."""

from aorm.query.fetch_modes import FETCH_ONE, FETCH_PEERS, FETCH_RAISE, FetchMode

__all__ = [
    "FETCH_ONE",
    "FETCH_PEERS",
    "FETCH_RAISE",
    "FetchMode",
]
