"""Everything an instance can do, awaited; then the same from sync code. Needs aorm and nothing else.

    python docs/examples/quickstart.py                                        # a SQLite file of its own
    python docs/examples/quickstart.py postgresql://user:password@host/name   # or any database you name

It drops, creates and fills the tables `quickstart_author` and `quickstart_book`, and prints what it does.
"""

from __future__ import annotations

import asyncio
import datetime
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import aorm
from aorm import models
from aorm.exceptions import SyncInAsyncContext, ValidationError
from aorm.models import F, Q

TASKS = 50


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)
    biography = models.TextField(blank=True)

    class Meta:
        app_label = "quickstart"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    class Binding(models.TextChoices):
        PAPERBACK = "P", "Paperback"
        HARDCOVER = "H", "Hardcover"

    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    published = models.DateField()
    binding = models.CharField(max_length=1, choices=Binding, default=Binding.PAPERBACK)
    price = models.DecimalField(max_digits=6, decimal_places=2)
    sold = models.PositiveIntegerField(default=0)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "quickstart"
        ordering = ["published"]
        unique_together = [("title", "author")]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0), name="book_price_not_negative", violation_error_message="Too cheap."
            )
        ]

    def __str__(self) -> str:
        return self.title

    async def aclean(self) -> None:
        """Check what takes a question to the database; both faces of validation come here."""
        same_day = Book.objects.filter(author=self.author_id, published=self.published).exclude(pk=self.pk)
        if await same_day.aexists():
            raise ValidationError("The author has published another book on that day.")


def title(text: str) -> None:
    """Begin a chapter of the output."""
    print(f"\n{text}")


def show(code: str, result: object = "") -> None:
    """Print a line of code beside what came of it."""
    print(f"  {code:<78}{result}".rstrip())


async def save_and_read_back() -> Book:
    title("Saving")
    author = Author(name="Ursula K. Le Guin", biography="Born in Berkeley.")
    await author.asave()
    show("await author.asave()", f"inserted, pk={author.pk}")
    book = Book(title="The Dispossessed", author=author, published=datetime.date(1974, 5, 1), price=Decimal("9.99"))
    await book.asave()
    show("await book.asave()", f"inserted, added={book.added:%Y-%m-%d}")
    book.binding = Book.Binding.HARDCOVER
    await book.asave(update_fields=["binding"])
    show("await book.asave(update_fields=['binding'])", f"updated one column: {book.get_binding_display()}")
    book.sold = F("sold") + 3
    await book.asave()
    show("book.sold = F('sold') + 3; await book.asave()", f"computed by the database: sold={book.sold}")
    try:
        await book.asave(force_insert=True)
    except aorm.IntegrityError as error:
        show("await book.asave(force_insert=True)", f"{type(error).__name__}: the row exists")
    try:
        await Book(pk=12345, title="?", author=author, published=book.published, price=1).asave(force_update=True)
    except Book.NotUpdated as error:
        show("await Book(pk=12345, ...).asave(force_update=True)", f"Book.NotUpdated: {error}")
    return book


async def refresh(book: Book) -> None:
    title("Refreshing")
    await Book.objects.filter(pk=book.pk).aupdate(title="The Dispossessed: An Ambiguous Utopia", sold=40)
    show("await Book.objects.filter(pk=book.pk).aupdate(title=..., sold=40)", f"instance is stale: {book}")
    await book.arefresh_from_db(fields=["sold"])
    show("await book.arefresh_from_db(fields=['sold'])", f"sold={book.sold}, still {book}")
    await book.arefresh_from_db()
    show("await book.arefresh_from_db()", book)
    await book.arefresh_from_db(from_queryset=Book.objects.select_related("author"))
    show("await book.arefresh_from_db(from_queryset=...select_related('author'))", f"author loaded: {book.author}")
    async with aorm.atomic():
        await book.arefresh_from_db(from_queryset=Book.objects.select_for_update())
        show("async with aorm.atomic(): await book.arefresh_from_db(")
        show("    from_queryset=Book.objects.select_for_update())", "row locked until the block ends")
    try:
        await book.arefresh_from_db(from_queryset=Book.objects.select_for_update())
    except aorm.transaction.TransactionManagementError as error:
        show("the same outside of atomic()", error)


async def load_late(book: Book) -> None:
    title("Deferred fields and relations: never a hidden query in a running loop")
    slim = await Book.objects.only("title").aget(pk=book.pk)
    show("slim = await Book.objects.only('title').aget(pk=book.pk)")
    show("slim.get_deferred_fields()", sorted(slim.get_deferred_fields()))
    try:
        _ = slim.price
    except SyncInAsyncContext as error:
        show("slim.price", f"{type(error).__name__}:")
        print(f"      {error}")
    await slim.arefresh_from_db(fields=["price", "author"])
    show("await slim.arefresh_from_db(fields=['price', 'author']); slim.price", slim.price)
    show("await slim.author", repr(await slim.author))
    show("await slim.author  # awaiting what is loaded asks nobody", repr(await slim.author))
    await slim.afetch_related("author__books")
    show("await slim.afetch_related('author__books'); slim.author.books.all()", list(slim.author.books.all()))


