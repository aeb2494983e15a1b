"""What a good engineer would write by hand: a class with ordinary attributes, made of a row."""

from __future__ import annotations

from typing import Any


class PlainBook:
    """A book, or an entry, without any library."""

    def __init__(
        self, key: Any, title: str, author_id: int, pages: int, rating: float, is_available: bool, added: Any
    ) -> None:
        self.id = key
        self.title = title
        self.author_id = author_id
        self.pages = pages
        self.rating = rating
        self.is_available = is_available
        self.added = added
