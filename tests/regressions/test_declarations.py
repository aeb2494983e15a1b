"""Declarations that became something else than was written."""

from __future__ import annotations

import pytest

from aorm import models
from aorm.testing import isolated_models


@pytest.mark.parametrize("name", ["class", "a b", "a = print(1) #", "", "1a", "a.b", "\N{MICRO SIGN}"])
@pytest.mark.parametrize("field", [models.IntegerField, models.JSONField])
def test_names_of_fields_are_never_run_as_source(name: str, field: type[models.Field[int, int]]) -> None:
    with isolated_models(), pytest.raises(ValueError, match="cannot be the name of a field"):
        type("Dynamic", (models.Model,), {"__module__": __name__, name: field()})
    with isolated_models():
        model = type("Dynamic", (models.Model,), {"__module__": __name__})
        with pytest.raises(ValueError, match="cannot be the name of a field"):
            field().contribute_to_class(model, name)


def test_names_in_any_script() -> None:
    with isolated_models():
        model = type("Dynamic", (models.Model,), {"__module__": __name__, "größe": models.IntegerField(default=3)})
        assert model().größe == 3
