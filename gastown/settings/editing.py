"""Changing one value in a settings file that a person wrote, and leaving all else in it as it is."""

import re
import tomllib

from gastown.errors import Invalid
from gastown.settings.reading import toml_text

_HEADER = re.compile(r"^\s*\[(?!\[)\s*([^\]]*?)\s*\]\s*(#.*)?$")


def with_value(text: str, table: str, key: str, *, value: str | bool | None) -> str:
    """`text` with `table.key` set to `value`, or without it for None. Raises Invalid when it cannot be done safely."""
    lines = text.splitlines()
    place = _header(lines, table)
    if place is None:
        lines += [] if value is None else ["", f"[{table}]", f"{key} = {_toml(value)}"]
    else:
        _set(lines, place, key, value=value)
    edited = "\n".join(lines) + "\n"
    if not _says(text, edited, table, key, value=value):
        wish = f"take {key} out" if value is None else f"write {key} = {_toml(value)}"
        raise Invalid(f"{table}.{key} cannot be changed here by itself", f"{wish} under [{table}]")
    return edited


def _header(lines: list[str], table: str) -> int | None:
    return next(
        (n for n, line in enumerate(lines) if (found := _HEADER.match(line)) and found[1] == table), None
    )


def _set(lines: list[str], place: int, key: str, *, value: str | bool | None) -> None:
    end = next((n for n in range(place + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    said = re.compile(rf"\s*{re.escape(key)}\s*=")
    old = next((n for n in range(place + 1, end) if said.match(lines[n])), None)
    new = [] if value is None else [f"{key} = {_toml(value)}"]
    if old is not None:
        lines[old : old + 1] = new
        return
    while end > place + 1 and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = new


def _says(before: str, after: str, table: str, key: str, *, value: str | bool | None) -> bool:
    """Whether the edited text says just this, and all else as before."""
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    held, had = {**new.get(table, {})}, {**old.get(table, {})}
    had.pop(key, None)
    return held.pop(key, None) == value and {**old, table: had} == {**new, table: held}


def _toml(value: object) -> str:
    return toml_text(value) if isinstance(value, str) else str(value).lower()
