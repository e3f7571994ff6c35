"""The TOML of a formula, read strictly: whatever is wrong is said with its line or its step."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from gastown.domain.formulas import Formula, StepTemplate, Variable, is_name, is_variable, places
from gastown.errors import Invalid

FORMULA_KEYS = ("description", "vars", "steps")
VARIABLE_KEYS = ("description", "default")
STEP_KEYS = ("id", "title", "description", "acceptance")

NAMES = "a small letter first, then small letters, digits, - or _"
VARIABLES = "a small letter first, then small letters, digits or _"

_STEP_LINE = re.compile(r"^[ \t]*\[\[[ \t]*steps[ \t]*\]\]", re.MULTILINE)


def parse(text: str, *, name: str, source: str) -> Formula:
    """Read the formula `name` from TOML. Raises Invalid, which names `source` and the line or the step."""
    import tomllib

    try:
        values: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise Invalid(f"{source}: {broken}", f"mend {source} and try again") from broken
    return _Reader(text, source).formula(name, _table(values))


class _Reader:
    """One formula's file as it is read; every complaint says where."""

    def __init__(self, text: str, source: str) -> None:
        self._text, self._source = text, source
        self._declared: tuple[str, ...] = ()

    def formula(self, name: str, values: Mapping[str, object]) -> Formula:
        self._only(self._source, values, FORMULA_KEYS)
        variables = self._variables(values.get("vars", {}))
        self._declared = tuple(variable.name for variable in variables)
        description = self._words(self._source, values, "description")
        return Formula(name, description, variables, self._steps(values.get("steps", [])))

    def _variables(self, table: object) -> tuple[Variable, ...]:
        if not isinstance(table, dict):
            raise self._wrong(
                self._source, "vars is not a table", "write [vars], and beneath it name = value"
            )
        return tuple(self._variable(name, value) for name, value in _table(table).items())  # pyright: ignore[reportUnknownArgumentType]

    def _variable(self, name: str, value: object) -> Variable:
        where = f"{self._source}: variable {name!r}"
        if not is_variable(name):
            raise self._wrong(where, "nothing can be called so", VARIABLES)
        if isinstance(value, str):
            return Variable(name, "", value)
        if not isinstance(value, dict):
            raise self._wrong(where, f"{value!r} is not a text", "put it in quotes")
        table = _table(value)  # pyright: ignore[reportUnknownArgumentType]
        self._only(where, table, VARIABLE_KEYS)
        default = self._plain(where, table, "default") if "default" in table else None
        return Variable(name, self._plain(where, table, "description"), default)

    def _steps(self, tables: object) -> tuple[StepTemplate, ...]:
        if not isinstance(tables, list) or not tables:
            raise self._wrong(self._source, "there are no steps", "write [[steps]], with an id and a title")
        steps: dict[str, StepTemplate] = {}
        for where, table in self._places(cast("Sequence[object]", tables)):
            step = self._step(where, table)
            if step.id in steps:
                raise self._wrong(where, f"an earlier step has the id {step.id!r} already")
            steps[step.id] = step
        return tuple(steps.values())

    def _places(self, tables: Sequence[object]) -> Iterator[tuple[str, object]]:
        """Each step with where it is: with its line, unless some text has a line that looks like a step's first."""
        lines = [self._text.count("\n", 0, found.end()) + 1 for found in _STEP_LINE.finditer(self._text)]
        for number, table in enumerate(tables):
            line = f":{lines[number]}" if len(lines) == len(tables) else ""
            yield f"{self._source}{line}: step {number + 1}", table

    def _step(self, where: str, value: object) -> StepTemplate:
        if not isinstance(value, dict):
            raise self._wrong(where, "is not a table", "write [[steps]], with an id and a title")
        table = _table(value)  # pyright: ignore[reportUnknownArgumentType]
        identity = self._plain(where, table, "id")
        where = f"{where} ({identity})" if identity else where
        self._only(where, table, STEP_KEYS)
        if not is_name(identity):
            raise self._wrong(where, f"{identity!r} cannot be an id" if identity else "it has no id", NAMES)
        title = self._words(where, table, "title")
        if not title:
            raise self._wrong(where, "it has no title")
        description, acceptance = (self._words(where, table, key) for key in ("description", "acceptance"))
        return StepTemplate(identity, title, description, acceptance)

    def _words(self, where: str, table: Mapping[str, object], key: str) -> str:
        """A text that may hold variables: each must be declared."""
        text = self._plain(where, table, key)
        for written, inside in places(text):
            if inside not in self._declared:
                hint = f"declare it beneath [vars]; declared so far: {', '.join(self._declared) or 'none'}"
                raise self._wrong(where, f"{key} names the undeclared variable {written}", hint)
        return text.strip()

    def _plain(self, where: str, table: Mapping[str, object], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._wrong(where, f"{key} is {value!r}, not a text", "put it in quotes")
        return value

    def _only(self, where: str, table: Mapping[str, object], keys: Sequence[str]) -> None:
        if strange := [key for key in table if key not in keys]:
            raise self._wrong(where, f"unknown key {strange[0]!r}", f"keys here: {', '.join(keys)}")

    def _wrong(self, where: str, what: str, hint: str = "") -> Invalid:
        return Invalid(f"{where}: {what}", hint or f"mend {self._source} and try again")


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value)
