"""``select_on_save``: for databases whose triggers report no row although one was updated."""

from __future__ import annotations

import pytest

import aorm
from aorm import models
from aorm.exceptions import IntegrityError
from tests.support.faces import Face, configured, for_each_face
from tests.support.oracle import PostgresOracle

pytestmark = pytest.mark.usefixtures("registry")

# The trigger does the update itself and returns NULL, so that the statement that caused it updates nothing.
TRIGGER = """
CREATE FUNCTION quietly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
    UPDATE {table} SET name = NEW.name WHERE id = NEW.id;
    RETURN NULL;
END $$
"""


@for_each_face
@pytest.mark.parametrize("looks_first", [False, True])
async def test_a_trigger_that_returns_nothing(
    face: Face, postgres_url: str, postgres_oracle: PostgresOracle, looks_first: bool
) -> None:
    class Quiet(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            select_on_save = looks_first

    table = Quiet._meta.db_table
    with configured(postgres_url):
        await face.do(aorm.schema, "create_tables")
        for statement in (
            TRIGGER.format(table=table),
            f"CREATE TRIGGER quiet BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION quietly()",
        ):
            postgres_oracle.execute(statement)
        saved = await face.do(Quiet.objects, "create", name="a")
        saved.name = "b"
        if looks_first:
            await face.do(saved, "save")
        else:
            with pytest.raises(IntegrityError):
                await face.do(saved, "save")
        loaded = await face.do(Quiet.objects, "get", pk=saved.pk)
        # A save that fails on the INSERT has updated the row before: there is no transaction around both.
        assert loaded.name == "b"
