"""Prompts and standing orders: what they may name in braces, and how that is filled in; pure."""

import re
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told it: each of these may be named in braces, `{name}`, and becomes what stands here."""

    name: str
    """The agent's name: Toast."""
    address: str
    """Its full address: web/polecats/Toast."""
    role: str
    """Its role: polecat."""
    town: str
    """The town's name."""
    rig: str | None = None
    """Its rig, for a rig's agents."""
    target: str | None = None
    """The branch that the rig's work lands on."""


VARIABLES = tuple(field.name for field in fields(Told))
"""All that can be named."""

OF_A_RIG = frozenset({"rig", "target"})
"""Only agents of a rig have these."""

_NAMED = re.compile(r"\{([a-z_]+)\}")


def fill_in(text: str, told: Told) -> str:
    """The text with what it names in braces; what nobody knows stays as it is."""
    known = {name: value for name in VARIABLES if (value := getattr(told, name)) is not None}
    return _NAMED.sub(lambda found: known.get(found[1], found[0]), text)


def named_in(text: str) -> tuple[str, ...]:
    """The variables that a text names, each once, in their order."""
    return tuple(dict.fromkeys(_NAMED.findall(text)))
