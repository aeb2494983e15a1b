"""Querysets of many shapes, each with values that a number stands for."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import aorm
from aorm.expressions.lookups.rows import TupleIn
from aorm.models import (
    Avg,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    Max,
    Model,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from aorm.models.expressions import RawSQL
from aorm.models.functions import Coalesce, Concat, Lower, RowNumber, Substr, TruncMonth
from tests.budgets.shelf import MOMENT, VALUES, Author, Book

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[int], Any]


class CodeField(CharField):
    """A field that encodes values by code of its own."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the text of a number."""
        return None if value is None else f"code {value}"


class Parcel(Model):
    code = CodeField(max_length=20)

    class Meta:
        app_label = "budgets"


books = Book.objects
parcels = Parcel.objects
authors = Author.objects


def text(number: int) -> str:
    """Return a text that is different for each number."""
    return f"text {number}"


def moment(number: int) -> datetime.datetime:
    """Return a moment that is different for each number."""
    return MOMENT + datetime.timedelta(days=number)


class Shouted(Func):
    """A function of the reader's own, by template."""

    function = "UPPER"


class Own(Func):
    """An expression that writes SQL of its own and does not say what it depends on."""

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write SQL."""
        return "1 + %s", [1]


class OwnCacheable(Own):
    """The same, depending on nothing but its class."""

    is_cacheable = True


READING: dict[str, Make] = {
    "exact": lambda n: books.filter(pages=n),
    "primary key": lambda n: books.filter(pk=n),
    "foreign key": lambda n: books.filter(author=n),
    "an instance": lambda n: books.filter(author=Author(id=n, name="")),
    "through a relation": lambda n: books.filter(author__name=text(n)),
    "back through a relation": lambda n: authors.filter(books__pages__gt=n),
    "three conditions, order, slice": lambda n: books.filter(author__name=text(n), pages__gt=n, rating__lt=n).order_by(
        "-title"
    )[n : n + 20],
    "conditions one after the other": lambda n: books.filter(pages__gt=n).filter(rating__lt=n + 0.5),
    "a list of tuples": lambda n: books.filter(
        TupleIn(("id", "pages"), [(number, n) for number in range(100 + n * 9)])
    ),
    "exclude": lambda n: books.exclude(pages=n),
    "exclude through many": lambda n: authors.exclude(books__pages=n),
    "OR": lambda n: books.filter(Q(pages=n) | Q(title=text(n))),
    "NOT and XOR": lambda n: books.filter(~Q(pages=n) ^ Q(title=text(n))),
    "a list of any length": lambda n: books.filter(pages__in=range(n * 3)),
    "a list of texts of any length": lambda n: books.filter(title__in=[text(i) for i in range(n * 3)]),
    "a subquery in a list": lambda n: books.filter(author__in=authors.filter(name=text(n))),
    "a range": lambda n: books.filter(pages__range=(n, n + 5)),
    "text lookups": lambda n: books.filter(
        title__icontains=text(n), author__name__startswith=text(n), title__iregex=text(n)
    ),
    "iexact": lambda n: books.filter(title__iexact=text(n)),
    "parts of dates": lambda n: books.filter(added__year=2000 + n, added__month__gte=n),
    "a date": lambda n: books.filter(added__date=moment(n).date()),
    "a moment": lambda n: books.filter(added__lt=moment(n)),
    "a Boolean": lambda n: books.filter(is_available=True, pages=n),
    "is null": lambda n: books.filter(author__name__isnull=True, pages=n),
    "F": lambda n: books.filter(pages__gt=F("rating") + n),
    "an expression as condition": lambda n: books.filter(Exists(authors.filter(pk=OuterRef("author"), name=text(n)))),
    "a transform of one's choice": lambda n: books.annotate(low=Lower("title")).filter(low=text(n)),
    "values": lambda n: books.filter(pages=n).values("title", "author__name"),
    "values_list": lambda n: books.filter(pages=n).values_list("title", "pages"),
    "flat": lambda n: books.filter(pages=n).values_list("title", flat=True),
    "named": lambda n: books.filter(pages=n).values_list("title", "pages", named=True),
    "dates": lambda n: books.filter(pages=n).dates("added", "month"),
    "only": lambda n: books.filter(pages=n).only("title"),
    "defer": lambda n: books.filter(pages=n).defer("title"),
    "select_related": lambda n: books.filter(pages=n).select_related("author"),
    "prefetch_related": lambda n: authors.filter(name=text(n)).prefetch_related("books"),
    "Prefetch": lambda n: authors.prefetch_related(Prefetch("books", books.filter(pages=n), to_attr="some")),
    "distinct": lambda n: books.filter(author__name=text(n)).distinct(),
    "reverse": lambda n: books.filter(pages=n).order_by("title").reverse(),
    "order by an expression": lambda n: books.filter(pages=n).order_by(
        F("rating").desc(nulls_last=True), Lower("title")
    ),
    "annotate": lambda n: books.annotate(more=F("pages") + n).filter(more__gt=n),
    "alias": lambda n: books.alias(more=F("pages") + n).filter(more__gt=n),
    "aggregates": lambda n: authors.annotate(count=Count("books"), most=Max("books__pages")).filter(count__gt=n),
    "filtered aggregates": lambda n: authors.annotate(count=Count("books", filter=Q(books__pages__gt=n))),
    "group by values": lambda n: (
        books.filter(pages__gt=n).values("author").annotate(sum=Sum("pages")).order_by("author")
    ),
    "Case": lambda n: books.annotate(size=Case(When(pages__gt=n, then=Value(text(n))), default=Value("small"))),
    "functions": lambda n: books.annotate(
        joined=Concat("title", Value(text(n))), part=Substr("title", n, 3), first=Coalesce("title", Value(text(n)))
    ),
    "truncated dates": lambda n: books.filter(pages=n).annotate(month=TruncMonth("added")),
    "a function of one's own": lambda n: books.annotate(loud=Shouted("title")).filter(loud=text(n)),
    "ExpressionWrapper": lambda n: books.annotate(
        half=ExpressionWrapper(F("pages") / (n + 0.5), output_field=FloatField())
    ),
    "Window": lambda n: books.filter(pages=n).annotate(place=Window(RowNumber(), order_by="pages")),
    "Subquery": lambda n: authors.annotate(
        longest=Subquery(books.filter(author=OuterRef("pk"), pages__lt=n).order_by("-pages").values("pages")[:1])
    ),
    "union": lambda n: books.filter(pages=n).union(books.filter(pages=n + 1)),
    "intersection, ordered": lambda n: books.filter(pages=n).intersection(books.filter(rating=n)).order_by("title"),
    "RawSQL": lambda n: books.annotate(more=RawSQL("pages + %s", [n], output_field=IntegerField())),
    "SQL of one's own, cacheable": lambda n: books.filter(pages=n).annotate(
        own=OwnCacheable(output_field=IntegerField())
    ),
    "none": lambda n: books.filter(pages=n).none(),
}

COMING_BACK: dict[str, Make] = {
    "aget": lambda n: authors.filter(name__lt=text(n)).aget(pk=1),
    "afirst": lambda n: books.filter(pages=n).afirst(),
    "alast": lambda n: books.filter(pages=n).alast(),
    "alatest": lambda n: authors.filter(pk__lt=n + 100).alatest("name"),
    "select_for_update": lambda n: _locked(n),
    "aexists": lambda n: books.filter(pages=n).aexists(),
    "acount": lambda n: books.filter(pages=n).acount(),
    "aaggregate": lambda n: books.filter(pages__gt=n).aaggregate(Avg("pages"), most=Max("rating", default=n)),
    "ain_bulk": lambda n: authors.ain_bulk(list(range(n * 5))),
    "acontains": lambda n: authors.acontains(Author(id=n, name="")),
    "acreate": lambda n: authors.acreate(name=f"created {n}"),
    "aget_or_create": lambda n: authors.aget_or_create(name=f"got or created {n}"),
    "aupdate_or_create": lambda n: authors.aupdate_or_create(name=f"updated {n}", defaults={"name": f"now {n}"}),
    "aupdate": lambda n: books.filter(pages=n).aupdate(title=text(n), pages=F("pages") + n),
    "adelete": lambda n: books.filter(pages=n).adelete(),
    "abulk_create": lambda n: authors.abulk_create([Author(name=f"bulk {n} {i}") for i in range(n * 100)]),
    "abulk_update": lambda n: _bulk_update(n),
    "asave, arefresh, adelete": lambda n: _live(n),
    "related managers": lambda n: _related(n),
}


async def _locked(number: int) -> None:
    async with aorm.atomic():
        await authors.select_for_update().filter(name=text(number)).afirst()


async def _bulk_update(number: int) -> None:
    found = [author async for author in authors.order_by("pk")[: number + 1]]
    for author in found:
        author.name = f"{author.pk} updated {number}"
    await authors.abulk_update(found, ["name"])


async def _live(number: int) -> None:
    author = Author(name=f"lives {number}")
    await author.asave()
    author.name += "!"
    await author.asave()
    await author.asave(update_fields=["name"])
    await author.arefresh_from_db()
    await author.arefresh_from_db(fields=["name"])
    await author.adelete()


async def _related(number: int) -> None:
    author = await authors.acreate(name=f"related {number}")
    await author.books.acreate(**{name: value for name, value in VALUES.items() if name != "author_id"})  # type: ignore[attr-defined]
    await author.books.filter(pages=number).afirst()  # type: ignore[attr-defined]
    assert await author.books.acount() == 1  # type: ignore[attr-defined]


# What other values make another shape of, or what is compiled at every turn: the list of docs/reference/querysets.md.
NOT_KEPT: dict[str, Make] = {
    "True or False": lambda n: books.filter(is_available=n == 1),
    "None or a value": lambda n: books.filter(added=None if n == 1 else MOMENT),
    "a list that the field's own code converts": lambda n: parcels.filter(code__in=range(n * 3)),
    "a short list of tuples": lambda n: books.filter(
        TupleIn(("id", "pages"), [(number, 1) for number in range(n * 3)])
    ),
    "SQL of one's own": lambda n: books.filter(pages=n).annotate(own=Own(output_field=IntegerField())),
    # Its condition is resolved where the relation is first used, which may be in the plan itself.
    "FilteredRelation": lambda n: authors.annotate(
        long=FilteredRelation("books", condition=Q(books__pages__gt=n))
    ).filter(long__title=text(n)),
}
