"""Help for tests of programs that use aorm: rolled-back databases, counted statements, models and settings for a block.

Works with any test runner; for pytest there are fixtures in `plugin`. Start reading at `sandbox`.
"""

from aorm.database.capture import capture_queries
from aorm.testing.blocks import isolated_models, override_settings
from aorm.testing.callbacks import capture_on_commit_callbacks
from aorm.testing.comparing import aassert_queryset_equal, assert_queryset_equal
from aorm.testing.counting import assert_num_queries
from aorm.testing.sandbox import rolled_back

__all__ = [
    "aassert_queryset_equal",
    "assert_num_queries",
    "assert_queryset_equal",
    "capture_on_commit_callbacks",
    "capture_queries",
    "isolated_models",
    "override_settings",
    "rolled_back",
]
