"""Say what a database can do, by the names of Django's feature flags."""

from __future__ import annotations

from dataclasses import dataclass

from aorm.exceptions import NotSupportedError


@dataclass(frozen=True)
class Features:
    """The capabilities of one database.

    ``can_`` and ``has_`` and ``supports_`` flags mean what the flags of the same name mean in Django.
    """

    database: str = ""
    has_select_for_update: bool = False
    has_select_for_update_nowait: bool = False
    has_select_for_update_skip_locked: bool = False
    has_select_for_update_of: bool = False
    has_select_for_no_key_update: bool = False
    supports_select_for_update_with_limit: bool = True
    can_return_columns_from_insert: bool = True
    can_return_rows_from_bulk_insert: bool = True
    can_return_rows_from_update: bool = True
    supports_default_keyword_in_insert: bool = True
    supports_default_keyword_in_bulk_insert: bool = True
    supports_expression_defaults: bool = True
    requires_literal_defaults: bool = False
    supports_ignore_conflicts: bool = True
    supports_update_conflicts: bool = True
    supports_update_conflicts_with_target: bool = True
    allows_group_by_selected_pks: bool = False
    allows_auto_pk_0: bool = True
    can_distinct_on_fields: bool = False
    supports_parentheses_in_compound: bool = True
    supports_slicing_ordering_in_compound: bool = True
    supports_order_by_nulls_modifier: bool = True
    order_by_nulls_first: bool = False
    nulls_order_largest: bool = False
    has_case_insensitive_like: bool = False
    greatest_least_ignores_nulls: bool = False
    supports_over_clause: bool = True
    supports_frame_range_fixed_distance: bool = True
    supports_frame_exclusion: bool = True
    only_supports_unbounded_with_preceding_and_following: bool = False
    supports_aggregate_filter_clause: bool = True
    supports_aggregate_order_by_clause: bool = True
    supports_aggregate_distinct_multiple_argument: bool = True
    supports_any_value: bool = True
    supports_bit_aggregations: bool = True
    supports_json_field: bool = True
    supports_json_field_contains: bool = True
    has_native_json_field: bool = False
    has_json_object_function: bool = True
    has_native_uuid_field: bool = False
    has_native_boolean_field: bool = False
    has_native_duration_field: bool = False
    has_native_arrays: bool = False
    supports_timezones: bool = True
    supports_temporal_subtraction: bool = True
    time_cast_precision: int = 6
    supports_logical_xor: bool = False
    supports_tuple_lookups: bool = True
    supports_partial_indexes: bool = True
    supports_functions_in_partial_indexes: bool = True
    supports_expression_indexes: bool = True
    supports_covering_indexes: bool = False
    supports_index_methods: bool = False
    supports_index_column_ordering: bool = True
    supports_deferrable_unique_constraints: bool = False
    supports_nulls_distinct_unique_constraints: bool = False
    supports_exclusion_constraints: bool = False
    supports_column_check_constraints: bool = True
    supports_table_check_constraints: bool = True
    supports_foreign_keys: bool = True
    supports_alter_table_constraints: bool = True
    can_create_inline_fk: bool = True
    can_defer_constraint_checks: bool = True
    can_rollback_ddl: bool = True
    can_rename_index: bool = False
    supports_comments: bool = False
    # LIKE needs an index with an operator class of its own, whatever the collation.
    supports_operator_classes: bool = False
    # CREATE TABLE refuses a reference to a table that does not exist yet.
    checks_reference_targets: bool = False
    supports_comments_inline: bool = False
    supports_tablespaces: bool = False
    supports_drop_cascade: bool = False
    can_drop_tables_together: bool = False
    supports_stored_generated_columns: bool = True
    supports_virtual_generated_columns: bool = True
    supports_unlimited_charfield: bool = True
    supports_no_precision_decimalfield: bool = True
    supports_collation_on_charfield: bool = True
    supports_collation_on_textfield: bool = True
    supports_on_delete_db_cascade: bool = True
    supports_on_delete_db_default: bool = True
    supports_on_delete_db_null: bool = True
    supports_uuid4_function: bool = True
    supports_uuid7_function: bool = True
    supports_uuid7_function_shift: bool = True
    supported_explain_formats: frozenset[str] = frozenset()
    explain_options: frozenset[str] = frozenset()
    # The number of parameters in one statement; None is unlimited.
    max_query_params: int | None = None
    max_name_length: int | None = None

    def require(self, flag: str, wanted: str, cure: str = "") -> None:
        """Raise NotSupportedError unless the flag is set.

        ``wanted`` is what the user called, such as ``select_for_update(nowait=True)``; ``cure`` is the way around.
        """
        if not getattr(self, flag):
            raise NotSupportedError(f"{wanted} is not supported on {self.database}.{' ' + cure if cure else ''}")
