"""The roles of a town: which there are, which file won, and whether all of them can be used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gastown.domain.formula_file import NAMES
from gastown.domain.prompts import OF_A_RIG, VARIABLES, named_in
from gastown.domain.roles import Restart, Role, Scope, Wake
from gastown.domain.runtime import Callback
from gastown.errors import GastownError
from gastown.settings import formulas, roles
from gastown.town import Town

LONGEST_PROMPT = 4_000
"""Characters: a briefing has 9,500 for everything, and the work needs most of them."""

LONGEST_ORDERS = 2_000


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role as it counts in the town, or in `rig`."""

    name: str
    rig: str | None
    """The rig that has a word of its own on it; None: the town's."""
    summary: str
    scope: str
    restart: str
    wake: str
    place: str
    agents: int
    """How many agents have it."""
    ours: bool
    """Whether it is as we ship it, with nothing of the town's or rig's on top."""
    broken: str
    """Why it cannot be used; empty: it can."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a role that keeps it from working (`fatal`), or that somebody should know."""

    role: str
    rig: str | None
    what: str
    hint: str
    fatal: bool


def role_lines(town: Town) -> tuple[RoleLine, ...]:
    """Every role, and once more for each rig that overrides it."""
    from gastown.ledger import agents

    known = agents.all_agents(town.ledger)
    return tuple(
        _line(town, name, rig, sum(a.role == name and rig in (None, a.rig) for a in known))
        for name, rig in _everywhere(town)
    )


def role(town: Town, name: str, rig: str | None = None) -> Role:
    """One role with all that was put together for it. Raises NotFound, Invalid or Unavailable."""
    if rig is not None:
        town.rig(rig)
    return roles.read(name, town=town.root, rig=rig)


def check_roles(town: Town) -> tuple[Finding, ...]:
    """Everything about the town's roles, prompts and standing orders that is wrong or doubtful."""
    found: list[Finding] = []
    for name, rig in _everywhere(town):
        try:
            read = roles.read(name, town=town.root, rig=rig)
        except GastownError as broken:
            found.append(Finding(name, rig, broken.message, broken.hint, fatal=True))
            continue
        found += [Finding(name, rig, what, hint, fatal) for what, hint, fatal in _wrong(town, read, rig)]
    return (*found, *_for_nobody(town))


def _for_nobody(town: Town) -> Iterator[Finding]:
    """Standing orders that no role has."""
    for rig in (None, *town.rigs):
        home = town.root if rig is None else town.root / rig
        there_are = roles.names(town.root, rig)
        for file in sorted((home / roles.DIRECTIVES).glob("*.md")):
            if file.stem not in there_are:
                what = f"{file} is for a role that is not there"
                yield Finding(file.stem, rig, what, "gt role list", fatal=False)


def _wrong(town: Town, role: Role, rig: str | None) -> Iterator[tuple[str, str, bool]]:
    """What is wrong with a role that can be read: what, what to do, and whether it keeps it from working."""
    if rig is not None and role.scope is Scope.TOWN:
        yield (
            f"what {rig} says of it never counts: its agents belong to the town",
            f"say it in {town.root}",
            False,
        )
    yield from _named(role.prompt, "its prompt names", role.scope, fatal=True)
    yield from _named(role.directives, "its standing orders name", role.scope, fatal=False)
    if role.formula and role.formula not in formulas.names(town.root, rig):
        yield f"there is no formula {role.formula!r}", NAMES, True
    if len(role.prompt) > LONGEST_PROMPT:
        yield (
            f"its prompt has {len(role.prompt)} characters: it leaves little for the work",
            "shorten it",
            False,
        )
    if len(role.directives) > LONGEST_ORDERS:
        yield (
            f"its standing orders have {len(role.directives)} characters; they are cut",
            "shorten them",
            False,
        )
    if role.restart is Restart.NEVER and role.wake is Wake.ALWAYS:
        yield "it wakes always, and is never started", "restart = permanent", True
    if Callback.PRIME not in role.callbacks:
        yield "nobody tells its agents their work: they are rung instead", "add prime to its callbacks", False
    if role.runtime:
        try:
            town.runtime(role.runtime)
        except GastownError as unusable:
            yield unusable.message, unusable.hint, True


def _named(text: str, whose: str, scope: Scope, *, fatal: bool) -> Iterator[tuple[str, str, bool]]:
    """What stands in braces there and is never filled in; orders may mean it so."""
    names = named_in(text)
    unknown = next((name for name in names if name not in VARIABLES), None)
    if unknown is not None:
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        yield f"{whose} {{{unknown}}}, which nobody fills in", f"variables: {known}", fatal
    if scope is Scope.TOWN and (alien := OF_A_RIG & set(names)):
        yield f"{whose} {{{min(alien)}}}, and its agents have no rig", "leave it out", fatal


def _everywhere(town: Town) -> Iterator[tuple[str, str | None]]:
    """Every role as it counts in the town, and in each rig that has a word of its own on it."""
    for name in roles.names(town.root):
        yield name, None
    for rig in town.rigs:
        for name in roles.names(town.root, rig):
            if _has_a_word(town, name, rig):
                yield name, rig


def _has_a_word(town: Town, name: str, rig: str) -> bool:
    home = town.root / rig
    files = (home / roles.ROLES / f"{name}.toml", home / roles.DIRECTIVES / f"{name}.md")
    if any(file.is_file() for file in files):
        return True
    try:
        source = roles.read(name, town=town.root, rig=rig).sources["prompt"]
    except GastownError:
        return False
    return source.startswith(f"{home / roles.PROMPTS}/")


def _line(town: Town, name: str, rig: str | None, agents: int) -> RoleLine:
    try:
        read = roles.read(name, town=town.root, rig=rig)
    except GastownError as broken:
        return RoleLine(name, rig, "", "", "", "", "", agents, ours=False, broken=broken.message)
    return RoleLine(
        name, rig, read.summary, read.scope, read.restart, read.wake, read.place, agents,
        ours=_is_ours(town, read.sources), broken="",
    )  # fmt: skip


def _is_ours(town: Town, sources: Mapping[str, str]) -> bool:
    return not any(_in_town(town, source.split(" + ")) for source in sources.values())


def _in_town(town: Town, files: Iterable[str]) -> bool:
    return any(file.startswith(f"{town.root}/") for file in files)
