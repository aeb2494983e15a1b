"""FilteredRelation: what its condition may speak of, and what may follow."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, Q, functions, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Publisher, Stock, Store, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
A, B, P, S, T, K = (m.objects for m in (Author, Book, Publisher, Store, Tag, Stock))
Value, Count, Sum = models.Value, models.Count, models.Sum
FR = models.FilteredRelation
OuterRef, Subquery, Exists = models.OuterRef, models.Subquery, models.Exists


def joined(queryset: Any, relation: str, condition: Any = None, show: str = "pk") -> Build:
    """Return the keys of the queryset with what the relation, filtered, leads to."""
    options = {} if condition is None else {"condition": condition}
    return lambda: (
        queryset.annotate(rel=FR(relation, **options)).order_by("pk", f"rel__{show}").values_list("pk", f"rel__{show}")
    )


def kept(queryset: Any, relation: str, condition: Any = None, **lookups: Any) -> Build:
    """Return the keys that the filtered relation keeps."""
    options = {} if condition is None else {"condition": condition}
    return lambda: (
        queryset.annotate(rel=FR(relation, **options)).filter(**lookups or {"rel__isnull": False})
        .order_by("pk").values_list("pk", "rel__pk")
    )  # fmt: skip


# What the condition names: columns of the relation, of the model, of the relations on the way.
TABLE.rows(
    no_condition=joined(P, "books"),
    forward=joined(B, "publisher", Q(publisher__awards__gt=2), "name"),
    forward_kept=kept(B, "publisher", Q(publisher__awards__gt=2)),
    reverse=joined(P, "books", Q(books__pages__gt=400), "title"),
    reverse_kept=kept(P, "books", Q(books__pages__gt=400)),
    many=joined(B, "authors", Q(authors__age__gt=40), "name"),
    many_kept=kept(B, "authors", Q(authors__age__gt=40)),
    one=joined(B, "sequel", Q(sequel__pages__gt=400), "title"),
    own_self=joined(A, "mentor", Q(mentor__age__gt=34), "name"),
    negated=joined(P, "books", ~Q(books__pages__gt=400)),
    negated_null=joined(P, "books", ~Q(books__rating__gt=4)),
    either=joined(P, "books", Q(books__pages__gt=900) | Q(books__rating=4.5)),
    either_negated=joined(P, "books", ~(Q(books__pages__gt=900) | Q(books__rating=4.5))),
    exactly_one=joined(P, "books", Q(books__pages__gt=400) ^ Q(books__rating__gte=4.5)),
    null=joined(P, "books", Q(books__sequel_of__isnull=True)),
    foreign_key=joined(P, "books", Q(books__contact=1)),
    foreign_key_id=joined(P, "books", Q(books__contact_id=1)),
    key=joined(P, "books", Q(books=1)),
    key_in=joined(P, "books", Q(books__in=[1, 2])),
    key_pk=joined(P, "books", Q(books__pk__lt=3)),
    empty_in=joined(P, "books", Q(books__in=[])),
    everything=joined(P, "books", ~Q(books__in=[])),
    own_column=joined(P, "books", Q(awards__gt=2)),
    own_and_related=joined(P, "books", Q(books__pages__gt=400, awards__gt=2)),
    own_or_related=joined(P, "books", Q(books__pages__gt=400) | Q(awards__gt=8)),
    transform=joined(P, "books", Q(books__published__year__gt=2007)),
    transform_lookup=joined(P, "books", Q(books__title__iendswith="s")),
    json=joined(P, "books", Q(books__extra__lang="en")),
    own_relation_id=joined(P, "books", Q(country="US")),
    own_relation=joined(P, "books", Q(country__name="United States")),
    error_own_relation_lookup=joined(P, "books", Q(country__name__startswith="United")),
    error_outside=joined(P, "books", Q(country__authors__age__gt=1)),
    error_deeper=joined(P, "books", Q(books__contact__age__gt=1)),
    error_deeper_many=joined(P, "books", Q(books__authors__age__gt=1)),
    error_unknown=joined(P, "books", Q(nome=1)),
    error_unknown_related=joined(P, "books", Q(books__nome=1)),
    error_relation_unknown=joined(P, "nome"),
    error_any_relation_plain=joined(P, "name"),
    error_relation_lookup=joined(P, "books__pages__gt"),
    error_relation_empty=joined(P, ""),
    error_condition=joined(P, "books", {"books__pages": 1}),
    error_python_period=lambda: P.annotate(**{"a.b": FR("books")}),
    error_any_taken=lambda: P.annotate(name=FR("books")),
    error_any_same_as_relation=lambda: P.annotate(books=FR("books")).values("books__title"),
)  # fmt: skip

# Expressions in the condition.
TABLE.rows(
    f_own=joined(B, "authors", Q(authors__age__lt=F("pages"))),
    f_own_many=joined(P, "books", Q(books__pages__gt=F("awards") * 100)),
    f_related=joined(P, "books", Q(books__pages__gt=F("books__rating") * 100)),
    f_related_bare=joined(P, "books", Q(books__flags__lt=F("books__pages"))),
    f_related_left=joined(P, "books", models.Q(models.lookups.GreaterThan(F("books__pages"), F("books__rating") * 100))),
    f_function=joined(P, "books", Q(books__title__contains=functions.Left("name", 1))),
    f_function_related=joined(P, "books", Q(books__title__gt=functions.Upper("books__title"))),
    f_other_relation=joined(P, "books", Q(books__title__gt=F("country__name"))),
    lookup=joined(P, "books", Q(models.lookups.GreaterThan(F("books__pages"), 400))),
    value=joined(P, "books", Q(books__pages=Value(447))),
    case=joined(P, "books", Q(books__pages__gt=models.Case(models.When(awards__gt=5, then=1000), default=100))),
    error_queryset=joined(P, "books", Q(books__in=B.filter(pages__gt=400))),
    error_queryset_values=joined(P, "books", Q(books__pages__in=B.filter(pages__gt=400).values("pages"))),
    subquery=joined(P, "books", Q(books__pages__gt=Subquery(B.filter(pk=3).values("pages")))),
    subquery_in=joined(P, "books", Q(books__in=Subquery(B.filter(pages__gt=400).values("pk")))),
    subquery_outer=joined(P, "books", Q(books__pages=Subquery(
        B.filter(publisher=OuterRef("pk")).order_by("-pages").values("pages")[:1]))),
    exists=joined(P, "books", Q(Exists(A.filter(country=OuterRef("country"), age__gt=40)))),
    exists_related=joined(P, "books", Q(Exists(A.filter(pk=OuterRef("books__contact"), age__gt=40)))),
    exists_not=joined(P, "books", Q(~Exists(A.filter(country=OuterRef("country"))), books__pages__gt=1)),
    error_deeper_f=joined(P, "books", Q(books__pages=F("books__contact__age"))),
    error_deeper_expression=joined(P, "books", Q(books__pages=F("books__contact__age") + 1)),
    error_deeper_lookup=joined(P, "books", Q(models.lookups.GreaterThan(F("books__contact__age"), 400))),
)  # fmt: skip

# Annotations in the condition.
TABLE.rows(
    annotation=joined(P.annotate(limit=F("awards") * 100), "books", Q(books__pages__gt=F("limit"))),
    annotation_left=joined(P.annotate(limit=F("awards") * 100), "books", Q(limit__gt=250)),
    annotation_left_plain=joined(P.annotate(limit=F("awards")), "books", Q(limit=3)),
    annotation_both=joined(P.annotate(limit=F("awards") * 100), "books", Q(limit__lt=F("books__pages"))),
    annotation_both_bare=joined(P.annotate(limit=F("awards")), "books", Q(limit__lt=F("awards"))),
    annotation_alias=joined(P.alias(limit=F("awards") * 100), "books", Q(books__pages__gt=F("limit"))),
    annotation_value=joined(P.annotate(limit=Value(400)), "books", Q(books__pages__gt=F("limit"))),
    annotation_function=joined(P.annotate(low=functions.Lower("name")), "books", Q(low__startswith="a")),
    annotation_transform=joined(P.annotate(when=F("founded")), "books", Q(when__year__gt=1950)),
    annotation_across=joined(P.annotate(land=F("country__name")), "books", Q(land__startswith="United")),
    annotation_across_right=joined(P.annotate(land=F("country__name")), "books", Q(books__title__gt=F("land"))),
    annotation_of_relation=joined(P.annotate(pages=F("books__pages")), "books", Q(pages__gt=400)),
    annotation_of_relation_right=joined(P.annotate(pages=F("books__pages")), "books", Q(books__pages=F("pages"))),
    annotation_case=joined(P.annotate(big=models.Case(models.When(awards__gt=5, then=1), default=0)), "books", Q(big=1)),
    annotation_boolean=joined(P.annotate(big=Q(awards__gt=5)), "books", Q(big=True)),
    annotation_exists=joined(P.annotate(has=Exists(B.filter(publisher=OuterRef("pk"), pages__gt=900))), "books", Q(has=True)),
    annotation_subquery=joined(
        P.annotate(most=Subquery(B.filter(publisher=OuterRef("pk")).order_by("-pages").values("pages")[:1])),
        "books", Q(books__pages=F("most"))),
    annotation_negated=joined(P.annotate(limit=F("awards") * 100), "books", ~Q(books__pages__gt=F("limit"))),
    annotation_negated_left=joined(P.annotate(limit=F("awards") * 100), "books", ~Q(limit__gt=250)),
    annotation_kept=kept(P.annotate(limit=F("awards") * 100), "books", Q(books__pages__gt=F("limit"))),
    annotation_kept_more=kept(P.annotate(limit=F("awards") * 100), "books", Q(books__pages__gt=F("limit")), rel__rating__gte=4),
    annotation_onward=lambda: P.annotate(limit=F("awards") * 100).annotate(
        rel=FR("books", condition=Q(books__pages__gt=F("limit")))).annotate(n=F("rel__pages") - F("limit")).order_by("pk", "n").values_list("pk", "n"),
    annotation_counted=lambda: P.annotate(limit=F("awards") * 100).annotate(
        rel=FR("books", condition=Q(books__pages__gt=F("limit")))).annotate(n=Count("rel")).order_by("pk").values_list("pk", "n"),
    annotation_counted_left=lambda: P.annotate(limit=F("awards") * 100).annotate(
        rel=FR("books", condition=Q(limit__gt=250))).annotate(n=Count("rel")).order_by("pk").values_list("pk", "n"),
    annotation_both_in_one_call=lambda: P.annotate(limit=F("awards") * 100, rel=FR("books", condition=Q(books__pages__gt=F("limit")))).order_by("pk", "rel__pk").values_list("pk", "rel"),
    annotation_after=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400)), n=F("rel__pages")).order_by("pk", "n").values_list("pk", "n"),
    error_any_annotation_aggregate=joined(P.annotate(n=Count("books")), "books", Q(n__gt=1)),
    error_annotation_unknown=joined(P, "books", Q(books__pages__gt=F("limit"))),
    error_annotation_later=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=F("limit")))).annotate(limit=F("awards")).values_list("rel"),
    error_annotation_lookup=joined(P.annotate(limit=F("awards") * 100), "books", Q(limit__nome=1)),
    many_with_annotation=joined(B.annotate(limit=F("pages") / 10), "authors", Q(authors__age__lt=F("limit"))),
    of_filtered=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).annotate(
        deep=F("rel__contact__name")).order_by("pk", "deep").values_list("pk", "deep"),
)  # fmt: skip

# Relations of several steps.
TABLE.rows(
    steps=joined(P, "books__authors", Q(books__authors__age__gt=40), "name"),
    steps_kept=kept(P, "books__authors", Q(books__authors__age__gt=40)),
    steps_forward=joined(B, "publisher__country", Q(publisher__country__name__startswith="United"), "name"),
    steps_forward_id=joined(B, "publisher__country", Q(publisher__awards__gt=2), "name"),
    steps_own=joined(P, "books__authors", Q(awards__gt=2)),
    steps_middle=joined(P, "books__authors", Q(books__pages__gt=400)),
    steps_middle_kept=kept(P, "books__authors", Q(books__pages__gt=400)),
    steps_middle_and_end=joined(P, "books__authors", Q(books__pages__gt=400, books__authors__age__gt=40)),
    steps_middle_and_end_kept=kept(P, "books__authors", Q(books__pages__gt=400, books__authors__age__gt=40)),
    steps_middle_expression=joined(P, "books__authors", Q(books__authors__age__gt=F("books__pages") / 20)),
    steps_three=joined(S, "books__publisher__country", Q(books__publisher__country__name__startswith="U"), "name"),
    steps_three_middle=joined(S, "books__publisher__country", Q(books__publisher__awards__gt=2), "name"),
    steps_annotation=joined(P.annotate(limit=F("awards") * 10), "books__authors", Q(books__authors__age__gt=F("limit")), "name"),
    steps_onward=lambda: P.annotate(rel=FR("books__authors", condition=Q(books__authors__age__gt=30))).order_by("pk", "rel__country__name", "rel__pk").values_list("pk", "rel__country__name"),
    steps_counted=lambda: P.annotate(rel=FR("books__authors", condition=Q(books__authors__age__gt=30))).annotate(n=Count("rel", distinct=True)).order_by("pk").values_list("pk", "n"),
    steps_and_plain=lambda: P.annotate(rel=FR("books__authors", condition=Q(books__authors__age__gt=40))).filter(books__pages__gt=400).order_by("pk", "rel__pk").values_list("pk", "rel__pk"),
    steps_reverse_middle=joined(P, "books__stock", Q(books__pages__gt=400)),
    steps_reverse_middle_kept=kept(P, "books__stock", Q(books__pages__gt=400)),
    steps_reverse_both=joined(P, "books__stock", Q(books__pages__gt=400, books__stock__amount__gt=1)),
    steps_reverse_both_kept=kept(P, "books__stock", Q(books__pages__gt=400, books__stock__amount__gt=1)),
    steps_reverse_filter_with=lambda: P.annotate(rel=FR("books__stock", condition=Q(books__stock__amount__gt=1)))
    .filter(rel__isnull=False, books__pages__gt=400).order_by("pk", "rel__pk").values_list("pk", "rel__pk"),
    error_steps_deeper=joined(P, "books__authors", Q(books__authors__country__name="x")),
    error_steps_deeper_annotation=joined(P, "books__authors", Q(books__authors__friends__age=1)),
    steps_outside=joined(P, "books__authors", Q(books__tags__label="web")),
    error_steps_outside_lookup=joined(P, "books__authors", Q(books__tags__label__gt="web")),
)  # fmt: skip

# Use.
TABLE.rows(
    twice=lambda: P.annotate(long=FR("books", condition=Q(books__pages__gt=400)), short=FR("books", condition=Q(books__pages__lte=400)))
    .order_by("pk", "long", "short").values_list("pk", "long__title", "short__title"),
    twice_counted=lambda: P.annotate(long=FR("books", condition=Q(books__pages__gt=400)), short=FR("books", condition=Q(books__pages__lte=400)))
    .annotate(a=Count("long", distinct=True), b=Count("short", distinct=True)).order_by("pk").values_list("pk", "a", "b"),
    filters_share=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=200))).filter(rel__rating__gte=4).filter(rel__pages__lt=400).order_by("pk").values_list("pk", "rel__title"),
    excluded=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).exclude(rel__rating__gte=4).order_by("pk").values_list("pk"),
    excluded_null=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).exclude(rel__isnull=True).order_by("pk", "rel").values_list("pk", "rel"),
    excluded_forward=lambda: B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).exclude(rel__name="Apress").order_by("pk").values_list("pk"),
    or_filter=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).filter(Q(rel__rating__gte=4) | Q(awards=0)).order_by("pk").values_list("pk"),
    select_related=lambda: B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).select_related("rel").order_by("pk"),
    select_related_name=lambda: call(B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).select_related("rel").filter(pk=1), "get"),
    select_related_reverse=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).select_related("rel").order_by("pk", "rel__pk"),
    select_related_deep=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).select_related("rel__contact__country").order_by("pk", "rel__pk"),
    select_related_steps=lambda: P.annotate(rel=FR("books__authors", condition=Q(books__authors__age__gt=40))).select_related("rel").order_by("pk", "rel__pk"),
    error_select_related_below=lambda: B.annotate(rel=FR("publisher")).select_related("contact__rel"),
    error_select_related_unknown=lambda: B.annotate(rel=FR("publisher")).select_related("nome"),
    select_related_deferred=lambda: B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).select_related("rel").defer("rel__name").order_by("pk"),
    error_of_another_lookup=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).annotate(
        second=FR("books__authors", condition=Q(rel__rating__gte=4))),
    of_another=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).annotate(
        second=FR("books__authors", condition=Q(rel__rating=4.0))).order_by("pk", "second", "rel").values_list("pk", "second", "rel"),
    filters_share_forward=lambda: B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).filter(rel__name="Apress").filter(rel__awards=3).order_by("pk").values_list("pk", "rel__name"),
    filters_share_many=lambda: B.annotate(rel=FR("authors", condition=Q(authors__age__gt=20))).filter(rel__age__gt=34).filter(rel__age__lt=46).order_by("pk", "rel__name").values_list("pk", "rel__name"),
    exclude_many=lambda: B.annotate(rel=FR("authors", condition=Q(authors__age__gt=40))).exclude(rel__name__startswith="S").order_by("pk", "rel").values_list("pk", "rel"),
    select_related_counted=lambda: call(B.annotate(rel=FR("publisher", condition=Q(publisher__awards__gt=2))).select_related("rel"), "count"),
    summed=lambda: call(P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))), "aggregate", n=Sum("rel__pages")),
    counted=lambda: call(P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).filter(rel__rating__gte=4), "count"),
    existing=lambda: call(P.annotate(rel=FR("books", condition=Q(books__pages__gt=4000))).filter(rel__isnull=False), "exists"),
    in_subquery=lambda: B.filter(publisher__in=P.annotate(rel=FR("books", condition=Q(books__pages__gt=900))).filter(rel__isnull=False)).order_by("pk").values_list("pk"),
    in_exists=lambda: A.filter(Exists(P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).filter(rel__contact=OuterRef("pk")))).order_by("pk").values_list("pk"),
    values_of_relation=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).order_by("pk", "rel").values("pk", "rel"),
    values_grouped=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).values("rel__rating").annotate(n=Count("pk")).order_by("rel__rating").values_list("rel__rating", "n"),
    distinct=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=1))).filter(rel__isnull=False).distinct().order_by("pk").values_list("pk"),
    window=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=1))).annotate(n=models.Window(functions.RowNumber(), order_by=["rel__pages", "pk"])).order_by("n").values_list("pk", "n"),
    updated=lambda: call(P.annotate(rel=FR("books", condition=Q(books__pages__gt=4000))).filter(rel__isnull=False), "update", awards=1),
    deleted=lambda: call(P.annotate(rel=FR("books", condition=Q(books__pages__gt=4000))).filter(rel__isnull=False), "delete"),
    united=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=900))).filter(rel__isnull=False).union(P.filter(pk=1)).order_by("pk").values_list("pk", flat=True),
    error_prefetch=lambda: P.annotate(rel=FR("books", condition=Q(books__pages__gt=400))).prefetch_related("rel__authors"),
    error_only=lambda: P.annotate(rel=FR("books")).only("rel__title"),
    defer=lambda: P.annotate(rel=FR("books")).defer("rel__title"),
    error_unknown_through=lambda: P.annotate(rel=FR("books")).filter(rel__nome=1),
    error_unknown_beside=lambda: P.annotate(rel=FR("books")).filter(nome=1),
)  # fmt: skip
