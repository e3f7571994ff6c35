"""Prompts: which variables they may have, and how they are filled in; pure."""

import re
from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "name": "the agent's name: Toast",
    "address": "its full address: web/polecats/Toast",
    "role": "its role: polecat",
    "rig": "its rig, for a rig's agents",
    "target": "the branch that the rig's work lands on",
    "town": "the town's name",
}
"""What a prompt may name in braces, and what it becomes."""

OF_A_RIG = frozenset({"rig", "target"})
"""Only agents of a rig have these."""

_NAMED = re.compile(r"\{([a-z_]+)\}")


def fill_in(prompt: str, values: Mapping[str, str]) -> str:
    """The prompt with what it names in braces; what nobody knows stays as it is."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), prompt)


def named_in(prompt: str) -> tuple[str, ...]:
    """The variables that a prompt names, each once, in their order."""
    return tuple(dict.fromkeys(_NAMED.findall(prompt)))
