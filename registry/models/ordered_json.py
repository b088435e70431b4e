"""A JSON column that keeps key order: what clients receive has the order its author wrote."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    # To a type checker this is a JSON column: any JSON value goes in and comes out.
    TextField = models.JSONField
else:
    TextField = models.TextField


class OrderedJSONField(TextField):
    """JSON kept as text: `jsonb` would sort keys and the documents would not be upstream's."""

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """Return the JSON value of a column."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """Return the JSON value of serialised text."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        """Return the text to store."""
        return None if value is None else json.dumps(value, ensure_ascii=False)
