"""Formulas: templates of work in ordered steps, and how they are filled with values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gastown.domain.beads import check_title
from gastown.errors import Invalid

LONGEST_NAME = 64

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that texts of a formula may hold as `{{name}}`."""

    name: str
    description: str
    default: str | None
    """None: a value must be given."""


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """One step; its texts are filled once the formula is cooked."""

    id: str
    title: str
    description: str
    acceptance: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A template as its file says it. The steps are done in their order."""

    name: str
    description: str
    variables: tuple[Variable, ...]
    steps: tuple[StepTemplate, ...]


@dataclass(frozen=True, slots=True)
class Cooked:
    """A formula with all its texts filled: what would be poured."""

    formula: str
    description: str
    variables: Mapping[str, str]
    steps: tuple[StepTemplate, ...]
    missing: tuple[str, ...] = ()
    """Variables without a value: they stand in the texts as they did."""


def is_name(text: str) -> bool:
    """Whether a formula or a step may be called so: a small letter, then small letters, digits, dashes."""
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None


def is_variable(text: str) -> bool:
    """Whether a variable may be called so: a small letter, then small letters, digits, underlines."""
    return len(text) <= LONGEST_NAME and _VARIABLE.fullmatch(text) is not None


def places(text: str) -> Sequence[tuple[str, str]]:
    """Every `{{name}}` in a text: as it is written, and the name in it."""
    return [(found[0], found[1].strip()) for found in _PLACE.finditer(text)]


def read_values(pairs: Sequence[str]) -> Mapping[str, str]:
    """Values given as `name=value`. Raises Invalid."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise Invalid(f"{pair!r} gives no variable a value", "write --var name=value")
        if name in values:
            raise Invalid(f"the variable {name!r} was given twice", "leave one out")
        values[name] = value
    return values


def cook(formula: Formula, given: Mapping[str, str], known: Mapping[str, str] | None = None) -> Cooked:
    """Fill every text: with what was `given`, else with what is `known` anyhow and not empty, else by default.

    Values are put in as they are: what looks like a variable in one stays. Raises Invalid for a value that no
    variable takes, and for a step whose title does not fit once it is filled.
    """
    names = [variable.name for variable in formula.variables]
    if strange := [name for name in given if name not in names]:
        has = f"it takes: {', '.join(names)}" if names else "it takes none"
        raise Invalid(f"{formula.name} has no variable {strange[0]!r}", has)
    usual = {name: value for name, value in (known or {}).items() if value}
    defaults = {each.name: each.default for each in formula.variables if each.default is not None}
    found = {**defaults, **usual, **given}
    missing = tuple(name for name in names if name not in found)
    values = {name: found[name] for name in names if name in found}
    steps = tuple(_filled(formula, step, values) for step in formula.steps)
    return Cooked(formula.name, _fill(formula.description, values), values, steps, missing)


def check_complete(cooked: Cooked) -> Cooked:
    """Give it back if every variable has a value. Raises Invalid."""
    if cooked.missing:
        raise Invalid(
            f"{cooked.formula} needs a value for {', '.join(cooked.missing)}",
            " ".join(f"--var {name}=…" for name in cooked.missing),
        )
    return cooked


def _filled(formula: Formula, step: StepTemplate, values: Mapping[str, str]) -> StepTemplate:
    try:
        title = check_title(_fill(step.title, values))
    except Invalid as unfit:
        raise Invalid(f"{formula.name}, step {step.id!r}: {unfit.message}", "give shorter values") from unfit
    return replace(
        step,
        title=title,
        description=_fill(step.description, values),
        acceptance=_fill(step.acceptance, values),
    )


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1].strip(), found[0]), text)