async def validate(book: Book) -> None:
    title("Validating")
    await book.afull_clean()
    show("await book.afull_clean()", "fields, clean(), uniqueness, constraints: all is well")
    wrong = Book(title="", author_id=book.author_id, published=book.published, price=Decimal("-1"))
    for code, check in (
        ("await wrong.aclean_fields()", wrong.aclean_fields),
        ("await wrong.aclean()", wrong.aclean),
        ("await wrong.avalidate_constraints()", wrong.avalidate_constraints),
    ):
        try:
            await check()
        except ValidationError as error:
            show(code, error)
    twice = Book(title=book.title, author_id=book.author_id, published=book.published, price=book.price)
    try:
        await twice.avalidate_unique()
    except ValidationError as error:
        show("await twice.avalidate_unique()", error.messages)
    try:
        await wrong.afull_clean()
    except ValidationError as error:
        show("await wrong.afull_clean()  # all errors together", sorted(error.message_dict))


async def walk(book: Book) -> None:
    title("Neighbours, reverse relations, signals")
    author = await book.author
    later = await author.books.acreate(title="Always Coming Home", published="1985-10-01", price="12.50")
    show("later = await author.books.acreate(title='Always Coming Home', ...)", f"pk={later.pk}")
    show("await book.aget_next_by_published()", await book.aget_next_by_published())
    show("await later.aget_previous_by_published()", await later.aget_previous_by_published())
    show("[book.title async for book in author.books.order_by('-published')]")
    print(f"      {[book.title async for book in author.books.order_by('-published')]}")

    async def tell(sender: type[Book], instance: Book, created: bool, **others: object) -> None:
        show("@receiver(post_save) async def tell(...)", f"a coroutine was told of {instance}, created={created}")

    aorm.signals.post_save.connect(tell, sender=Book)
    await later.asave()
    aorm.signals.post_save.disconnect(tell, sender=Book)


async def sell(key: int) -> None:
    """Read, think, write: without the lock, tasks would overwrite each other's result."""
    book = await Book.objects.aget(pk=key)
    async with aorm.atomic():
        await book.arefresh_from_db(from_queryset=Book.objects.select_for_update())
        before = book.sold
        await asyncio.sleep(0)
        book.sold = before + 1
        await book.asave(update_fields=["sold"])


async def count_without_losing(book: Book) -> None:
    title(f"{TASKS} tasks read, add one and write at the same time")
    await book.arefresh_from_db(fields=["sold"])
    before = book.sold
    await asyncio.gather(*(sell(book.pk) for _ in range(TASKS)))
    await book.arefresh_from_db(fields=["sold"])
    show(f"await asyncio.gather(*(sell(book.pk) for _ in range({TASKS})))", f"sold: {before} -> {book.sold}")
    assert book.sold == before + TASKS, "an update was lost"
    stats = aorm.connections["default"].stats()
    show("aorm.connections['default'].stats()", f"connections open: {stats.size}, idle: {stats.idle}")


async def see_the_statements(book: Book) -> None:
    title("The statements of one such transaction")
    with aorm.capture_queries() as statements:
        await sell(book.pk)
    for statement in statements:
        print(f"      {statement['sql']}")


async def delete(book: Book) -> None:
    title("Deleting")
    async with aorm.atomic():
        await book.adelete()
        show("async with aorm.atomic(): await book.adelete()", f"pk is now {book.pk}")
        aorm.transaction.set_rollback(True)
    show("    aorm.transaction.set_rollback(True)", f"undone: {await Book.objects.acount()} books")
    author = await Author.objects.aget()
    show("await author.adelete()  # and all that falls with it", await author.adelete())
    show("await Book.objects.acount()", await Book.objects.acount())


async def do_it_async() -> None:
    async with aorm.connect():
        await aorm.schema.adrop_tables([Author, Book], if_exists=True)
        await aorm.schema.acreate_tables([Author, Book])
        show("await aorm.schema.acreate_tables([Author, Book])", "created")
        book = await save_and_read_back()
        await refresh(book)
        await load_late(book)
        await validate(book)
        await walk(book)
        await count_without_losing(book)
        await see_the_statements(book)
        await delete(book)


def sell_sync(key: int) -> None:
    """Do what `sell` does, in a thread."""
    book = Book.objects.get(pk=key)
    with aorm.atomic():
        book.refresh_from_db(from_queryset=Book.objects.select_for_update())
        book.sold += 1
        book.save(update_fields=["sold"])


def do_it_sync() -> None:
    title("The same from plain sync code: every coroutine has a twin without the `a`")
    author = Author(name="Stanislaw Lem")
    author.save()
    show("author.save()", f"inserted, pk={author.pk}")
    book = Book(title="Solaris", author=author, published=datetime.date(1961, 1, 1), price=Decimal("7.50"))
    book.full_clean()
    show("book.full_clean()", "calls the coroutine aclean() as well")
    book.save()
    Book.objects.filter(pk=book.pk).update(title="Solaris (novel)")
    book.refresh_from_db()
    show("book.refresh_from_db()", book)
    slim = Book.objects.only("title").get(pk=book.pk)
    show("slim.price, slim.author  # without a loop, loaded on access", f"{slim.price}, {slim.author}")
    with ThreadPoolExecutor(TASKS) as threads:
        list(threads.map(sell_sync, [book.pk] * TASKS))
    book.refresh_from_db()
    show(f"{TASKS} threads: with atomic: refresh under select_for_update, add one, save", f"sold: 0 -> {book.sold}")
    assert book.sold == TASKS, "an update was lost"
    show("book.delete()", book.delete())
    aorm.schema.drop_tables([Author, Book])
    show("aorm.schema.drop_tables([Author, Book])", "dropped")
    aorm.close_all()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder, 'quickstart.db')}"
        aorm.configure(url)
        print(f"aorm {aorm.__version__} on {aorm.connections['default'].vendor}\n")
        asyncio.run(do_it_async())
        do_it_sync()
    print(f"\nNo update was lost in {2 * TASKS} concurrent transactions.")


if __name__ == "__main__":
    main()
