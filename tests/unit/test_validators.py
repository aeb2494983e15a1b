"""`aorm.validators`: the same answers as Django's validators, and what else they can do."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from aorm import validators
from aorm.exceptions import ValidationError
from aorm.validators import (
    DecimalValidator,
    DomainNameValidator,
    EmailValidator,
    FileExtensionValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
    URLValidator,
    int_list_validator,
    ip_address_validators,
    validate_ipv4_address,
    validate_ipv6_address,
    validate_ipv46_address,
)
from tests.unit.validator_facts import ANSWERS, FACTS, NAMESPACE


@pytest.mark.parametrize("expression", FACTS)
def test_same_answers_as_django(expression: str) -> None:
    validator = eval(expression, {**vars(validators), **NAMESPACE})
    for value, expected in FACTS[expression]:
        answer: tuple[str, Any] | None
        try:
            validator(value)
        except ValidationError as error:
            answer = (error.messages[0], error.code)
        else:
            answer = None
        assert answer == (None if expected is None else ANSWERS[expected]), value


OBJECTS = [expression for expression in FACTS if "lambda" not in expression and not expression.endswith("_address")]


@pytest.mark.parametrize("expression", [expression for expression in OBJECTS if expression != "validate_integer"])
def test_copies_are_equal_and_made_again_by_deconstruct(expression: str) -> None:
    names = {**vars(validators), **NAMESPACE}
    validator = eval(expression, names)
    assert copy.deepcopy(validator) == validator
    assert pickle.loads(pickle.dumps(validator)) == validator
    path, args, kwargs = validator.deconstruct()
    module, _, name = path.rpartition(".")
    assert module == "aorm.validators"
    assert names[name](*args, **kwargs) == validator


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (RegexValidator(r"^(?:[0-9]{3})$"), RegexValidator(r"^(?:[0-9]{3})$"), True),
        (RegexValidator("a"), RegexValidator("b"), False),
        (RegexValidator("a", flags=re.IGNORECASE), RegexValidator("a"), False),
        (RegexValidator("a", message="m"), RegexValidator("a"), False),
        (RegexValidator("a", code="c"), RegexValidator("a"), False),
        (RegexValidator("a", inverse_match=True), RegexValidator("a"), False),
        (RegexValidator(re.compile("a")), RegexValidator("a"), True),
        (URLValidator(), URLValidator(), True),
        (DomainNameValidator(accept_idna=False), DomainNameValidator(), False),
        (EmailValidator(), EmailValidator(allowlist=["localhost"]), True),
        (EmailValidator(), EmailValidator(allowlist=["other"]), False),
        (EmailValidator(), EmailValidator(code="c"), False),
        (MaxValueValidator(44), MaxValueValidator(44), True),
        (MaxValueValidator(44), MaxValueValidator(45), False),
        (MaxValueValidator(44), MinValueValidator(44), False),
        (MaxValueValidator(44), MaxValueValidator(44, "m"), False),
        (DecimalValidator(1, 2), DecimalValidator(1, 2), True),
        (DecimalValidator(1, 2), DecimalValidator(2, 2), False),
        (DecimalValidator(1, 2), DecimalValidator(1, 1), False),
        (FileExtensionValidator(["a", "b"]), FileExtensionValidator(["B", "A"]), True),
        (FileExtensionValidator(["a"]), FileExtensionValidator(["a"], code="c"), False),
        (ProhibitNullCharactersValidator("m"), ProhibitNullCharactersValidator("m"), True),
        (ProhibitNullCharactersValidator("m"), ProhibitNullCharactersValidator(), False),
    ],
)
def test_equality(left: object, right: object, equal: bool) -> None:
    assert (left == right) is equal


def test_parameters_of_errors() -> None:
    with pytest.raises(ValidationError) as caught:
        MaxLengthValidator(3)("abcd")
    assert caught.value.params == {"limit_value": 3, "show_value": 4, "value": "abcd"}
    with pytest.raises(ValidationError) as caught:
        RegexValidator("x")("y")
    assert caught.value.params == {"value": "y"}


def test_subclasses_may_set_the_class_attributes() -> None:
    class Plate(RegexValidator):
        regex = r"^[A-Z]{2}$"
        message = "%(value)s is no plate."
        code = "plate"

    with pytest.raises(ValidationError, match=r"ab is no plate\."):
        Plate()("ab")
    Plate(flags=re.IGNORECASE)("ab")


def test_flags_are_for_text_only() -> None:
    with pytest.raises(TypeError, match="If the flags are set, regex must be a regular expression string"):
        RegexValidator(re.compile("a"), flags=re.IGNORECASE)


def test_regex_attribute_is_a_pattern() -> None:
    validator = int_list_validator(sep="|")
    assert validator.regex.pattern == r"^\d+(?:\|\d+)*\Z"
    assert validator.regex.flags == re.compile("").flags
    assert validator.regex.fullmatch("1|2")


def test_local_classes_cannot_be_deconstructed() -> None:
    class Local(MaxValueValidator): ...

    with pytest.raises(ValueError, match=r"Could not find object Local in tests\.unit\.test_validators"):
        Local(3).deconstruct()


def test_ip_address_validators() -> None:
    assert ip_address_validators("both", True) == [validate_ipv46_address]
    assert ip_address_validators("IPv4", False) == [validate_ipv4_address]
    assert ip_address_validators("ipv6", False) == [validate_ipv6_address]
    with pytest.raises(ValueError, match="You can only use `unpack_ipv4` if `protocol` is set to 'both'"):
        ip_address_validators("ipv4", True)
    with pytest.raises(ValueError, match=r"The protocol 'ipx' is unknown\. Supported: \['both', 'ipv4', 'ipv6'\]"):
        ip_address_validators("ipx", False)
