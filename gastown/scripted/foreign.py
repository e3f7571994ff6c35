"""Values decoded from other programs' JSON and TOML, taken for what they are; the rest counts as empty."""

from collections.abc import Mapping, Sequence
from typing import cast


def mapping(value: object) -> Mapping[str, object]:
    """`value` when it is an object (a table)."""
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in cast("dict[object, object]", value).items()}


def sequence(value: object) -> Sequence[object]:
    """`value` when it is an array."""
    return cast("list[object]", value) if isinstance(value, list) else []
