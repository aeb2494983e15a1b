"""What both ends of a relation are in queries: values of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import FieldError
from aorm.relations.keys import key_type, prepared_key, single_adapter

if TYPE_CHECKING:
    from aorm.mapping.paths import Path
    from aorm.sql.types import SqlType


class ComparedByKey:
    """A relation as the type of a value: that of the key that instances of the other model are compared by."""

    several_targets: ClassVar[str] = (
        "The relation has multiple target fields, but only single target field was asked for"
    )

    @property
    def path(self) -> Path:
        """The hops to the related model."""
        raise NotImplementedError

    @property
    def target_fields(self) -> tuple[Any, ...]:
        """The fields of the related model that values are compared with in queries."""
        raise NotImplementedError

    @property
    def target_field(self) -> Any:
        """The one field that values are compared with.

        Raises:
            FieldError: there are several.
        """
        fields = self.target_fields
        if len(fields) != 1:
            raise FieldError(self.several_targets)
        return fields[0]

    @property
    def sql_type(self) -> SqlType:
        """The type of the key."""
        return key_type(self.target_fields)

    @property
    def adapter(self) -> Any:
        """The key's field, where it encodes values by code of its own."""
        return single_adapter(self.target_fields)

    def get_prep_value(self, value: Any) -> Any:
        """Turn an instance or a plain value into the key that is stored and compared."""
        return prepared_key(self, value)
