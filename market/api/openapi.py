"""What the framework's OpenAPI generator gets wrong about our types, put right."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.openapi.spec import OpenAPIType, Reference, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator

LIMITS = {"minLength": "min_length", "maxLength": "max_length", "minimum": "minimum", "maximum": "maximum"}


class Tuples(OpenAPISchemaPlugin):
    """``tuple[T, ...]`` as an array of T, within its limits and those of its items; else it is "T or anything"."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Tuples of any length of one type."""
        return field_definition.origin is tuple and field_definition.args[-1] is Ellipsis

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """The array."""
        item = field_definition.inner_types[0]
        items: Schema | Reference = schema_creator.for_field_definition(item)
        if isinstance(items, Schema):
            known: dict[str, Any] = msgspec.json.schema(item.raw)
            for key, name in LIMITS.items():
                if key in known:
                    setattr(items, name, known[key])
        limits = field_definition.kwarg_definition
        return Schema(type=OpenAPIType.ARRAY, items=items, max_items=getattr(limits, "max_items", None))


class Amounts(OpenAPISchemaPlugin):
    """Decimals: always given as text, taken as text or number."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Decimals."""
        return field_definition.annotation is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """Text of digits, or a number."""
        text = Schema(type=OpenAPIType.STRING, pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")
        return Schema(any_of=[text, Schema(type=OpenAPIType.NUMBER, minimum=0)])


PLUGINS = (Tuples(), Amounts())
