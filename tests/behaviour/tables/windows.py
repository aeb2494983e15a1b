"""Window functions: partitions, orders, frames, and filters on them."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, Q, functions, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Employee

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
E = Employee.objects
Window, RowRange, ValueRange = models.Window, models.RowRange, models.ValueRange


def over(expression: Any, **options: Any) -> Build:
    """Return the window's value for each employee, in the order of keys."""
    return lambda: E.annotate(it=Window(expression, **options)).order_by("pk").values_list("name", "it")


BY_DEPARTMENT: dict[str, Any] = {"partition_by": "department", "order_by": ["salary", "pk"]}

TABLE.rows(
    empty_over=over(models.Sum("salary")),
    partition=over(models.Sum("salary"), partition_by="department"),
    partition_f=over(models.Avg("salary"), partition_by=F("department")),
    partition_two=over(models.Count("pk"), partition_by=["department", "age"]),
    partition_expression=over(models.Count("pk"), partition_by=functions.Left("department", 1)),
    order=over(functions.RowNumber(), order_by=["salary", "pk"]),
    order_descending=over(functions.RowNumber(), order_by=["-salary", "pk"]),
    order_expression=over(functions.RowNumber(), order_by=[F("salary").desc(), "pk"]),
    order_nulls=over(functions.RowNumber(), order_by=[F("bonus").asc(nulls_last=True), "pk"]),
    row_number=over(functions.RowNumber(), **BY_DEPARTMENT),
    rank=over(functions.Rank(), order_by="salary"),
    rank_partition=over(functions.Rank(), partition_by="department", order_by="salary"),
    dense_rank=over(functions.DenseRank(), order_by="salary"),
    percent_rank=over(functions.PercentRank(), partition_by="department", order_by="salary"),
    cume_dist=over(functions.CumeDist(), order_by="salary"),
    ntile=over(functions.Ntile(num_buckets=4), order_by=["salary", "pk"]),
    lag=over(functions.Lag("salary"), **BY_DEPARTMENT),
    lag_two=over(functions.Lag("salary", offset=2), **BY_DEPARTMENT),
    lag_default=over(functions.Lag("salary", default=0), **BY_DEPARTMENT),
    lead=over(functions.Lead("name"), **BY_DEPARTMENT),
    first_value=over(functions.FirstValue("salary"), **BY_DEPARTMENT),
    last_value=over(functions.LastValue("salary"), **BY_DEPARTMENT),
    nth_value=over(functions.NthValue("salary", nth=2), **BY_DEPARTMENT),
    running_sum=over(models.Sum("salary"), **BY_DEPARTMENT),
    frame_rows=over(models.Sum("salary"), order_by=["pk"], frame=RowRange(start=-1, end=1)),
    frame_rows_unbounded=over(models.Sum("salary"), order_by=["pk"], frame=RowRange(start=None, end=None)),
    frame_rows_ahead=over(models.Sum("salary"), order_by=["pk"], frame=RowRange(start=0, end=2)),
    frame_rows_behind=over(models.Sum("salary"), order_by=["pk"], frame=RowRange(start=-2, end=-1)),
    frame_rows_further=over(models.Sum("salary"), order_by=["pk"], frame=RowRange(start=1, end=2)),
    frame_range=over(models.Sum("salary"), order_by="salary", frame=ValueRange(start=None, end=0)),
    frame_range_open=over(models.Sum("salary"), order_by="salary", frame=ValueRange(start=0, end=None)),
    frame_exclusion=over(
        models.Sum("salary"),
        order_by=["pk"],
        frame=RowRange(start=-1, end=1, exclusion=models.WindowFrameExclusion.CURRENT_ROW),
    ),
    filtered_aggregate=over(models.Count("pk", filter=Q(age__gt=30)), partition_by="department"),
    arithmetic=lambda: (
        E.annotate(it=F("salary") - Window(models.Min("salary"), partition_by="department"))
        .order_by("pk")
        .values_list("it", flat=True)
    ),
    several=lambda: (
        E.annotate(
            a=Window(functions.RowNumber(), **BY_DEPARTMENT), b=Window(models.Max("salary"), partition_by="department")
        )
        .order_by("pk")
        .values_list("a", "b")
    ),
    order_by_window=lambda: E.order_by(Window(functions.RowNumber(), order_by=["-age", "pk"])).values_list(
        "pk", flat=True
    ),
    filter_window=lambda: (
        E.annotate(it=Window(functions.RowNumber(), **BY_DEPARTMENT))
        .filter(it=1)
        .order_by("pk")
        .values_list("name", flat=True)
    ),
    filter_window_and_own=lambda: (
        E.annotate(it=Window(functions.Rank(), partition_by="department", order_by="-salary"))
        .filter(it__lte=2, age__gte=30)
        .order_by("pk")
        .values_list("name", "it")
    ),
    filter_window_exclude=lambda: (
        E.annotate(it=Window(functions.RowNumber(), **BY_DEPARTMENT))
        .exclude(it__gt=1)
        .order_by("pk")
        .values_list("name", flat=True)
    ),
    filter_window_count=lambda: call(
        E.annotate(it=Window(functions.RowNumber(), **BY_DEPARTMENT)).filter(it=1), "count"
    ),
    filter_window_objects=lambda: (
        E.annotate(it=Window(functions.RowNumber(), **BY_DEPARTMENT)).filter(it=1).order_by("pk")
    ),
    window_of_group=lambda: (
        E.values("department")
        .annotate(total=models.Sum("salary"))
        .annotate(it=Window(functions.Rank(), order_by="-total"))
        .order_by("department")
        .values_list("department", "it")
    ),
    window_with_alias=lambda: (
        E.alias(it=Window(functions.RowNumber(), **BY_DEPARTMENT)).filter(it=2).order_by("pk").values_list("pk")
    ),
    error_not_windowable=over(functions.Lower("name")),
    error_partition_type=lambda: Window(models.Sum("salary"), order_by={"a": 1}),
    error_frame_positive_start_value=over(models.Sum("salary"), order_by="salary", frame=ValueRange(start=1, end=3)),
    error_frame_reversed=over(models.Sum("salary"), order_by="pk", frame=RowRange(start=3, end=1)),
    error_frame_without_ints=over(models.Sum("salary"), order_by="pk", frame=RowRange(start="a", end="b")),
    error_any_window_in_aggregate=lambda: call(
        E, "aggregate", n=models.Sum(Window(functions.RowNumber(), order_by="pk"))
    ),
    error_lag_negative=lambda: functions.Lag("salary", offset=-1),
    error_nth_zero=lambda: functions.NthValue("salary", nth=0),
    error_python_window_in_update=lambda: call(E.filter(pk=99), "update", salary=Window(models.Max("salary"))),
)
