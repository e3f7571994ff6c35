"""rig.toml: what is desired of one project, and where its files are."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gastown.domain.runtime import Permission
from gastown.errors import GastownError, Invalid, NotFound
from gastown.settings.reading import read_tables, toml_text

FILE_NAME = "rig.toml"


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
        return self.root / "refinery"

    def polecat(self, name: str) -> Path:
        """A polecat's worktree."""
        return self.root / "polecats" / name


def read(folder: Path) -> RigSettings:
    """Read a rig's settings. Raises NotFound or Invalid."""
    file = folder / FILE_NAME
    tables = read_tables(file)
    rig, gate, agents = tables.table("rig"), tables.table("gate"), tables.table("agents")
    try:
        permissions = Permission(agents.get("permissions", Permission.ASK.value))
    except ValueError as wrong:
        raise Invalid(
            f"{file}: agents.permissions is none of ask, edits, unattended", f"mend {file}"
        ) from wrong
    minutes = gate.get("minutes", 30)
    if minutes < 1:
        raise Invalid(f"{file}: gate.minutes is {minutes}", "1 is the least")
    return RigSettings(
        name=folder.name,
        url=rig.need("url"),
        prefix=rig.need("prefix"),
        target=rig.need("target"),
        gate=gate.get("command", "").strip(),
        no_gate=gate.get("none", False),
        gate_limit=timedelta(seconds=gate.get("seconds", 0) or minutes * 60),
        permissions=permissions,
        trust=agents.get("trust", False),
        parked=rig.get("parked", ""),
        names=agents.texts("names"),
    )


def written(settings: RigSettings) -> str:
    """The text of a new rig.toml."""
    gate = (
        "none = true        # work lands untested"
        if settings.no_gate
        else f"command = {toml_text(settings.gate)}"
    )
    return f"""# What is desired of this rig. Edit it; it is read again at every use.

[rig]
url = {toml_text(settings.url)}
prefix = {toml_text(settings.prefix)}
target = {toml_text(settings.target)}

[gate]
{gate}
minutes = {int(settings.gate_limit.total_seconds() // 60) or 1}

[agents]
permissions = {toml_text(settings.permissions.value)}    # ask | edits | unattended
trust = {"true" if settings.trust else "false"}            # the folder-trust entry in Claude Code's own configuration
"""


def all_in(town: Path) -> tuple[dict[str, RigSettings], dict[str, GastownError]]:
    """Every rig of the town by name, a folder with a rig.toml in it; and those whose rig.toml is broken, with why.

    One that is broken must not keep the others from being looked after.
    """
    sound: dict[str, RigSettings] = {}
    broken: dict[str, GastownError] = {}
    for file in sorted(town.glob(f"*/{FILE_NAME}")):
        try:
            sound[file.parent.name] = read(file.parent)
        except GastownError as error:
            broken[file.parent.name] = error
    return sound, broken


def one_of(town: Path, name: str) -> RigSettings:
    """The rig of that name. Raises NotFound, naming those there are, or Invalid when its rig.toml is broken."""
    sound, broken = all_in(town)
    if name in sound:
        return sound[name]
    if name in broken:
        raise broken[name]
    known = ", ".join(sound) or "none yet"
    raise NotFound(f"there is no rig {name!r} here (rigs: {known})", "gt rig add NAME URL_OR_PATH")
