"""Agent CLIs as data: runtimes/NAME.toml, ours and over it the town's own, key by key."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from gastown import assets
from gastown.domain.agent_cli import AgentCli, Arguments, CallbackFormat, unknown_places
from gastown.domain.permission import Permission
from gastown.domain.runtime import Features
from gastown.domain.screen import Patterns
from gastown.errors import Invalid, NotFound
from gastown.settings.reading import Table, read_tables

FOLDER = "runtimes"
KEYS: Mapping[str, frozenset[str]] = {
    "runtime": frozenset(
        {"summary", "program", "install", "version", "seen_versions", "passes", "transcript"}
    ),
    "arguments": frozenset({"begin", "model", "new", "resume", "prompt"}),
    "permissions": frozenset(Permission),
    "environment": frozenset(),
    "files": frozenset(),
    "callbacks": frozenset({"format", "file"}),
    "screen": frozenset({"ready", "busy", "waiting"}),
    "features": frozenset(Features.__dataclass_fields__) - {"empty_box"},
}
"""The tables of such a file and their keys; none are named where any may stand."""
WANTED_PLACES = {"resume": "conversation", "prompt": "prompt", "model": "model"}
"""Arguments that are for something, and would do nothing without it."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def names(town: Path | None) -> tuple[str, ...]:
    """Every agent CLI that is described by data, sorted: ours and the town's own."""
    own = {file.name for file in (town / FOLDER).glob("*.toml")} if town is not None else set[str]()
    return tuple(
        sorted(
            name.removesuffix(".toml") for name in own | set(assets.names(FOLDER)) if name.endswith(".toml")
        )
    )


def read(name: str, town: Path | None) -> AgentCli:
    """The agent CLI called `name`, as the town's file and ours describe it. Raises NotFound, Invalid or Unavailable."""
    files = _files(name, town)
    if not files:
        raise NotFound(f"there is no runtime {name!r}", f"there are: {', '.join(names(town))}")
    values: dict[str, dict[str, object]] = {table: {} for table in KEYS}
    for file in files:
        for table, said in _tables(file).items():
            values[table] |= said
    return _checked(name, files[-1], values, " + ".join(map(str, reversed(files))))


def _files(name: str, town: Path | None) -> list[Path]:
    """Ours, then the town's own."""
    if not _NAME.fullmatch(name):
        return []
    ours = [assets.path(FOLDER, f"{name}.toml")] if f"{name}.toml" in assets.names(FOLDER) else []
    own = town / FOLDER / f"{name}.toml" if town is not None else None
    return [*ours, *([own] if own is not None and own.is_file() else [])]


def _tables(file: Path) -> Mapping[str, Mapping[str, object]]:
    said = read_tables(file).values
    for table, values in said.items():
        if table not in KEYS:
            raise Invalid(f"{file}: nobody knows [{table}]", f"there are: {', '.join(KEYS)}")
        if not isinstance(values, dict):
            raise Invalid(f"{file}: {table} is not a table", "mend that file")
        unknown = sorted(set(cast("dict[str, object]", values)) - KEYS[table]) if KEYS[table] else []
        if unknown:
            raise Invalid(
                f"{file}: nobody knows {table}.{unknown[0]}", f"{table} has: {', '.join(sorted(KEYS[table]))}"
            )
    return cast("Mapping[str, Mapping[str, object]]", said)


def _checked(name: str, file: Path, values: Mapping[str, Mapping[str, Any]], source: str) -> AgentCli:
    table = {key: Table(file, key, said) for key, said in values.items()}
    about, callbacks = table["runtime"], table["callbacks"]
    form = callbacks.get("format", "")
    if form and form not in list(CallbackFormat):
        raise Invalid(f"{file}: callbacks.format is {form!r}", f"one of: {', '.join(CallbackFormat)}")
    cli = AgentCli(
        name=name,
        summary=about.get("summary", ""),
        program=about.need("program"),
        install=about.get("install", ""),
        version=about.texts("version"),
        seen_versions=about.texts("seen_versions"),
        passes=about.texts("passes"),
        transcript=about.get("transcript", ""),
        arguments=_arguments(file, table["arguments"], values["permissions"], table["permissions"]),
        features=_features(table["features"]),
        screen=Patterns(**{key: _pattern(file, key, table["screen"].get(key, "")) for key in KEYS["screen"]}),
        environment={key: table["environment"].get(key, "") for key in values["environment"]},
        files={_beneath(file, path): table["files"].get(path, "") for path in values["files"]},
        callbacks=CallbackFormat(form) if form else None,
        callbacks_file=_beneath(file, callbacks.need("file")) if form else "",
        source=source,
    )
    _refuse_contradictions(file, cli)
    return cli


def _features(table: Table) -> Features:
    flags: dict[str, Any] = {key: table.get(key, False) for key in KEYS["features"]}
    return replace(Features(), **flags)


def _arguments(file: Path, table: Table, levels: Mapping[str, object], permissions: Table) -> Arguments:
    words = {key: _placed(file, f"arguments.{key}", table.texts(key)) for key in KEYS["arguments"]}
    if not words["begin"]:
        raise Invalid(f"{file}: arguments.begin is missing", "say with which command it starts")
    for key, place in WANTED_PLACES.items():
        if words[key] and not any(f"{{{place}}}" in word for word in words[key]):
            raise Invalid(f"{file}: arguments.{key} says nowhere {{{place}}}", "put it where it belongs")
    allowed = {
        Permission(level): _placed(file, f"permissions.{level}", permissions.texts(level)) for level in levels
    }
    return Arguments(permissions=allowed, **words)


def _placed(file: Path, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        if unknown := unknown_places(word):
            raise Invalid(f"{file}: {key}: nobody fills in {{{unknown[0]}}}", "see docs/runtimes.md")
    return words


def _pattern(file: Path, key: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as broken:
        raise Invalid(
            f"{file}: screen.{key} is no regular expression: {broken}", "mend that file"
        ) from broken
    return pattern


def _beneath(file: Path, path: str) -> str:
    """Files of ours lie in the agent's own folder: nothing is written into what the user tracks."""
    if not path.startswith("{folder}/") or ".." in path.split("/"):
        raise Invalid(f"{file}: {path!r} does not lie beneath {{folder}}", "begin it with {folder}/")
    return path


def _refuse_contradictions(file: Path, cli: AgentCli) -> None:
    features = cli.features
    if (features.primes or features.reports or features.propels or features.guards) and cli.callbacks is None:
        raise Invalid(f"{file}: it cannot call us without [callbacks]", "say their format and file")
    if features.resumes and not cli.arguments.resume:
        raise Invalid(f"{file}: features.resumes needs arguments.resume", "say how it resumes")
    if not cli.screen.ready and not features.primes and not cli.arguments.prompt:
        raise Invalid(
            f"{file}: nothing would tell it that there is work",
            "give it arguments.prompt, screen.ready (then a line is typed), or callbacks",
        )
