"""Many-valued relations in queries: one filter is one related row, excludes, joins and their kinds."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Table, call
from tests.behaviour.orm import F, Q, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Country, Publisher, Stock, Store, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
B, A, P, S, T = Book.objects, Author.objects, Publisher.objects, Store.objects, Tag.objects


def keys(queryset: Any) -> Any:
    """Return the keys in order, repeated as the joins repeat them."""
    return queryset.order_by("pk").values_list("pk", flat=True)


def each(name: str, manager: Any, *conditions: Any, **lookups: Any) -> None:
    """Add a row for the filter, one for the exclude, and one for the negated Q."""
    TABLE.rows(
        **{
            name: lambda: keys(manager.filter(*conditions, **lookups)),
            f"not_{name}": lambda: keys(manager.exclude(*conditions, **lookups)),
            f"q_not_{name}": lambda: keys(manager.filter(~Q(*conditions, **lookups))),
        }
    )


each("m2m_field", B, authors__name="Peter Norvig")
each("m2m_key", B, authors=6)
each("m2m_keys", B, authors__in=[3, 6])
each("m2m_isnull", B, authors__isnull=True)
each("m2m_notnull", B, authors__isnull=False)
each("m2m_field_isnull", B, authors__born__isnull=True)
each("m2m_none", B, authors=None)
each("m2m_gt", B, authors__age__gt=40)
each("m2m_two_conditions", B, authors__age__gt=40, authors__name__startswith="Peter")
each("m2m_and_own", B, authors__age__gt=40, pages__gt=1000)
each("m2m_two_relations", B, authors__age__gt=40, tags__label="python")
each("m2m_onward", B, authors__country__name="United Kingdom")
each("m2m_onward_isnull", B, authors__country__isnull=True)
each("m2m_to_self", A, friends__name="Jacob Kaplan-Moss")
each("m2m_to_self_reverse", A, followers__name="Adrian Holovaty")
each("m2m_reverse", A, books__title="Artificial Intelligence")
each("m2m_reverse_isnull", A, books__isnull=True)
each("m2m_reverse_two", A, books__pages__gt=900, books__rating=5.0)
each("m2m_reverse_onward", A, books__publisher__name="Apress")
each("m2m_reverse_onward_many", A, books__tags__label="web")
each("m2m_reverse_query_name", T, book__pages__gt=500)
each("m2m_through", S, books__title="Paradigms")
each("m2m_through_columns", S, stock__amount__gt=4)
each("m2m_through_both", S, stock__amount__gt=4, stock__book__rating=5.0)
each("m2m_through_reverse", B, stores__name="Amazon")
each("m2m_through_isnull", S, books__isnull=True)
each("fk_reverse", P, books__pages__gt=900)
each("fk_reverse_isnull", P, books__isnull=True)
each("fk_reverse_two", P, books__pages__gt=300, books__rating__lt=4.5)
each("fk_reverse_onward", Country.objects, publishers__books__rating=4.0)
each("fk_nullable_onward", B, publisher__country__name="United States")
each("fk_nullable_onward_isnull", B, publisher__country__isnull=True)
each("fk_nullable_onward_field_isnull", B, publisher__country__name__isnull=True)
each("self_up", T, parent__label="root")
each("self_up_twice", T, parent__parent__label="root")
each("self_down", T, children__label="ai")
each("self_down_isnull", T, children__isnull=True)
each("self_down_twice", T, children__children__label="ai")
each("one_to_one", B, sequel_of__title="The Definitive Guide")
each("one_to_one_isnull", B, sequel_of__isnull=True)
each("one_to_one_reverse", B, sequel__title="Paradigms")
each("one_to_one_reverse_isnull", B, sequel__isnull=True)
each("one_to_one_reverse_field_isnull", B, sequel__isbn__isnull=True)
each("or_of_relations", B, Q(authors__age__gt=50) | Q(tags__label="rare"))
each("or_with_own", B, Q(authors__name="Brad Dayley") | Q(pages=0))
each("or_with_null_relation", B, Q(publisher__isnull=True) | Q(publisher__awards__gt=5))
each("or_of_same_relation", B, Q(authors__age__gt=50) | Q(authors__age__lt=30))
each("and_of_same_relation", B, Q(authors__age__gt=40) & Q(authors__age__lt=50))
each("not_inside_or", B, ~Q(authors__age__gt=40) | Q(pages__gt=1000))
each("not_inside_and", B, ~Q(authors__age__gt=40), pages__gt=100)
each("not_of_and", B, ~(Q(authors__age__gt=40) & Q(tags__label="python")))
each("double_not", B, ~Q(~Q(authors__age__gt=40)))
each("xor_of_relations", B, Q(authors__age__gt=40) ^ Q(publisher__awards__gt=2))
each("nullable_in", B, publisher__country__in=["US", "GB"])
each("f_across_many", B, pages__lt=F("authors__age") * 10)
each("f_both_sides_many", P, books__pages__gt=F("books__rating") * 100)
each("f_many_and_own", P, books__price__gt=F("awards"))
each("in_queryset", B, authors__in=A.filter(age__gt=40))
each("in_queryset_reverse", A, books__in=B.filter(pages__gt=900))
each("in_nullable_values", A, mentor__in=A.filter(age__gt=30).values("mentor"))
each("exists", A, models.Exists(B.filter(authors=models.OuterRef("pk"), pages__gt=900)))

TABLE.rows(
    two_filters_two_rows=lambda: keys(B.filter(authors__age__gt=40).filter(authors__name__startswith="Jeffrey")),
    two_filters_through=lambda: keys(S.filter(stock__amount__gt=4).filter(stock__book__rating=3.0)),
    two_filters_single_valued=lambda: keys(B.filter(publisher__awards__gt=2).filter(publisher__country="US")),
    filter_then_exclude=lambda: keys(B.filter(authors__age__gt=30).exclude(authors__age__gt=45)),
    exclude_then_filter=lambda: keys(B.exclude(authors__age__gt=45).filter(authors__age__gt=30)),
    exclude_two_conditions=lambda: keys(P.exclude(books__pages=300, books__rating=4.5)),
    distinct=lambda: keys(A.filter(books__pages__gt=0).distinct()),
    count_repeated=lambda: call(A.filter(books__pages__gt=0), "count"),
    count_distinct=lambda: call(A.filter(books__pages__gt=0).distinct(), "count"),
    order_by_many=lambda: B.order_by("authors__name", "pk").values_list("pk", "authors__name"),
    order_by_many_and_filter=lambda: B.filter(authors__age__gt=40).order_by("authors__name", "pk").values_list("pk"),
    values_many=lambda: B.order_by("pk", "authors__pk").values_list("pk", "authors__name"),
    values_many_and_filter=lambda: B.filter(authors__age__gt=40).order_by("pk").values_list("pk", "authors__name"),
    values_two_relations=lambda: B.filter(pk__lt=3).order_by("pk", "authors", "tags").values_list("authors", "tags"),
    values_m2m_key=lambda: B.order_by("pk", "authors").values_list("pk", "authors"),
    values_order_related_meta=lambda: B.order_by("tags", "pk").values_list("tags__label", "pk"),
    or_of_querysets=lambda: keys(B.filter(authors__age__gt=50) | B.filter(tags__label="rare")),
    and_of_querysets=lambda: keys(B.filter(authors__age__gt=50) & B.filter(authors__age__lt=50)),
    or_of_querysets_joined=lambda: keys(P.filter(country__name="Canada") | P.filter(books__pages__gt=1000)),
    related_manager_like=lambda: keys(B.filter(publisher=1)),
    filtered_relation=lambda: A.annotate(
        big=models.FilteredRelation("books", condition=Q(books__pages__gt=900))
    ).filter(big__isnull=False).order_by("pk", "big__pk").values_list("pk", "big__title"),
    filtered_relation_left=lambda: A.annotate(
        big=models.FilteredRelation("books", condition=Q(books__pages__gt=900))
    ).order_by("pk", "big__pk").values_list("pk", "big__title"),
    filtered_relation_aggregate=lambda: P.annotate(
        good=models.FilteredRelation("books", condition=Q(books__rating__gte=4))
    ).annotate(n=models.Count("good")).order_by("pk").values_list("pk", "n"),
    filtered_relation_onward=lambda: P.annotate(
        good=models.FilteredRelation("books", condition=Q(books__rating__gte=4))
    ).filter(good__authors__age__gt=50).order_by("pk").values_list("pk", flat=True),
    error_python_filtered_relation_alias=lambda: A.annotate(**{"big book": models.FilteredRelation("books")}),
    filtered_relation_deep=lambda: A.annotate(x=models.FilteredRelation("books__tags")).filter(x__label="ai"),
    two_filters_values=lambda: P.filter(books__pages__gt=200).filter(books__pages__lt=400).order_by("pk", "books__pk").values_list("pk", "books__title"),
    two_filters_order=lambda: P.filter(books__pages__lt=400).filter(books__pages__gt=200).order_by("books__pages", "pk").values_list("pk", flat=True),
    two_filters_annotate=lambda: P.filter(books__pages__gt=200).filter(books__pages__lt=400).annotate(n=models.Sum("books__pages")).order_by("pk").values_list("pk", "n"),
    two_filters_f=lambda: P.filter(books__pages__gt=200).filter(books__pages__lt=400).annotate(n=F("books__pages") + 1).order_by("pk", "n").values_list("pk", "n"),
    two_filters_values_many=lambda: B.filter(authors__age__gt=34).filter(authors__age__lt=46).order_by("pk", "authors__name").values_list("pk", "authors__name"),
    two_filters_values_middle=lambda: P.filter(books__authors__age__gt=34).filter(books__authors__age__lt=46).order_by("pk", "books__pk", "books__authors__name").values_list("pk", "books__pk", "books__authors__name"),
    three_filters_values=lambda: P.filter(books__pages__gt=200).filter(books__rating__gte=4).filter(books__pages__lt=400).order_by("pk", "books__pk").values_list("pk", "books__title"),
    filter_annotate_filter=lambda: P.filter(books__pages__gt=200).annotate(n=F("books__pages")).filter(books__pages__lt=400).order_by("pk", "n").values_list("pk", "n"),
    filter_annotate_filter_aggregate=lambda: P.filter(books__pages__gt=200).annotate(n=models.Count("books")).filter(books__pages__lt=400).order_by("pk").values_list("pk", "n"),
    or_then_filter_values=lambda: P.filter(Q(books__pages__gt=900) | Q(awards=1)).filter(books__pages__lt=600).order_by("pk", "books__pk").values_list("pk", "books__pk"),
    stock_across=lambda: Stock.objects.order_by("pk").values_list("store__name", "book__publisher__country__name"),
)  # fmt: skip
