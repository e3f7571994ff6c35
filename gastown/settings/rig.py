"""rig.toml: what is desired of one project, and where its files are."""

import math
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gastown.domain.identity import check_polecat_name, check_prefix, check_rig_name
from gastown.domain.permission import Permission
from gastown.errors import Busy, GastownError, Invalid, NotFound
from gastown.settings.reading import Table, read_tables, toml_text

FILE_NAME = "rig.toml"
REMOVING = "rig.toml.removing"
"""What the file is called while the rig is taken out of the town: nothing new begins in it then."""

LONGEST_GATE = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class RigSettings:
    """What rig.toml says."""

    name: str
    url: str
    prefix: str
    target: str
    """The branch that work lands on."""
    gate: str
    """A shell command; empty: none is configured."""
    no_gate: bool
    """A person decided that work lands without a gate."""
    gate_limit: timedelta
    permissions: Permission
    trust: bool
    """Whether the folder-trust entry for Claude Code was asked for."""
    parked: str
    """Why nothing may be slung at it; empty: it is open."""
    names: tuple[str, ...]
    """Names for its polecats; empty: the usual ones."""
    share_ledger: bool = False
    """Whether its beads' history travels with its code, on a ref of its own remote."""
    runtime: str = ""
    """The agent CLI of its agents; empty: the town's."""
    model: str = ""
    """Empty: the town's."""


@dataclass(frozen=True, slots=True)
class RigPlaces:
    """Where a rig keeps its files."""

    root: Path

    @property
    def repository(self) -> Path:
        """The bare clone that all its worktrees share."""
        return self.root / "repo.git"

    @property
    def checkout(self) -> Path:
        """The queue's own worktree; it is made clean before every use."""
        return self.root / "queue"

    def polecat(self, name: str) -> Path:
        """A polecat's worktree."""
        return self.root / "polecats" / name


def read(folder: Path) -> RigSettings:
    """Read a rig's settings. Raises NotFound, Invalid or Unavailable."""
    file = folder / FILE_NAME
    tables = read_tables(file)
    rig, gate, agents = tables.table("rig"), tables.table("gate"), tables.table("agents")
    with _mistakes_in(file):
        return RigSettings(
            name=check_rig_name(folder.name),
            url=rig.need("url"),
            prefix=check_prefix(rig.need("prefix")),
            target=rig.need("target"),
            gate=gate.get("command", "").strip(),
            no_gate=gate.get("none", False),
            gate_limit=_gate_limit(gate),
            permissions=agents.permission("permissions"),
            trust=agents.get("trust", False),
            parked=rig.get("parked", "").strip(),
            names=tuple(check_polecat_name(name) for name in agents.texts("names")),
            share_ledger=rig.get("share_ledger", False),
            runtime=agents.get("runtime", "").strip(),
            model=agents.get("model", "").strip(),
        )


@contextmanager
def _mistakes_in(file: Path) -> Generator[None]:
    """Name the file in every complaint about what it says."""
    try:
        yield
    except Invalid as mistake:
        if str(file) in mistake.message:
            raise
        raise Invalid(f"{file}: {mistake.message}", mistake.hint) from mistake


def _gate_limit(gate: Table) -> timedelta:
    seconds, minutes = gate.get("seconds", 0), gate.get("minutes", 30)
    if minutes < 1 or seconds < 0:
        raise Invalid(f"gate.minutes is {minutes}, gate.seconds {seconds}", "1 is the least")
    if max(seconds, minutes * 60) > LONGEST_GATE.total_seconds():
        raise Invalid("the gate's time limit is longer than a week", "set gate.minutes")
    return timedelta(seconds=seconds or minutes * 60)


def written(settings: RigSettings) -> str:
    """The text of a rig.toml that says all this."""
    gate = (
        "none = true        # work lands untested"
        if settings.no_gate
        else f"command = {toml_text(settings.gate)}"
    )
    seconds = int(settings.gate_limit.total_seconds())
    limit = f"seconds = {seconds}" if seconds % 60 else f"minutes = {seconds // 60}"
    parked = f"parked = {toml_text(settings.parked)}\n" if settings.parked else ""
    shared = (
        "share_ledger = true    # on refs/gastown/ledger of its remote\n" if settings.share_ledger else ""
    )
    names = f"names = [{', '.join(map(toml_text, settings.names))}]\n" if settings.names else ""
    chosen = "".join(
        f"{key} = {toml_text(value)}\n"
        for key, value in (("runtime", settings.runtime), ("model", settings.model))
        if value
    )
    return f"""# What is desired of this rig. Edit it; it is read again at every use.

[rig]
url = {toml_text(settings.url)}
prefix = {toml_text(settings.prefix)}
target = {toml_text(settings.target)}
{parked}{shared}
[gate]
{gate}
{limit}

[agents]
permissions = {toml_text(settings.permissions.value)}    # ask | edits | unattended
trust = {"true" if settings.trust else "false"}            # the folder-trust entry in Claude Code's own configuration
{chosen}{names}"""


def all_in(town: Path) -> tuple[dict[str, RigSettings], dict[str, GastownError]]:
    """Every rig of the town by name, a folder with a rig.toml in it; and those whose rig.toml is broken, with why.

    One that is broken must not keep the others from being looked after. A folder whose name begins with a dot
    is no rig: it may be half made. Of two with the same prefix, one a copy of the other, the older is the rig.
    """
    sound: dict[str, RigSettings] = {}
    broken: dict[str, GastownError] = {}
    for file in sorted(town.glob(f"*/{FILE_NAME}")):
        name = file.parent.name
        if name.startswith("."):
            continue
        try:
            sound[name] = read(file.parent)
        except GastownError as error:
            broken[name] = error
    for file in town.glob(f"*/{REMOVING}"):
        name = file.parent.name
        if not name.startswith(".") and name not in sound:
            why = f"{name} is being removed, or its removal was cut off"
            broken[name] = Busy(why, f"gt rig remove {name} --force carries on")
    for newcomer, why_not in _copies(town, list(sound.values())):
        del sound[newcomer]
        broken[newcomer] = why_not
    return sound, broken


def _copies(town: Path, rigs: Sequence[RigSettings]) -> Generator[tuple[str, GastownError]]:
    """Rigs that have the prefix of an older one: their agents' sessions would have the same names."""
    by_prefix: dict[str, list[RigSettings]] = defaultdict(list)
    for rig in rigs:
        by_prefix[rig.prefix].append(rig)
    for same in by_prefix.values():
        if len(same) == 1:
            continue
        oldest, *newcomers = sorted(same, key=lambda rig: (_there_since(town / rig.name), rig.name))
        for rig in newcomers:
            why = f"{town / rig.name / FILE_NAME}: rig.prefix is {rig.prefix!r}, as that of {oldest.name}, the older"
            yield rig.name, Invalid(why, f"give it another, or move the folder out of {town}")


def _there_since(folder: Path) -> float:
    """When the oldest thing in the rig's repository came there: copying makes all of it new, whatever its dates say."""
    try:
        return min(entry.lstat().st_ctime for entry in RigPlaces(folder).repository.iterdir())
    except (OSError, ValueError):
        return math.inf


def one_of(town: Path, name: str) -> RigSettings:
    """The rig of that name. Raises NotFound, naming those there are, or Invalid when its rig.toml is broken."""
    sound, broken = all_in(town)
    if name in sound:
        return sound[name]
    if name in broken:
        raise broken[name]
    known = ", ".join(sound) or "none yet"
    raise NotFound(f"there is no rig {name!r} here (rigs: {known})", "gt rig add NAME URL_OR_PATH")
