"""`aorm.exceptions`: the tree, its facts, and `ValidationError` by the words of Django 6.1."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from aorm import exceptions, lazy
from aorm.exceptions import NON_FIELD_ERRORS, IntegrityError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

E = ValidationError

# Printed by Django 6.1 for each expression: messages, message_dict, the messages of error_list, the keys of
# error_dict, message, code, params, str, repr, update_error_dict({"f": [old]}), list, and whether it is hashable.
# Where an attribute is missing, or a call fails, the name of the exception.
FACTS: dict[str, Any] = {
    "E('a')": [
        ["a"],
        "AttributeError",
        ["a"],
        "AttributeError",
        "a",
        None,
        None,
        "['a']",
        "ValidationError(['a'])",
        {"f": ["old"], "__all__": ["a"]},
        ["a"],
        True,
    ],
    "E('a', code='c')": [
        ["a"],
        "AttributeError",
        ["a"],
        "AttributeError",
        "a",
        "c",
        None,
        "['a']",
        "ValidationError(['a'])",
        {"f": ["old"], "__all__": ["a"]},
        ["a"],
        True,
    ],
    "E('a %(x)s', params={'x': 1})": [
        ["a 1"],
        "AttributeError",
        ["a %(x)s"],
        "AttributeError",
        "a %(x)s",
        None,
        {"x": 1},
        "['a 1']",
        "ValidationError(['a 1'])",
        {"f": ["old"], "__all__": ["a %(x)s"]},
        ["a 1"],
        True,
    ],
    "E('100%')": [
        ["100%"],
        "AttributeError",
        ["100%"],
        "AttributeError",
        "100%",
        None,
        None,
        "['100%']",
        "ValidationError(['100%'])",
        {"f": ["old"], "__all__": ["100%"]},
        ["100%"],
        True,
    ],
    "E('a %(x)s', code='c', params={'x': [1, {'y': 2}]})": [
        ["a [1, {'y': 2}]"],
        "AttributeError",
        ["a %(x)s"],
        "AttributeError",
        "a %(x)s",
        "c",
        {"x": [1, {"y": 2}]},
        "[\"a [1, {'y': 2}]\"]",
        "ValidationError([\"a [1, {'y': 2}]\"])",
        {"f": ["old"], "__all__": ["a %(x)s"]},
        ["a [1, {'y': 2}]"],
        True,
    ],
    "E(['a', 'b'])": [
        ["a", "b"],
        "AttributeError",
        ["a", "b"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "['a', 'b']",
        "ValidationError(['a', 'b'])",
        {"f": ["old"], "__all__": ["a", "b"]},
        ["a", "b"],
        True,
    ],
    "E([E('a', code='x'), 'b'])": [
        ["a", "b"],
        "AttributeError",
        ["a", "b"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "['a', 'b']",
        "ValidationError(['a', 'b'])",
        {"f": ["old"], "__all__": ["a", "b"]},
        ["a", "b"],
        True,
    ],
    "E([E(['a', 'b']), E({'f': ['c'], 'g': 'd'})])": [
        ["a", "b", "c", "d"],
        "AttributeError",
        ["a", "b", "c", "d"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "['a', 'b', 'c', 'd']",
        "ValidationError(['a', 'b', 'c', 'd'])",
        {"f": ["old"], "__all__": ["a", "b", "c", "d"]},
        ["a", "b", "c", "d"],
        True,
    ],
    "E({'f': 'a'})": [
        ["a"],
        {"f": ["a"]},
        "AttributeError",
        ["f"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{'f': ['a']}",
        "ValidationError({'f': ['a']})",
        {"f": ["old", "a"]},
        [("f", ["a"])],
        True,
    ],
    "E({'f': ['a', 'b'], '__all__': [E('c', code='z')]})": [
        ["a", "b", "c"],
        {"f": ["a", "b"], "__all__": ["c"]},
        "AttributeError",
        ["__all__", "f"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{'f': ['a', 'b'], '__all__': ['c']}",
        "ValidationError({'f': ['a', 'b'], '__all__': ['c']})",
        {"f": ["old", "a", "b"], "__all__": ["c"]},
        [("f", ["a", "b"]), ("__all__", ["c"])],
        True,
    ],
    "E({'f': E(['a %(n)d'])})": [
        ["a %(n)d"],
        {"f": ["a %(n)d"]},
        "AttributeError",
        ["f"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{'f': ['a %(n)d']}",
        "ValidationError({'f': ['a %(n)d']})",
        {"f": ["old", "a %(n)d"]},
        [("f", ["a %(n)d"])],
        True,
    ],
    "E(E('a', code='c', params={'p': 1}))": [
        ["a"],
        "AttributeError",
        ["a"],
        "AttributeError",
        "a",
        "c",
        {"p": 1},
        "['a']",
        "ValidationError(['a'])",
        {"f": ["old"], "__all__": ["a"]},
        ["a"],
        True,
    ],
    "E(E(['a', 'b']))": [
        ["a", "b"],
        "AttributeError",
        ["a", "b"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "['a', 'b']",
        "ValidationError(['a', 'b'])",
        {"f": ["old"], "__all__": ["a", "b"]},
        ["a", "b"],
        True,
    ],
    "E(E({'f': 'x'}))": [
        ["x"],
        {"f": ["x"]},
        "AttributeError",
        ["f"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{'f': ['x']}",
        "ValidationError({'f': ['x']})",
        {"f": ["old", "x"]},
        [("f", ["x"])],
        True,
    ],
    "E([])": [
        [],
        "AttributeError",
        [],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "[]",
        "ValidationError([])",
        {"f": ["old"], "__all__": []},
        [],
        True,
    ],
    "E({})": [
        [],
        {},
        "AttributeError",
        [],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{}",
        "ValidationError({})",
        {"f": ["old"]},
        [],
        True,
    ],
    "E('')": [
        [""],
        "AttributeError",
        [""],
        "AttributeError",
        "",
        None,
        None,
        "['']",
        "ValidationError([''])",
        {"f": ["old"], "__all__": [""]},
        [""],
        True,
    ],
    "E({'f': E('a %(n)d', params={'n': 3})})": [
        ["a 3"],
        {"f": ["a 3"]},
        "AttributeError",
        ["f"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "{'f': ['a 3']}",
        "ValidationError({'f': ['a 3']})",
        {"f": ["old", "a %(n)d"]},
        [("f", ["a 3"])],
        True,
    ],
    "E(3)": [
        ["3"],
        "AttributeError",
        ["3"],
        "AttributeError",
        3,
        None,
        None,
        "['3']",
        "ValidationError(['3'])",
        {"f": ["old"], "__all__": ["3"]},
        ["3"],
        True,
    ],
    "E(('a', 'b'))": [
        ["('a', 'b')"],
        "AttributeError",
        ["('a', 'b')"],
        "AttributeError",
        ("a", "b"),
        None,
        None,
        "[\"('a', 'b')\"]",
        "ValidationError([\"('a', 'b')\"])",
        {"f": ["old"], "__all__": ["('a', 'b')"]},
        ["('a', 'b')"],
        True,
    ],
    "E({'f': {'g': 'h'}})": "AttributeError",
    "E(None)": [
        ["None"],
        "AttributeError",
        ["None"],
        "AttributeError",
        None,
        None,
        None,
        "['None']",
        "ValidationError(['None'])",
        {"f": ["old"], "__all__": ["None"]},
        ["None"],
        True,
    ],
    "E([['a','b'],'c'])": [
        ["a", "b", "c"],
        "AttributeError",
        ["a", "b", "c"],
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "AttributeError",
        "['a', 'b', 'c']",
        "ValidationError(['a', 'b', 'c'])",
        {"f": ["old"], "__all__": ["a", "b", "c"]},
        ["a", "b", "c"],
        True,
    ],
}

EQUALITY = {
    "E('a')==E('a')": True,
    "E('a')==E('b')": False,
    "E('a')==E(['a'])": False,
    "E('a', code='x')==E('a', code='y')": False,
    "E('a', params={'x': [1]})==E('a', params={'x': [1]})": True,
    "E('a', params={'x': [1]})==E('a', params={'x': [2]})": False,
    "E(['a', 'b'])==E(['b', 'a'])": True,
    "E(['a', 'b'])==E(['a'])": False,
    "E({'f': 'a', 'g': 'b'})==E({'g': 'b', 'f': 'a'})": True,
    "E({'f': ['a', 'b']})==E({'f': ['b', 'a']})": False,
    "E({'f': 'a'})==E({'g': 'a'})": False,
    "E({'f': 'a'})==E(['a'])": False,
    "E('a')=='a'": False,
    "E([E('a', code='x'), E('a', code='y')])==E([E('a', code='y'), E('a', code='x')])": False,
    "E('a', params={'x': 1, 'y': 2})==E('a', params={'y': 2, 'x': 1})": True,
    "E(['a'])==E([E('a')])": True,
    "E([])==E([])": True,
    "E([])==E({})": True,
}


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call gives, or the name of what it raises."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def updated(error: ValidationError) -> dict[str, list[str]]:
    """Merge an error into a dictionary of errors."""
    merged = error.update_error_dict({"f": [E("old")]})
    return {field: [str(single.message) for single in errors] for field, errors in merged.items()}


@pytest.mark.parametrize("expression", FACTS)
def test_validation_error_is_as_in_django(expression: str) -> None:
    error = outcome(lambda: eval(expression))
    if isinstance(error, str):
        assert error == FACTS[expression]
        return
    assert [
        outcome(lambda: error.messages),
        outcome(lambda: error.message_dict),
        outcome(lambda: [str(single.message) for single in error.error_list]),
        outcome(lambda: sorted(error.error_dict)),
        outcome(lambda: error.message),
        outcome(lambda: error.code),
        outcome(lambda: error.params),
        outcome(lambda: str(error)),
        outcome(lambda: repr(error)),
        outcome(lambda: updated(error)),
        outcome(lambda: list(error)),
        isinstance(outcome(lambda: hash(error)), int),
    ] == FACTS[expression]


@pytest.mark.parametrize("expression", EQUALITY)
def test_validation_errors_compare_as_in_django(expression: str) -> None:
    assert eval(expression) is EQUALITY[expression]


@pytest.mark.parametrize("error", [E("a %(x)s", "c", {"x": [1]}), E(["a", E("b", "c")]), E({"f": ["a"]})], ids=repr)
def test_validation_errors_are_copied_and_pickled(error: ValidationError) -> None:
    assert pickle.loads(pickle.dumps(error)) == error
    assert copy.deepcopy(error) == error


class Lazy:
    def __str__(self) -> str:
        return "lazy %(n)s"


class LazyWithParams(Lazy):
    def __mod__(self, params: dict[str, Any]) -> str:
        return f"filled {params['n']}"


def test_lazy_messages_are_shown_late() -> None:
    assert E(Lazy()).messages == ["lazy %(n)s"]
    assert E(Lazy(), params={"n": 3}).messages == ["lazy 3"]
    assert E(LazyWithParams(), params={"n": 3}).messages == ["filled 3"]
    message = lazy.PluralMessage("%(n)d thing", "%(n)d things", "n")
    assert E(message, params={"n": 1}).messages == ["1 thing"]
    assert E(message, params={"n": 2}).messages == ["2 things"]
    assert E(message) == E(lazy.PluralMessage("%(n)d thing", "%(n)d things", "n"))


class German:
    """A catalogue of two messages."""

    def gettext(self, message: str, /) -> str:
        return {"Enter a number.": "Bitte eine Zahl."}.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        return "%(n)d Ding" if number == 1 else "%(n)d Dinge"


@pytest.fixture
def german() -> Iterator[None]:
    lazy.install_translations(German)
    yield
    lazy.install_translations(None)


def test_messages_are_translated_when_they_are_shown(german: None) -> None:
    error = E({"f": [E("Enter a number."), E(lazy.PluralMessage("s", "p", "n"), params={"n": 2})], "g": "other"})
    assert error.message_dict == {"f": ["Bitte eine Zahl.", "2 Dinge"], "g": ["other"]}
    lazy.install_translations(lambda: None)
    assert error.message_dict["f"] == ["Enter a number.", "p"]


def test_non_field_errors() -> None:
    assert NON_FIELD_ERRORS == "__all__"


def test_facts_of_database_errors() -> None:
    error = IntegrityError("duplicate key", sqlstate="23505", constraint="shop_book_isbn_key", fields=("isbn",))
    assert (str(error), error.sqlstate, error.constraint) == ("duplicate key", "23505", "shop_book_isbn_key")
    assert (error.table, error.column, error.detail, error.outcome, error.retryable) == (None, None, None, None, False)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, vars(again)) == (IntegrityError, error.args, vars(error))
    with pytest.raises(TypeError, match=r"IntegrityError\(\) got unexpected keyword arguments: colour, taste"):
        IntegrityError("x", taste=1, colour=2)  # type: ignore[call-arg]


TREE = """
Error: InterfaceError DatabaseError
InterfaceError: PoolTimeout ScopeClosed OrphanedTask SyncInAsyncContext WouldDeadlock
DatabaseError: DataError OperationalError IntegrityError InternalError ProgrammingError NotSupportedError
OperationalError: ConnectionLost CommitUnknown SerializationFailure Deadlock SchemaChanged LockTimeout StatementTimeout
ProgrammingError: TransactionManagementError
SynchronousOnlyOperation: SyncInAsyncContext
FieldError: FieldFetchBlocked
Exception: Error SynchronousOnlyOperation ConnectionDoesNotExist ImproperlyConfigured ObjectDoesNotExist
Exception: ObjectNotUpdated MultipleObjectsReturned FieldDoesNotExist FieldError EmptyResultSet FullResultSet
Exception: ValidationError
"""


def test_tree() -> None:
    named = {"Exception": Exception, **vars(exceptions)}
    for line in TREE.strip().splitlines():
        base, _, children = line.partition(": ")
        for child in children.split():
            assert named[base] in named[child].__bases__, child


def test_what_may_be_tried_again() -> None:
    retryable = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type) and getattr(value, "retryable", False)
    }
    assert retryable == {"SerializationFailure", "Deadlock", "SchemaChanged", "LockTimeout"}
    assert exceptions.CommitUnknown("lost").outcome == "unknown"
