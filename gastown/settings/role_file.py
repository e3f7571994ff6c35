"""A role's file, read key by key: every mistake is named with its file."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gastown.domain.beads import UNFIT
from gastown.domain.identity import check_polecat_name
from gastown.domain.roles import Capability
from gastown.domain.runtime import Callback
from gastown.errors import Invalid, Unavailable

KEYS = frozenset({
    "summary", "scope", "many", "restart", "wake", "place", "prompt", "first_words", "may", "formula", "runtime",
    "model", "resumes", "names", "callbacks",
})  # fmt: skip

E = TypeVar("E", bound=StrEnum)


def table(file: Path) -> Mapping[str, Any]:
    """What the file says, by key. Raises Invalid for a key that nobody knows."""
    import tomllib

    try:
        values = tomllib.loads(read(file))
    except tomllib.TOMLDecodeError as broken:
        raise Invalid(f"{file}: {broken}", "mend that file") from broken
    if unknown := sorted(set(values) - KEYS):
        raise Invalid(f"{file}: nobody knows {', '.join(unknown)}", f"a role has: {', '.join(sorted(KEYS))}")
    return values


def read(file: Path) -> str:
    """The text of a file. Raises Unavailable or Invalid."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}", "check its rights") from error
    except UnicodeDecodeError as broken:
        raise Invalid(f"{file} is not UTF-8: {broken.reason}", "mend that file") from broken


def text(file: Path, values: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """One line of text, without anything that could move a cursor: some of it is typed. Raises Invalid."""
    value = values.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Invalid(f"{file}: {key} is {'missing' if value is None else 'no text'}", "mend that file")
    if UNFIT.search(value):
        raise Invalid(f"{file}: {key} holds control characters", "one line, without them")
    return value


def texts(file: Path, values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of such texts; where nothing is said, none."""
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):  # pyright: ignore[reportUnknownVariableType]
        raise Invalid(f"{file}: {key} is not a list of texts", "mend that file")
    return tuple(str(word) for word in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def flag(file: Path, values: Mapping[str, Any], key: str) -> bool:
    """True or false; where nothing is said, false."""
    value = values.get(key, False)
    if not isinstance(value, bool):
        raise Invalid(f"{file}: {key} is neither true nor false", "mend that file")
    return value


def one_of(file: Path, values: Mapping[str, Any], key: str, kind: type[E]) -> E:
    """One of the words of `kind`."""
    word = text(file, values, key)
    if word not in list(kind):
        raise Invalid(f"{file}: {key} is {word!r}", f"one of: {', '.join(kind)}")
    return kind(word)


def agent_names(file: Path, values: Mapping[str, Any], role: str) -> tuple[str, ...]:
    """The names for a role's agents: each may be an agent's, and none is there twice. Raises Invalid."""
    names = texts(file, values, "names")
    for place, name in enumerate(names):
        try:
            check_polecat_name(name)
        except Invalid as bad:
            raise Invalid(f"{file}: {name!r} cannot name an agent", bad.hint) from bad
        if name.casefold() in {role, *(other.casefold() for other in names[:place])}:
            raise Invalid(
                f"{file}: {name!r} cannot name one more agent", "each name once, and not the role's"
            )
    return names


def capabilities(file: Path, values: Mapping[str, Any]) -> frozenset[Capability]:
    """What it may do; where nothing is said, nothing."""
    words = texts(file, values, "may")
    for word in words:
        if word not in list(Capability):
            raise Invalid(f"{file}: nobody may {word!r}", f"a role may: {', '.join(Capability)}")
    return frozenset(map(Capability, words))


def callbacks(file: Path, values: Mapping[str, Any]) -> frozenset[Callback]:
    """What its agent CLI calls us for: where nothing is said all of them, where the list is empty none."""
    if "callbacks" not in values:
        return frozenset(Callback)
    words = texts(file, values, "callbacks")
    for word in words:
        if word not in list(Callback):
            raise Invalid(f"{file}: there is no callback {word!r}", f"callbacks: {', '.join(Callback)}")
    return frozenset(map(Callback, words))
