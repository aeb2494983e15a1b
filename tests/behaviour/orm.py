"""The ORM under test, under Django's names: Django itself in the reference's process, aorm everywhere else.

Schemas and cases import from here and from nowhere else, so that one text serves both.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

REFERENCE = "AORM_PARITY_REFERENCE"

models: Any
functions: Any
lookups: Any
transaction: Any
signals: Any
validators: Any
timezone: Any
exceptions: Any
connections: Any
postgres: Any

if os.environ.get(REFERENCE):
    from django import db as django_db
    from django.apps import AppConfig
    from django.apps.registry import Apps
    from django.contrib.postgres import constraints as postgres_constraints
    from django.contrib.postgres import fields as postgres_fields
    from django.core import exceptions as core_exceptions
    from django.core import validators as django_validators
    from django.core.checks.model_checks import _check_lazy_references, check_all_models
    from django.db import connections as django_connections
    from django.db import models as django_models
    from django.db import transaction as django_transaction
    from django.db.models import functions as django_functions
    from django.db.models import lookups as django_lookups
    from django.db.models import signals as django_signals
    from django.db.models.options import Options
    from django.utils import timezone as django_timezone

    models, functions, lookups = django_models, django_functions, django_lookups
    transaction, signals = django_transaction, django_signals
    validators, timezone, connections = django_validators, django_timezone, django_connections

    @contextmanager
    def isolated_models() -> Iterator[Any]:
        """Open a registry for the models of a block."""
        config = type("Config", (AppConfig,), {"label": "isolated", "path": "."})
        before = Options.default_apps
        Options.default_apps = registry = Apps([config("parity_isolated", ModuleType("parity_isolated"))])
        try:
            yield registry
        finally:
            Options.default_apps = before

    def check_all() -> list[Any]:
        """Check all models of the registry of the block, and what it still waits for."""
        registry = Options.default_apps
        return [
            *check_all_models([registry.get_app_config("isolated")], databases=["default"]),
            *_check_lazy_references(registry),
        ]

    @contextmanager
    def lacking(feature: str) -> Iterator[None]:
        """Let the default database be one that lacks a feature."""
        features = django_connections["default"].features
        with mock.patch.dict(vars(features)), mock.patch.object(type(features), feature, False):
            vars(features).pop(feature, None)
            yield

    class ExclusionConstraint(postgres_constraints.ExclusionConstraint):  # type: ignore[misc]
        """Is left out where the database has none, as aorm leaves it out."""

        def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
            is_there = schema_editor.connection.vendor == "postgresql"
            return super().constraint_sql(model, schema_editor) if is_there else None

    postgres = SimpleNamespace(
        ExclusionConstraint=ExclusionConstraint,
        RangeBoundary=postgres_fields.RangeBoundary,
        RangeOperators=postgres_fields.RangeOperators,
    )
    exceptions = SimpleNamespace(
        **{name: value for source in (core_exceptions, django_db) for name, value in vars(source).items()},
        TransactionManagementError=django_transaction.TransactionManagementError,
    )
else:
    import aorm
    from aorm import exceptions as aorm_exceptions
    from aorm import models as aorm_models
    from aorm import postgres as aorm_postgres
    from aorm import signals as aorm_signals
    from aorm import timezone as aorm_timezone
    from aorm import transaction as aorm_transaction
    from aorm import validators as aorm_validators
    from aorm.mapping.registry import isolated_apps
    from aorm.models import functions as aorm_functions
    from aorm.models import lookups as aorm_lookups

    models, functions, lookups = aorm_models, aorm_functions, aorm_lookups
    transaction, signals = aorm_transaction, aorm_signals
    validators, timezone, connections = aorm_validators, aorm_timezone, aorm.connections
    exceptions = aorm_exceptions
    postgres = aorm_postgres
    isolated_models = isolated_apps

    def check_all() -> list[Any]:
        """Check all models of the registry of the block, and what it still waits for."""
        return aorm.check(databases=["default"])

    @contextmanager
    def lacking(feature: str) -> Iterator[None]:
        """Let the default database be one that lacks a feature."""
        dialect = aorm.connections["default"].dialect
        with mock.patch.object(dialect, "features", dataclasses.replace(dialect.features, **{feature: False})):
            yield


F = models.F
Q = models.Q
