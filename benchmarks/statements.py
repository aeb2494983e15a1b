"""The statements of the hand-written contestants, in the spelling of each database."""

from __future__ import annotations

import itertools
import re

from benchmarks.workload import COLUMNS

_COLUMNS = ", ".join(COLUMNS)
_BOOK_COLUMNS = ", ".join(f"b.{column}" for column in COLUMNS)
_SETTERS = ", ".join(f"{column} = ?" for column in COLUMNS[1:])
_PLACES = ", ".join("?" for _ in COLUMNS[1:])


class Statements:
    """Each statement once."""

    def __init__(self, *, numbered: bool) -> None:
        """Spell parameters `$1, $2` where they are numbered, else `?`."""
        self._numbered = numbered
        self.get = self._spelled(f"SELECT {_COLUMNS} FROM benchmark_book WHERE id = ?")
        self.load = self._spelled(f"SELECT {_COLUMNS} FROM benchmark_entry WHERE id = ?")
        self.insert = self._spelled(
            f"INSERT INTO benchmark_entry ({', '.join(COLUMNS[1:])}) VALUES ({_PLACES}) RETURNING id"
        )
        self.save = self._spelled(f"UPDATE benchmark_entry SET {_SETTERS} WHERE id = ?")
        self.save_pages = self._spelled("UPDATE benchmark_entry SET pages = ? WHERE id = ?")
        self.delete = self._spelled("DELETE FROM benchmark_entry WHERE id = ?")
        self.filter = self._spelled(
            f"SELECT {_BOOK_COLUMNS} FROM benchmark_book b INNER JOIN benchmark_author a ON (b.author_id = a.id) "
            "WHERE a.name = ? AND b.pages > ? AND b.rating < ? ORDER BY b.title DESC LIMIT ?"
        )
        self.all = f"SELECT {_COLUMNS} FROM benchmark_book"

    def _spelled(self, text: str) -> str:
        if not self._numbered:
            return text
        numbers = itertools.count(1)
        return re.sub(r"\?", lambda _: f"${next(numbers)}", text)
