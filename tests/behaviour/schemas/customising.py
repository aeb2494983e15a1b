"""Fields of users' own, each with other hooks."""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import exceptions, models


class Hand:
    """What a hand field holds: a text of cards."""

    def __init__(self, cards: str) -> None:
        self.cards = cards

    def __str__(self) -> str:
        return self.cards


class HandField(models.Field):
    """A field with a column type of its own, stored as text."""

    description = "A hand of cards"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        keywords["max_length"] = 8
        super().__init__(*arguments, **keywords)

    def deconstruct(self) -> Any:
        name, path, arguments, keywords = super().deconstruct()
        del keywords["max_length"]
        return name, path, arguments, keywords

    def db_type(self, connection: Any) -> str:
        return f"char({self.max_length})"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Hand(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Hand):
            return value
        if len(value) != 8:
            raise exceptions.ValidationError("Eight letters make a hand.", code="hand")
        return Hand(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.cards if isinstance(value, Hand) else value

    def value_to_string(self, obj: Any) -> str:
        return str(self.value_from_object(obj))


class Mirrored(models.CharField):
    """Stored backwards: the value is encoded for the database alone."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else value[::-1]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else value[::-1]


class Counted(models.IntegerField):
    """Saves one more than it is given; filters by what it is given."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return value
        return None if value is None else super().get_db_prep_save(value, connection) + 1


class LoudAttribute:
    """A descriptor of one's own."""

    def __init__(self, field: Any) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else instance.__dict__.get(self.field.attname)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value.upper() if isinstance(value, str) else value


class Loud(models.CharField):
    descriptor_class = LoudAttribute


class Helped(models.IntegerField):
    """Gives the model a method and sees each instance."""

    def contribute_to_class(self, cls: Any, name: str, **keywords: Any) -> None:
        super().contribute_to_class(cls, name, **keywords)
        setattr(cls, f"double_{name}", lambda instance: 2 * getattr(instance, name))

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        return 100 if add and value is None else value

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value == 13:
            raise exceptions.ValidationError("%(value)s is no number here.", code="unlucky", params={"value": value})

    def get_default(self) -> Any:
        return 5


class Game(models.Model):
    name = models.CharField(max_length=10, default="")
    hand = HandField(null=True, blank=True)
    mirror = Mirrored(max_length=10, default="abc")
    counted = Counted(default=0)
    loud = Loud(max_length=10, default="quiet")
    helped = Helped()

    class Meta:
        app_label = "customising"


class Move(models.Model):
    code = Mirrored(max_length=10, primary_key=True)
    game = models.ForeignKey(Game, models.CASCADE, related_name="moves")

    class Meta:
        app_label = "customising"


class Reply(models.Model):
    move = models.ForeignKey(Move, models.CASCADE, related_name="replies")

    class Meta:
        app_label = "customising"


MODELS = [Game, Move, Reply]
