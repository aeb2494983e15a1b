"""Read the inner ``class Meta`` of a model: which options there are, what they default to, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Django's list. The options about permissions are kept and readable, and do nothing here.
META_NAMES = frozenset(
    {
        "abstract",
        "app_label",
        "apps",
        "auto_created",
        "base_manager_name",
        "constraints",
        "db_table",
        "db_table_comment",
        "db_tablespace",
        "default_manager_name",
        "default_permissions",
        "default_related_name",
        "get_latest_by",
        "indexes",
        "managed",
        "order_with_respect_to",
        "ordering",
        "permissions",
        "proxy",
        "required_db_features",
        "required_db_vendor",
        "select_on_save",
        "swappable",
        "unique_together",
        "verbose_name",
        "verbose_name_plural",
    }
)

META_DEFAULTS: dict[str, Any] = {
    "abstract": False,
    "base_manager_name": None,
    "constraints": (),
    "db_table_comment": "",
    "default_manager_name": None,
    "default_permissions": ("add", "change", "delete", "view"),
    "default_related_name": None,
    "get_latest_by": None,
    "indexes": (),
    "managed": True,
    "order_with_respect_to": None,
    "ordering": (),
    "permissions": (),
    "proxy": False,
    "required_db_features": (),
    "required_db_vendor": None,
    "select_on_save": False,
    "swappable": None,
    "unique_together": (),
}


def read_meta(meta: type | None) -> dict[str, Any]:
    """Return the options of a ``class Meta``, its bases included.

    Raises:
        TypeError: an option has a name that does not exist.
    """
    if meta is None:
        return {}
    given: dict[str, Any] = {}
    for base in reversed(meta.__mro__):
        if base is not object:
            given.update({name: value for name, value in vars(base).items() if not name.startswith("_")})
    unknown = sorted(given.keys() - META_NAMES)
    if unknown:
        raise TypeError(f"'class Meta' got invalid attribute(s): {','.join(unknown)}")
    return given


def normalize_together(option: Any) -> Any:
    """Return ``unique_together`` as a tuple of tuples, whether one set of fields was given or several.

    What is neither is returned as it is: the checks of the model say so.
    """
    if not option:
        return ()
    if not isinstance(option, (tuple, list)):
        return option
    groups: Sequence[Any] = option if isinstance(option[0], (tuple, list)) else (option,)
    if not all(isinstance(names, (tuple, list)) for names in groups):
        return option
    return tuple(tuple(names) for names in groups)
