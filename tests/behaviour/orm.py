"""The ORM under test, under Django's names: Django itself in the reference's process, aorm everywhere else.

Schemas and cases import from here and from nowhere else, so that one text serves both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

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

if os.environ.get(REFERENCE):
    from django import db as django_db
    from django.apps import AppConfig
    from django.apps.registry import Apps
    from django.core import exceptions as core_exceptions
    from django.core import validators as django_validators
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
    def isolated_models() -> Iterator[None]:
        """Open a registry for the models of a block."""
        config = type("Config", (AppConfig,), {"label": "isolated", "path": "."})
        before = Options.default_apps
        Options.default_apps = Apps([config("parity_isolated", ModuleType("parity_isolated"))])
        try:
            yield
        finally:
            Options.default_apps = before

    exceptions = SimpleNamespace(
        **{name: value for source in (core_exceptions, django_db) for name, value in vars(source).items()},
        TransactionManagementError=django_transaction.TransactionManagementError,
    )
else:
    import aorm
    from aorm import exceptions as aorm_exceptions
    from aorm import models as aorm_models
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
    isolated_models = isolated_apps


F = models.F
Q = models.Q
