"""``get(pk=...)`` without building a queryset: the most frequent query of all goes straight to its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.query.execution import Plan, database_for, plan_key
from aorm.query.planning import finish
from aorm.query.results import MODELS, write_loader
from aorm.query.shortcuts import plain_condition
from aorm.query.state import base_query
from aorm.signals import post_init, pre_init
from aorm.sql.types import BIGINT
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.query.queryset import QuerySet

# One more than this is never fetched to say how many a get() found.
MAX_GET_RESULTS = 21
GET_LIMIT = Param(MAX_GET_RESULTS, BIGINT)


async def get_plainly(queryset: QuerySet[Any], keywords: Mapping[str, Any]) -> list[Any] | None:
    """Return what a ``get()`` finds, for a queryset that says nothing yet and keywords that are plain comparisons.

    None where it is not that simple: the general way finds out everything else.
    """
    query = queryset._query
    meta = query.meta
    if query is not base_query(meta) or not queryset._is_untouched():
        return None
    plain = plain_condition(query, keywords)
    if plain is None or plain.joins:
        return None
    condition = plain.condition
    database = database_for(queryset)
    parameters = condition.parameters()
    key = plan_key(condition, (meta, pre_init.revision, post_init.revision), parameters)
    plan: Plan | None = database.plans.get(key)
    if plan is None:
        limited = query.replace(where=condition, limit=GET_LIMIT, orders_by_default=False)
        finished = finish(limited, database.features)
        # The limit is none of the parameters: it stands in the plan for good.
        compiled = database.dialect.compile(finished.statement, parameters)
        plan = Plan(compiled.sql, compiled.encode, write_loader(finished, MODELS, database), False)
        database.plans.put(key, plan)
    rows = await database.fetch(plan.sql, plan.encode(parameters))
    loaded: list[Any] = plan.load(rows, database.alias)
    return loaded
