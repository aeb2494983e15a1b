"""PostgreSQL's spellings of functions by their neutral names, where they are not the standard's."""

from __future__ import annotations

from aorm.dialects.base import functions as base

# PostgreSQL's functions take lengths and positions as integer only, and logarithms to a base as numeric only.
FUNCTIONS: dict[str, str] = {
    **base.FUNCTIONS,
    "left": "LEFT({0}, ({1})::integer)",
    "right": "RIGHT({0}, ({1})::integer)",
    "substr_from": "SUBSTRING({0}, ({1})::integer)",
    "substr": "SUBSTRING({0}, ({1})::integer, ({2})::integer)",
    "strpos": "STRPOS({0}, {1})",
    "lpad": "LPAD({0}, ({1})::integer, {2})",
    "rpad": "RPAD({0}, ({1})::integer, {2})",
    "repeat": "REPEAT({0}, ({1})::integer)",
    "chr": "CHR(({0})::integer)",
    "ord": "ASCII({0})",
    "sha1": "ENCODE(DIGEST({0}, 'sha1'), 'hex')",
    "sha224": "ENCODE(SHA224(CONVERT_TO({0}, 'UTF8')), 'hex')",
    "sha256": "ENCODE(SHA256(CONVERT_TO({0}, 'UTF8')), 'hex')",
    "sha384": "ENCODE(SHA384(CONVERT_TO({0}, 'UTF8')), 'hex')",
    "sha512": "ENCODE(SHA512(CONVERT_TO({0}, 'UTF8')), 'hex')",
    "log": "LOG(({0})::numeric, ({1})::numeric)",
    "mod": "MOD(({0})::numeric, ({1})::numeric)",
    "round": "ROUND(({0})::numeric, ({1})::integer)",
    "random": "RANDOM()",
    "now": "STATEMENT_TIMESTAMP()",
    "transaction_now": "CURRENT_TIMESTAMP",
    "uuid4": "GEN_RANDOM_UUID()",
    "ntile": "NTILE(({0})::integer)",
    "nth_value": "NTH_VALUE({0}, ({1})::integer)",
    "json_array": "JSONB_BUILD_ARRAY({all})",
    "json_contains": "({0} @> {1})",
    "json_contained_by": "({0} <@ {1})",
    "json_has_key": "({0} ? {1})",
    "json_has_keys": "({0} ?& {1})",
    "json_has_any_keys": "({0} ?| {1})",
    "random_uuid": "GEN_RANDOM_UUID()",
}

AGGREGATES: dict[str, str] = {
    **base.AGGREGATES,
    "array_agg": "ARRAY_AGG",
    "json_agg": "JSONB_AGG",
    "bool_and": "BOOL_AND",
    "bool_or": "BOOL_OR",
    "corr": "CORR",
    "covar_pop": "COVAR_POP",
    "covar_samp": "COVAR_SAMP",
    "regr_avgx": "REGR_AVGX",
    "regr_avgy": "REGR_AVGY",
    "regr_count": "REGR_COUNT",
    "regr_intercept": "REGR_INTERCEPT",
    "regr_r2": "REGR_R2",
    "regr_slope": "REGR_SLOPE",
    "regr_sxx": "REGR_SXX",
    "regr_sxy": "REGR_SXY",
    "regr_syy": "REGR_SYY",
}
