"""Check single values, without knowing any model: callables that raise `ValidationError`.

Names, messages, codes and parameters are Django's. Validators compare equal when they would say the same about every
value, and `deconstruct()` tells how to make them again. A thin door onto `patterns`, `addresses` and `limits`.
"""

from aorm.validators.addresses import (
    DomainNameValidator,
    EmailValidator,
    URLValidator,
    ip_address_validators,
    validate_domain_name,
    validate_email,
    validate_ipv4_address,
    validate_ipv6_address,
    validate_ipv46_address,
)
from aorm.validators.limits import (
    EMPTY_VALUES,
    BaseValidator,
    DecimalValidator,
    FileExtensionValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    StepValueValidator,
)
from aorm.validators.patterns import (
    RegexValidator,
    int_list_validator,
    integer_validator,
    validate_comma_separated_integer_list,
    validate_integer,
    validate_slug,
    validate_unicode_slug,
)

__all__ = [
    "EMPTY_VALUES",
    "BaseValidator",
    "DecimalValidator",
    "DomainNameValidator",
    "EmailValidator",
    "FileExtensionValidator",
    "MaxLengthValidator",
    "MaxValueValidator",
    "MinLengthValidator",
    "MinValueValidator",
    "ProhibitNullCharactersValidator",
    "RegexValidator",
    "StepValueValidator",
    "URLValidator",
    "int_list_validator",
    "integer_validator",
    "ip_address_validators",
    "validate_comma_separated_integer_list",
    "validate_domain_name",
    "validate_email",
    "validate_integer",
    "validate_ipv4_address",
    "validate_ipv6_address",
    "validate_ipv46_address",
    "validate_slug",
    "validate_unicode_slug",
]
