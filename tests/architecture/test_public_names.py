"""The names that people type are where people look for them."""

from __future__ import annotations

from importlib import import_module

import pytest

PUBLIC = {
    "aorm": """
        configure connect connections DEFAULT_DB_ALIAS aclose_all close_all capture_queries __version__ atomic
        on_commit Error InterfaceError DatabaseError DataError OperationalError IntegrityError InternalError
        ProgrammingError NotSupportedError settings signals models transaction exceptions validators timezone
        schema run_sync
    """,
    "aorm.models": """
        Model AutoField BigAutoField SmallAutoField BooleanField CharField TextField SlugField EmailField
        URLField UUIDField IntegerField BigIntegerField SmallIntegerField PositiveIntegerField
        PositiveBigIntegerField PositiveSmallIntegerField FloatField DecimalField DateField DateTimeField
        TimeField DurationField BinaryField JSONField GenericIPAddressField ForeignKey OneToOneField Field
        Manager QuerySet F Q Value Func Case When Subquery OuterRef Exists ExpressionWrapper Expression OrderBy
        Transform Lookup Aggregate Avg Count Max Min Sum CASCADE PROTECT RESTRICT SET SET_NULL SET_DEFAULT
        DO_NOTHING ProtectedError RestrictedError Index CheckConstraint UniqueConstraint Choices TextChoices
        IntegerChoices DEFERRED ObjectDoesNotExist signals
    """,
    "aorm.models.functions": """
        Cast Coalesce Greatest Least NullIf Now Extract ExtractYear Trunc TruncDate TruncMonth Abs Ceil Floor
        Mod Power Round Sqrt Chr Concat Left Length Lower LPad LTrim Replace Reverse Right StrIndex Substr Trim
        Upper
    """,
    "aorm.models.lookups": """
        Exact GreaterThan GreaterThanOrEqual LessThan LessThanOrEqual In IsNull StartsWith EndsWith
    """,
    "aorm.transaction": """
        atomic on_commit set_rollback get_rollback savepoint savepoint_commit savepoint_rollback get_autocommit
        mark_for_rollback_on_error TransactionManagementError asavepoint asavepoint_commit asavepoint_rollback
    """,
    "aorm.exceptions": """
        ObjectDoesNotExist MultipleObjectsReturned ObjectNotUpdated FieldDoesNotExist FieldError
        FieldFetchBlocked ValidationError NON_FIELD_ERRORS ImproperlyConfigured SynchronousOnlyOperation
        ConnectionDoesNotExist TransactionManagementError EmptyResultSet FullResultSet Error InterfaceError
        DatabaseError DataError OperationalError IntegrityError InternalError ProgrammingError NotSupportedError
        PoolTimeout ScopeClosed OrphanedTask SyncInAsyncContext WouldDeadlock ConnectionLost CommitUnknown
        SerializationFailure Deadlock SchemaChanged LockTimeout StatementTimeout
    """,
    "aorm.signals": """
        Signal receiver pre_init post_init pre_save post_save pre_delete post_delete class_prepared
    """,
    "aorm.validators": """
        RegexValidator EmailValidator URLValidator validate_email validate_slug validate_unicode_slug
        validate_ipv4_address validate_ipv6_address validate_ipv46_address validate_comma_separated_integer_list
        int_list_validator MaxValueValidator MinValueValidator MaxLengthValidator MinLengthValidator
        DecimalValidator StepValueValidator ProhibitNullCharactersValidator
    """,
    "aorm.checks": "Error Warning Info CheckMessage",
    "aorm.timezone": """
        now make_aware make_naive localtime override activate deactivate get_current_timezone is_aware is_naive
    """,
    "aorm.schema": "create_tables drop_tables acreate_tables adrop_tables sql_for_tables",
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in PUBLIC.items() for name in names.split()]
)
def test_public_name(module: str, name: str) -> None:
    """The name can be imported from its door."""
    assert hasattr(import_module(module), name)
