"""Names to order by that were taken for others."""

from __future__ import annotations

import pytest

from aorm import models
from aorm.exceptions import FieldError


class Ordered(models.Model):
    number = models.IntegerField()

    class Meta:
        app_label = "regressions"


@pytest.mark.parametrize("name", ["+number", "--number", "-+number", "+-number"])
def test_one_minus_at_the_front_is_all_that_a_name_may_have(name: str, sqlite_url: str) -> None:
    with pytest.raises(FieldError, match="Cannot resolve keyword"):
        Ordered.objects.order_by(name)
