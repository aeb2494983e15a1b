"""SQLAlchemy's ORM with asyncio: a session per operation, as its documentation has it for web requests.

Reads and single saves run in AUTOCOMMIT, which spares it BEGIN and COMMIT: the others do not send them either.
"""

from __future__ import annotations

import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import DateTime, ForeignKey, event, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from benchmarks.contestants.base import AsyncContestant
from benchmarks.places import is_sqlite, sqlite_path
from benchmarks.workload import COLUMNS, CONNECTIONS, PAGES_ABOVE, RATING_BELOW, SLICE


class Base(DeclarativeBase):
    """Base of the models."""


class Author(Base):
    __tablename__ = "benchmark_author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Work:
    """The columns of books and entries."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("benchmark_author.id"))
    pages: Mapped[int]
    rating: Mapped[float]
    is_available: Mapped[bool]
    added: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))


class Book(Work, Base):
    __tablename__ = "benchmark_book"


class Entry(Work, Base):
    __tablename__ = "benchmark_entry"


def make_engine(url: str) -> Any:
    """Return an engine in AUTOCOMMIT, with the settings that all contestants have."""
    sizes = {"pool_size": CONNECTIONS, "max_overflow": 0, "isolation_level": "AUTOCOMMIT"}
    if not is_sqlite(url):
        settings = {"server_settings": {"synchronous_commit": "off"}}
        place = url.replace("postgresql://", "postgresql+asyncpg://", 1)
        return create_async_engine(place, connect_args=settings, **sizes)
    engine = create_async_engine(f"sqlite+aiosqlite:///{sqlite_path(url)}", **sizes)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("busy_timeout = 5000", "journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


class SQLAlchemy(AsyncContestant):
    """SQLAlchemy 2, asyncio."""

    name = "SQLAlchemy"

    async def aopen(self) -> None:
        self.engine = make_engine(self.url)
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)
        level = "SERIALIZABLE" if is_sqlite(self.url) else "READ COMMITTED"
        transactional = self.engine.execution_options(isolation_level=level)
        self.in_transaction = async_sessionmaker(transactional, expire_on_commit=False)

    async def aclose(self) -> None:
        await self.engine.dispose()

    async def aload(self, keys: list[int]) -> list[Any]:
        async with self.session() as session:
            return [await session.get_one(Entry, key) for key in keys]

    async def get(self, keys: list[int]) -> None:
        for key in keys:
            async with self.session() as session:
                self.last = await session.get_one(Book, key)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            async with self.session() as session:
                session.add(Entry(**dict(zip(COLUMNS[1:], row, strict=True))))
                await session.commit()

    async def save(self, entries: list[Any]) -> None:
        # All columns are marked, because the unit of work would otherwise find nothing to write.
        for entry in entries:
            await self._write(entry, COLUMNS[1:])

    async def save_fields(self, entries: list[Any]) -> None:
        for entry in entries:
            await self._write(entry, ("pages",))

    async def _write(self, entry: Any, columns: tuple[str, ...]) -> None:
        async with self.session() as session:
            session.add(entry)
            for column in columns:
                flag_modified(entry, column)
            await session.commit()

    async def refresh(self, entries: list[Any]) -> None:
        for entry in entries:
            async with self.session() as session:
                session.add(entry)
                await session.refresh(entry)

    async def delete(self, entries: list[Any]) -> None:
        for entry in entries:
            async with self.session() as session:
                await session.delete(entry)
                await session.commit()

    async def filter(self, names: list[str]) -> None:
        for name in names:
            async with self.session() as session:
                self.last = (await session.scalars(self._found_by(name))).all()

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            async with self.session() as session:
                self.last = (await session.scalars(select(Book))).all()

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            async with self.session() as session:
                self.last = (await session.execute(select(*Book.__table__.columns))).all()

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            async with self.session() as session:
                self.last = (await session.execute(select(*Book.__table__.columns))).mappings().all()

    async def transaction(self, entries: list[Any]) -> None:
        for entry in entries:
            async with self.in_transaction() as session:
                session.add(entry)
                flag_modified(entry, "pages")
                await session.flush()
                flag_modified(entry, "pages")
                await session.commit()

    async def build(self, names: list[str]) -> None:
        engine = self.engine.sync_engine
        for name in names:
            # What Connection.execute() does before it has a cursor.
            statement = self._found_by(name)
            statement._compile_w_cache(engine.dialect, compiled_cache=engine._compiled_cache, column_keys=[])

    def _found_by(self, name: str) -> Any:
        statement = select(Book).join(Author, Book.author_id == Author.id)
        statement = statement.where(Author.name == name, Book.pages > PAGES_ABOVE, Book.rating < RATING_BELOW)
        return statement.order_by(Book.title.desc()).limit(SLICE)
