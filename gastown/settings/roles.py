"""Roles as data: roles/NAME.toml, the prompt it names, and standing orders; the nearest word counts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gastown import assets
from gastown.domain.identity import check_role_name
from gastown.domain.roles import Place, Restart, Role, Scope, Wake
from gastown.errors import Invalid, NotFound
from gastown.settings import role_file
from gastown.settings.rig import FILE_NAME as RIG_FILE

ROLES, PROMPTS, DIRECTIVES = "roles", "prompts", "directives"
SETTLED = ("scope", "many")
"""What agents' addresses rest on: nobody says it otherwise than the file furthest away does."""


def read(name: str, *, town: Path, rig: str | None = None) -> Role:
    """The role called `name` as it counts in `rig` of the town at `town`.

    `<town>/<rig>/roles/NAME.toml` overrides, key by key, `<town>/roles/NAME.toml`, and that the one we ship; of
    prompts the nearest file counts, of standing orders all. Whatever is read can be used: a name that means
    somebody else, and fields that contradict each other, are Invalid. Raises NotFound and Unavailable, too.
    """
    check_role_name(name)
    files = [file for file in _files(town, rig, ROLES, f"{name}.toml") if file.is_file()]
    if not files:
        raise NotFound(f"there is no role {name!r}", f"there are: {', '.join(names(town, rig)) or 'none'}")
    _check_place(name, town, rig)
    values: dict[str, Any] = {}
    for file in reversed(files):
        said = role_file.table(file)
        for key in SETTLED:
            if values and key in said and said[key] != values.get(key, False):
                raise Invalid(
                    f"{file}: {key} of {name} is settled", "leave it out; a role of another name may differ"
                )
        values |= said
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


def _check_place(name: str, town: Path, rig: str | None) -> None:
    """Raises Invalid where an agent of that name would live in a folder that is another's."""
    if (town / name / RIG_FILE).is_file():
        raise Invalid(f"there is a rig {name!r}: no role can be called so", "rename its file")
    single = name.removesuffix("s")
    if single != name and any(file.is_file() for file in _files(town, rig, ROLES, f"{single}.toml")):
        raise Invalid(
            f"{name!r} is the folder of the role {single}: no role can be called so", "rename its file"
        )


def _role(name: str, values: Mapping[str, Any], files: list[Path], town: Path, rig: str | None) -> Role:
    file = files[0]
    prompt = _prompt(role_file.text(file, values, "prompt"), file, town, rig)
    scope, place = (
        role_file.one_of(file, values, "scope", Scope),
        role_file.one_of(file, values, "place", Place),
    )
    if scope is Scope.TOWN and place is Place.WORKTREE:
        raise Invalid(f"{file}: an agent of the town has no rig, and so no worktree", 'place = "folder"')
    orders = [path for path in _files(town, rig, DIRECTIVES, f"{name}.md") if path.is_file()][::-1]
    return Role(
        name=name,
        scope=scope,
        many=role_file.flag(file, values, "many"),
        restart=role_file.one_of(file, values, "restart", Restart),
        wake=role_file.one_of(file, values, "wake", Wake),
        place=place,
        prompt=_words(prompt),
        first_words=role_file.text(file, values, "first_words"),
        may=role_file.capabilities(file, values),
        callbacks=role_file.callbacks(file, values),
        formula=role_file.text(file, values, "formula", ""),
        runtime=role_file.text(file, values, "runtime", ""),
        model=role_file.text(file, values, "model", ""),
        resumes=role_file.flag(file, values, "resumes"),
        summary=role_file.text(file, values, "summary", ""),
        names=role_file.agent_names(file, values, name),
        directives="\n\n".join(role_file.read(path).strip() for path in orders),
        sources={
            "role": " + ".join(map(str, files)),
            "prompt": str(prompt),
            "directives": " + ".join(map(str, orders)),
        },
    )


def _prompt(name: str, file: Path, town: Path, rig: str | None) -> Path:
    """The nearest prompt of that name."""
    if Path(name).name != name:
        raise Invalid(f"{file}: prompt is {name!r}", f"the name of a file in {PROMPTS}/, without a folder")
    found = next((path for path in _files(town, rig, PROMPTS, name) if path.is_file()), None)
    if found is None:
        raise Invalid(f"{file}: there is no prompt {name!r}", f"write {town / PROMPTS / name}")
    return found


def _words(prompt: Path) -> str:
    text = role_file.read(prompt)
    if not text.strip():
        raise Invalid(f"{prompt} is empty", "write there what its agents are told, or remove it")
    return text
