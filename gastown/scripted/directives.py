"""Directives: the words with which the agent is told to misbehave; pure.

A directive is `NAME[-always][@STEP][=VALUE]`. It comes from the environment (GT_SCRIPTED_DO, separated by
spaces or commas), from a label of the bead (`scripted:NAME`), or from a line `#: NAME` in a fenced block of
its description.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gastown.scripted.steps import Bead

LABEL = "scripted:"

_DIRECTIVE = re.compile(r"(?P<name>[a-z-]+?)(?P<always>-always)?(@(?P<at>\d+))?(=(?P<value>\d+(\.\d+)?))?")


class Directive(NamedTuple):
    name: str
    always: bool
    at: int | None
    """After which step; None: before the last one."""
    value: float | None

    def is_due(self, done: int, steps: int) -> bool:
        """Whether it is for this moment: `done` of `steps` are finished."""
        return done == (steps - 1 if self.at is None else self.at)


def parse(words: Iterable[str]) -> Sequence[Directive]:
    """The directives among `words`."""
    return [
        Directive(
            name=found["name"],
            always=bool(found["always"]),
            at=int(found["at"]) if found["at"] else None,
            value=float(found["value"]) if found["value"] else None,
        )
        for found in map(_DIRECTIVE.fullmatch, words)
        if found
    ]


def from_environment(environ: Mapping[str, str]) -> Sequence[str]:
    return environ.get("GT_SCRIPTED_DO", "").replace(",", " ").split()


def from_labels(bead: Bead) -> Sequence[str]:
    return [label.removeprefix(LABEL) for label in bead.labels if label.startswith(LABEL)]
