"""Reading our TOML files so that every mistake is named with its file and key."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from gastown.domain.permission import Permission
from gastown.errors import Invalid, NotFound, Unavailable

V = TypeVar("V", str, int, bool)


class Table:
    """One table of a settings file, read key by key."""

    def __init__(self, file: Path, name: str, values: Mapping[str, object]) -> None:
        self._file, self._name, self._values = file, name, values

    def get(self, key: str, default: V) -> V:
        """The value of `key`, which must have the default's type. Raises Invalid."""
        value = self._values.get(key, default)
        if type(value) is not type(default):
            raise Invalid(
                f"{self._file}: {self._name}.{key} is {value!r}, not {_word(default)}",
                f"mend {self._file} and try again",
            )
        return value  # pyright: ignore[reportReturnType]

    def need(self, key: str) -> str:
        """The text of `key`, which must be there and not empty. Raises Invalid."""
        value = self.get(key, "")
        if not value:
            raise Invalid(f"{self._file}: {self._name}.{key} is missing", f"mend {self._file} and try again")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when it is missing. Raises Invalid."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):  # pyright: ignore[reportUnknownVariableType]
            raise Invalid(
                f"{self._file}: {self._name}.{key} is not a list of texts", f"mend {self._file} and try again"
            )
        return tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]

    def permission(self, key: str) -> Permission:
        """A level of permission; the careful one when it is missing. Raises Invalid."""
        level = self.get(key, Permission.ASK.value)
        if level not in list(Permission):
            raise Invalid(
                f"{self._file}: {self._name}.{key} is none of {', '.join(Permission)}", "choose one of them"
            )
        return Permission(level)


def read_tables(file: Path) -> "Tables":
    """Read one TOML file. Raises NotFound, Invalid or Unavailable."""
    import tomllib  # half of what starting to read settings costs, and not every command reads them

    try:
        return Tables(file, tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as missing:
        raise NotFound(f"{file} is missing") from missing
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}", "check its rights") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Invalid(f"{file}: {broken}", f"mend {file} and try again") from broken


class Tables:
    """A whole settings file."""

    def __init__(self, file: Path, values: Mapping[str, object]) -> None:
        self._file, self._values = file, values

    @property
    def values(self) -> Mapping[str, object]:
        """All of it as it stands there."""
        return self._values

    def table(self, name: str) -> Table:
        """The table of that name; empty when it is missing. Raises Invalid."""
        value = self._values.get(name, {})
        if not isinstance(value, dict):
            raise Invalid(f"{self._file}: {name} is not a table", f"mend {self._file} and try again")
        return Table(self._file, name, {str(key): item for key, item in value.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def toml_text(value: str) -> str:
    """`value` as a TOML string. Raises Invalid for what is no text."""
    try:
        value.encode()
    except UnicodeEncodeError as broken:
        raise Invalid(f"{value!r} cannot be written: it is no text", "use other characters") from broken
    escaped = "".join(
        f"\\{c}" if c in '"\\' else c if ord(c) >= 32 and ord(c) != 127 else f"\\u{ord(c):04x}"  # noqa: PLR2004 - control characters
        for c in value
    )
    return f'"{escaped}"'


def _word(default: str | int) -> str:  # a bool is an int
    match default:
        case str():
            return "a text"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
