"""Roles as data: roles/NAME.toml, the prompt it names, and standing orders; the nearest word counts."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gastown import assets
from gastown.domain.roles import Capability, Place, Restart, Role, Scope, Wake
from gastown.domain.runtime import Callback
from gastown.errors import Invalid, NotFound, Unavailable

ROLES, PROMPTS, DIRECTIVES = "roles", "prompts", "directives"
KEYS = frozenset({
    "summary", "scope", "many", "restart", "wake", "place", "prompt", "first_words", "may", "formula", "runtime",
    "model", "resumes", "names", "callbacks",
})  # fmt: skip

E = TypeVar("E", bound=StrEnum)


def read(name: str, *, town: Path, rig: str | None = None) -> Role:
    """The role called `name` as it counts in `rig` of the town at `town`.

    `<town>/<rig>/roles/NAME.toml` overrides, key by key, `<town>/roles/NAME.toml`, and that the one we ship; of
    prompts the nearest file counts, of standing orders all. Raises NotFound, Invalid or Unavailable.
    """
    files = [file for file in _files(town, rig, ROLES, f"{name}.toml") if file.is_file()]
    if not files:
        raise NotFound(f"there is no role {name!r}", f"there are: {', '.join(names(town, rig)) or 'none'}")
    values: dict[str, Any] = {}
    for file in reversed(files):
        values |= _table(file)
    return _role(name, values, files, town, rig)


def names(town: Path, rig: str | None = None) -> tuple[str, ...]:
    """Every role that counts in `rig` of the town at `town`, sorted."""
    shipped = {name for name in assets.names(ROLES) if name.endswith(".toml")}
    for folder in (town, town / rig) if rig is not None else (town,):
        shipped |= {file.name for file in (folder / ROLES).glob("*.toml")}
    return tuple(sorted(name.removesuffix(".toml") for name in shipped))


def _files(town: Path, rig: str | None, kind: str, name: str) -> list[Path]:
    """Where a file of that name may be, the nearest first."""
    folders = [town / rig / kind] if rig is not None else []
    folders.append(town / kind)
    shipped = [assets.path(kind, name)] if kind in assets.KINDS and name in assets.names(kind) else []
    return [*(folder / name for folder in folders), *shipped]


def _role(name: str, values: Mapping[str, Any], files: list[Path], town: Path, rig: str | None) -> Role:
    file = files[0]
    prompt_name = _text(file, values, "prompt")
    prompts = [path for path in _files(town, rig, PROMPTS, prompt_name) if path.is_file()]
    if not prompts:
        raise Invalid(f"{file}: there is no prompt {prompt_name!r}", f"write {town / PROMPTS / prompt_name}")
    orders = [path for path in _files(town, rig, DIRECTIVES, f"{name}.md") if path.is_file()][::-1]
    return Role(
        name=name,
        scope=_one_of(file, values, "scope", Scope),
        many=_flag(file, values, "many"),
        restart=_one_of(file, values, "restart", Restart),
        wake=_one_of(file, values, "wake", Wake),
        place=_one_of(file, values, "place", Place),
        prompt=_read(prompts[0]),
        first_words=_text(file, values, "first_words"),
        may=frozenset(_capability(file, word) for word in _texts(file, values, "may")),
        callbacks=frozenset(_callback(file, word) for word in _texts(file, values, "callbacks"))
        or frozenset(Callback),
        formula=_text(file, values, "formula", ""),
        runtime=_text(file, values, "runtime", ""),
        model=_text(file, values, "model", ""),
        resumes=_flag(file, values, "resumes"),
        summary=_text(file, values, "summary", ""),
        names=_texts(file, values, "names"),
        directives="\n\n".join(_read(path).strip() for path in orders),
        sources={
            "role": " + ".join(map(str, files)),
            "prompt": str(prompts[0]),
            "directives": " + ".join(map(str, orders)),
        },
    )


def _table(file: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        values = tomllib.loads(_read(file))
    except tomllib.TOMLDecodeError as broken:
        raise Invalid(f"{file}: {broken}", "mend that file") from broken
    if unknown := sorted(set(values) - KEYS):
        raise Invalid(f"{file}: nobody knows {', '.join(unknown)}", f"a role has: {', '.join(sorted(KEYS))}")
    return values


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}", "check its rights") from error
    except UnicodeDecodeError as broken:
        raise Invalid(f"{file} is not UTF-8: {broken.reason}", "mend that file") from broken


def _text(file: Path, values: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise Invalid(f"{file}: {key} is {'missing' if value is None else 'no text'}", "mend that file")
    return value


def _texts(file: Path, values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):  # pyright: ignore[reportUnknownVariableType]
        raise Invalid(f"{file}: {key} is not a list of texts", "mend that file")
    return tuple(str(word) for word in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _flag(file: Path, values: Mapping[str, Any], key: str) -> bool:
    value = values.get(key, False)
    if not isinstance(value, bool):
        raise Invalid(f"{file}: {key} is neither true nor false", "mend that file")
    return value


def _one_of(file: Path, values: Mapping[str, Any], key: str, kind: type[E]) -> E:
    word = _text(file, values, key)
    if word not in list(kind):
        raise Invalid(f"{file}: {key} is {word!r}", f"one of: {', '.join(kind)}")
    return kind(word)


def _capability(file: Path, word: str) -> Capability:
    if word not in list(Capability):
        raise Invalid(f"{file}: nobody may {word!r}", f"a role may: {', '.join(Capability)}")
    return Capability(word)


def _callback(file: Path, word: str) -> Callback:
    if word not in list(Callback):
        raise Invalid(f"{file}: there is no callback {word!r}", f"callbacks: {', '.join(Callback)}")
    return Callback(word)
