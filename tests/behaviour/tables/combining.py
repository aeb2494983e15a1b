"""Set operations: their columns, their order by what is selected and by what is not, their place in other queries."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, Q, functions, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Employee, Publisher, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
A, B, P, E, T = Author.objects, Book.objects, Publisher.objects, Employee.objects, Tag.objects
Value, Count = models.Value, models.Count
Lower, Upper, Length = functions.Lower, functions.Upper, functions.Length


def books() -> Any:
    """Return the union of two querysets of books."""
    return B.filter(pages__gt=400).union(B.filter(pages__lt=350))


def ordered(*names: Any) -> Build:
    """Return the union of books in this order."""
    return lambda: books().order_by(*names)


def keys(*names: Any) -> Build:
    """Return the keys of the union of books in this order, which need not be by what is selected."""
    return lambda: books().values_list("pk", flat=True).order_by(*names)


def values(*names: Any) -> Build:
    """Return the union of the titles of books in this order."""
    return lambda: (
        B.filter(pages__gt=400).values("title").union(B.filter(pages__lt=350).values("title")).order_by(*names)
    )


# Ordered by what is selected.
TABLE.rows(
    order_name=ordered("title"),
    order_name_descending=ordered("-title"),
    order_f=ordered(F("title")),
    order_f_descending=ordered(F("title").desc()),
    order_f_nulls=ordered(F("rating").desc(nulls_last=True), "pk"),
    order_f_nulls_first=ordered(F("rating").asc(nulls_first=True), "-pk"),
    order_pk=ordered("-pk"),
    order_relation=ordered("publisher", "pk"),
    order_relation_id=ordered("-publisher_id", "pk"),
    order_reverse=lambda: books().order_by("pages", "pk").reverse(),
    order_reverse_f=lambda: books().order_by(F("rating").desc(nulls_last=True), "pk").reverse(),
    order_sliced=lambda: books().order_by("-pages")[1:3],
    order_twice=lambda: books().order_by(Length("title")).order_by("pk"),
    order_removed_then=lambda: books().order_by("authors__name").order_by().order_by("pk"),
    values_name=values("title"),
    values_f=values(F("title").desc()),
)  # fmt: skip

# Ordered by what is not selected.
TABLE.rows(
    order_expression=keys(Length("title"), "pk"),
    order_expression_descending=keys(Length("title").desc(), "pk"),
    order_two_expressions=keys(Length("title") % 3, Upper("title")),
    order_arithmetic=keys(F("pages") % 7, "pk"),
    order_f_arithmetic_nulls=keys((F("rating") * 2).asc(nulls_last=True), "pk"),
    order_across=keys("publisher__name", "pk"),
    order_across_f=keys(F("publisher__name").desc(nulls_last=True), "pk"),
    order_across_two=keys("publisher__country__name", "pk"),
    order_across_function=keys(Lower("publisher__name"), "pk"),
    order_across_many=keys("tags__label", "pk"),
    order_case=keys(models.Case(models.When(pages__gt=500, then=0), default=1), "pk"),
    order_value=keys(Value(1), "pk"),
    order_exists=keys(models.Exists(A.filter(contact_books=models.OuterRef("pk"), age__gt=40)), "pk"),
    order_subquery=keys(models.Subquery(A.filter(pk=models.OuterRef("contact")).values("age")[:1]).asc(nulls_first=True), "pk"),
    order_transform=keys("published__month", "pk"),
    order_json=keys("extra__lang", "pk"),
    order_expression_sliced=lambda: books().values_list("pk", flat=True).order_by(Length("title"), "pk")[:3],
    order_expression_reverse=lambda: books().values_list("pk", flat=True).order_by(Length("title"), "pk").reverse(),
    order_expression_first=lambda: call(books().values_list("pk", flat=True).order_by(Length("title"), "pk"), "first"),
    order_expression_last=lambda: call(books().values_list("pk", flat=True).order_by(Length("title"), "pk"), "last"),
    order_expression_count=lambda: call(books().order_by(Length("title")), "count"),
    order_expression_exists=lambda: call(books().order_by(Length("title")), "exists"),
    order_expression_all=lambda: B.filter(pages__gt=900).union(B.filter(pages__gt=900), all=True).values_list("pk", flat=True).order_by(Length("title"), "pk"),
    order_expression_intersection=lambda: B.filter(pages__gt=300).intersection(B.filter(pages__lt=950)).values_list("pk", flat=True).order_by(Length("title"), "pk"),
    order_expression_difference=lambda: B.filter(pages__gt=300).difference(B.filter(pages__gt=950)).values_list("pk", flat=True).order_by(Length("title").desc(), "pk"),
    order_expression_three=lambda: B.filter(pk=1).union(B.filter(pk=2), B.filter(pk__gte=5)).values_list("pk", flat=True).order_by(Length("title"), "pk"),
    order_expression_merges=lambda: B.filter(pages__gt=0).union(B.filter(pages__gt=300)).values_list("pk", flat=True).order_by(F("pages") % 2, "pk"),
    order_annotated=lambda: B.annotate(n=Length("title")).filter(pages__gt=400).union(
        B.annotate(n=Length("title")).filter(pages__lt=350)).order_by("n", "pk"),
    order_annotated_f=lambda: B.annotate(n=Length("title")).filter(pages__gt=400).union(
        B.annotate(n=Length("title")).filter(pages__lt=350)).order_by(F("n").desc(), "pk"),
    order_annotated_again=lambda: B.annotate(n=Length("title")).filter(pages__gt=400).union(
        B.annotate(n=Length("title")).filter(pages__lt=350)).order_by(Length("title"), "pk"),
    order_annotated_expression=lambda: B.annotate(n=Length("title")).filter(pages__gt=400).union(
        B.annotate(n=Length("title")).filter(pages__lt=350)).values_list("pk", flat=True).order_by(F("n") % 5, "pk"),
    order_annotated_differently=lambda: B.annotate(n=Value(2)).filter(pages__gt=400).union(
        B.annotate(n=Value(1)).filter(pages__lt=350)).order_by("n", "pk"),
    order_annotated_differently_expression=lambda: B.annotate(n=Value(2)).filter(pages__gt=400).union(
        B.annotate(n=Value(1)).filter(pages__lt=350)).values_list("pk", flat=True).order_by(F("n") * 2, "pk"),
    order_alias=lambda: B.alias(n=Length("title")).filter(pages__gt=400).union(
        B.alias(n=Length("title")).filter(pages__lt=350)).values_list("pk", flat=True).order_by("n", "pk"),
    order_aggregate=lambda: P.annotate(n=Count("books")).filter(n__gt=1).union(
        P.annotate(n=Count("books")).filter(n__lt=1)).order_by("-n", "pk"),
    order_of_parts=lambda: B.order_by("pk").filter(pages__gt=400).union(B.filter(pages__lt=350)).values_list("pk", flat=True).order_by(Length("title"), "pk"),
    order_deferred=lambda: B.only("title").filter(pages__gt=400).union(B.only("title").filter(pages__lt=350)).order_by("title"),
    order_deferred_away=lambda: B.defer("pages").filter(pages__gt=400).union(B.defer("pages").filter(pages__lt=350)).order_by("pages", "pk").values_list("pk", flat=True),
    error_order_alias_of_one=lambda: B.alias(n=Length("title")).filter(pages__gt=400).union(B.filter(pages__lt=350)).order_by("n", "pk"),
    error_order_unknown=keys("nome"),
    error_order_unknown_f=keys(F("nome")),
    error_order_unknown_function=keys(Length("nome")),
    error_order_aggregate_function=keys(Count("authors")),
    error_order_values=values("pages"),
    error_order_values_expression=values(Length("title")),
    error_order_values_f=values(F("pages").desc()),
    error_order_values_second=lambda: B.values("title").union(A.values("name")).order_by("pages"),
    error_order_values_of_one=lambda: B.filter(pk=1).union(B.filter(pk=2).values("id")).order_by(Length("title")),
    order_values_annotated_again=lambda: B.values(up=Upper("title")).union(B.values(up=Upper("title"))).order_by(Upper("title")),
    error_order_values_renamed=lambda: B.values(name2=F("title")).union(B.values(name2=F("title"))).order_by("title"),
    error_order_values_renamed_f=lambda: B.values(name2=F("title")).union(B.values(name2=F("title"))).order_by(F("title")),
    order_values_renamed=lambda: B.values(name2=F("title")).union(B.values(name2=F("title"))).order_by("name2"),
    order_values_renamed_f=lambda: B.values(name2=F("title")).union(B.values(name2=F("title"))).order_by(F("name2").desc()),
    order_values_annotated=lambda: B.values(up=Upper("title")).union(B.values(up=Upper("title"))).order_by("up"),
    order_random=lambda: call(books().order_by("?"), "count"),
)  # fmt: skip

# Values of the whole, after the operation.
TABLE.rows(
    whole_values=lambda: books().values("title").order_by("title"),
    whole_values_order_other=lambda: books().values("title").order_by("pages", "pk"),
    whole_values_order_expression=lambda: books().values("title").order_by(Length("title"), "title"),
    whole_values_list_order_other=lambda: books().values_list("title", flat=True).order_by("pages", "title"),
    whole_values_list_order_across=lambda: books().values("title").order_by("publisher__name", "title"),
    whole_order_then_values=lambda: books().order_by("pages", "pk").values("title"),
    whole_order_expression_then_values=lambda: books().order_by(Length("title"), "pk").values("title", "pk"),
    whole_values_two=lambda: books().values_list("pk", "title").order_by("pk"),
    whole_values_across=lambda: books().values_list("pk", "publisher__name").order_by("pk"),
    whole_values_named=lambda: books().values_list("pk", "title", named=True).order_by("pk"),
    whole_values_of_annotated=lambda: A.annotate(k=Value(1)).filter(pk=1).union(A.annotate(k=Value(2)).filter(pk=2)).values("name", "k").order_by("k"),
    whole_values_of_annotated_flat=lambda: A.annotate(k=Value(1)).filter(pk=1).union(A.annotate(k=Value(2)).filter(pk=2)).values_list("k", flat=True).order_by("-k"),
    error_whole_values_expression=lambda: books().values(n=Length("title")).order_by("n"),
    error_whole_values_unknown=lambda: books().values("nome"),
    distinct_on_parts=lambda: B.values("publisher").distinct().union(B.values("publisher").distinct()).order_by("publisher"),
    nulls_between=lambda: A.values_list("alias").union(A.values_list("goes_by")).order_by("alias"),
    mixed_models=lambda: A.values_list("name", "age").union(B.values_list("title", "pages")).order_by("age", "name"),
    mixed_values=lambda: A.values("name").union(P.values("name")).order_by("-name"),
    values_of_annotations=lambda: A.annotate(kind=Value("a")).values("kind", "name").union(P.annotate(kind=Value("p")).values("kind", "name")).order_by("kind", "name"),
    values_of_annotations_other_order=lambda: A.annotate(kind=Value("a")).values_list("name", "kind").union(P.annotate(kind=Value("p")).values_list("name", "kind")).order_by("kind", "name"),
    values_of_aggregates=lambda: A.values("country").annotate(n=Count("pk")).union(P.values("country").annotate(n=Count("pk"))).order_by("country", "n"),
    values_list_of_aggregates=lambda: B.values_list("publisher").annotate(n=models.Sum("pages")).union(
        B.values_list("contact").annotate(n=models.Sum("pages"))).order_by("n", "publisher"),
)  # fmt: skip

# Operations of operations, and operations inside other queries.
TABLE.rows(
    nested=lambda: B.filter(pk=1).union(B.filter(pk=2)).union(B.filter(pk=3)).order_by("-pk"),
    nested_values=lambda: B.filter(pk=1).values("title").union(B.filter(pk=2).values("title")).union(B.filter(pk=3).values("title")).order_by("title"),
    nested_difference=lambda: B.all().difference(B.filter(pk=2)).difference(B.filter(pk=3)).order_by("pk").values_list("pk", flat=True),
    nested_mixed=lambda: B.filter(pk__lt=5).intersection(B.filter(pk__gt=1)).union(B.filter(pk=6)).order_by("pk").values_list("pk", flat=True),
    nested_right=lambda: B.filter(pk=6).union(B.filter(pk__lt=5).difference(B.filter(pk=3))).order_by("pk").values_list("pk", flat=True),
    in_filter=lambda: A.filter(pk__in=A.filter(age__gt=50).values("pk").union(A.filter(age__lt=30).values("pk"))).order_by("pk"),
    in_filter_ordered=lambda: A.filter(pk__in=A.filter(age__gt=50).values("pk").union(A.filter(age__lt=30).values("pk")).order_by("pk")[:1]).order_by("pk"),
    in_exclude=lambda: A.exclude(pk__in=A.filter(age__gt=40).values("pk").union(A.filter(age__lt=30).values("pk"))).order_by("pk"),
    in_exists=lambda: A.filter(models.Exists(
        B.filter(contact=models.OuterRef("pk"), pages__gt=900).union(B.filter(contact=models.OuterRef("pk"), pages__lt=350)))).order_by("pk"),
    in_subquery=lambda: A.annotate(n=models.Subquery(
        B.filter(contact=models.OuterRef("pk")).values("pages").union(
            B.filter(authors=models.OuterRef("pk")).values("pages")).order_by("-pages")[:1])).order_by("pk").values_list("pk", "n"),
    in_intersection=lambda: A.filter(pk__in=A.filter(age__gt=30).values("pk").intersection(A.filter(age__lt=40).values("pk"))).order_by("pk"),
    in_difference=lambda: A.filter(pk__in=A.values("pk").difference(A.filter(age__lt=40).values("pk"))).order_by("pk"),
    iterated=lambda: call(B.filter(pk=1).union(B.filter(pk=2)).order_by("pk"), "first"),
    error_contains=lambda: call(B.filter(pk=1).union(B.filter(pk=2)), "contains", Book(pk=2)),
    count_sliced=lambda: call(books().order_by("pk")[1:3], "count"),
    exists_sliced=lambda: call(books().order_by("pk")[30:], "exists"),
    explain=lambda: call(books(), "exists"),
    error_in_bulk=lambda: call(books(), "in_bulk", [1]),
    latest=lambda: call(books(), "latest", "pk"),
    error_only=lambda: books().only("title"),
    error_defer=lambda: books().defer("title"),
    error_alias=lambda: books().alias(n=Value(1)),
    error_prefetch=lambda: books().prefetch_related("authors"),
    error_dates=lambda: books().dates("published", "year"),
    error_merge_values=lambda: B.values("pk") & B.values("title"),
    error_merge_values_and_objects=lambda: B.values("pk") | B.filter(pk=1),
    merge_objects_and_values=lambda: (B.filter(pk=2) | B.values("pk").filter(pk=1)).order_by("pk"),
    merge_values=lambda: (B.values("pk").filter(pk=2) | B.values("pk").filter(pk=1)).order_by("pk"),
    error_merge_annotated_values=lambda: B.values("pk", n=Value(1)) ^ B.values("pk"),
    error_and=lambda: books() & B.filter(pk=1),
    error_or=lambda: books() | B.filter(pk=1),
    error_or_right=lambda: B.filter(pk=1) | books(),
    error_xor=lambda: books() ^ B.filter(pk=1),
    error_complex=lambda: books().filter(Q(pk=1)),
    error_empty_filter=lambda: call(books().filter(), "count"),
    empty_parts=lambda: B.filter(pk__in=[]).union(B.filter(pk=2)).order_by("pk"),
    empty_parts_all=lambda: B.filter(pk__in=[]).union(B.filter(pk__in=[])).order_by("pk"),
    empty_intersection=lambda: B.filter(pk__in=[]).intersection(B.filter(pk=2)),
    empty_difference=lambda: B.filter(pk__in=[]).difference(B.filter(pk=2)),
    empty_difference_right=lambda: B.filter(pk=2).difference(B.filter(pk__in=[])).order_by("pk"),
    union_of_none_and_order=lambda: B.none().union(B.filter(pk=1), B.filter(pk=2)).values_list("pk", flat=True).order_by(Length("title"), "pk"),
    of_select_related=lambda: B.select_related("publisher").filter(pk=1).union(B.select_related("publisher").filter(pk=2)).order_by("pk"),
    of_select_related_expression=lambda: B.select_related("publisher").filter(pk=1).union(B.select_related("publisher").filter(pk=2)).values_list("pk", flat=True).order_by(Length("title")),
    of_union_none=lambda: B.filter(pk=1).union(B.filter(pk=2)).none(),
)  # fmt: skip

# Where Django refuses them on SQLite, aorm does not.
TABLE.rows(
    vendors=("postgresql",),
    whole_values_all=lambda: T.filter(pk=1).union(T.filter(pk=2)).values().order_by("pk"),
    sliced_parts=lambda: B.order_by("-pages")[:2].union(B.order_by("pages")[:2]).order_by("pages"),
    sliced_parts_values=lambda: B.order_by("-pages").values_list("pages", flat=True)[:1].union(B.order_by("pages").values_list("pages", flat=True)[:1]).order_by("pages"),
)  # fmt: skip
