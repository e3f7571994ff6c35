"""town.toml: what is desired of the town as a whole, and where a town's files are."""

import os
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.permission import Permission
from gastown.errors import Invalid, NotFound
from gastown.settings.reading import read_tables, toml_text

FILE_NAME = "town.toml"


@dataclass(frozen=True, slots=True)
class TownSettings:
    """What town.toml says."""

    name: str
    owner: str
    email: str
    """The owner's; commits of agents carry it."""
    runtime: str
    """The agent CLI where nothing else is said."""
    model: str
    """Empty: the agent CLI's own default."""
    max_polecats: int
    environment: tuple[str, ...]
    """Names of environment variables that agents get from ours, beside the usual ones; `*` at the end is allowed."""
    scripted_allowed: bool
    """Whether the embedded agent, which executes the text of beads, may run here."""
    ledger_remote: str = ""
    """Where `gt ledger push` and `pull` go when no other place is named; empty: nowhere."""
    permissions: Permission = Permission.ASK
    """Of agents with a folder of their own, as the mayor; a rig says it of those with a worktree."""
    trust: bool = False
    """Whether the folder-trust entries for Claude Code in such folders were asked for."""


def read(root: Path) -> TownSettings:
    """Read the town's settings. Raises NotFound, Invalid or Unavailable."""
    tables = read_tables(root / FILE_NAME)
    town, agents, scheduler = tables.table("town"), tables.table("agents"), tables.table("scheduler")
    settings = TownSettings(
        name=town.get("name", root.name),
        owner=town.get("owner", "overseer"),
        email=town.get("email", "overseer@localhost"),
        runtime=agents.get("runtime", "claude"),
        model=agents.get("model", ""),
        max_polecats=scheduler.get("max_polecats", 4),
        environment=agents.texts("environment"),
        scripted_allowed=town.get("scripted_allowed", False),
        ledger_remote=tables.table("ledger").get("remote", "").strip(),
        permissions=agents.permission("permissions"),
        trust=agents.get("trust", False),
    )
    if settings.max_polecats < 1:
        raise Invalid(
            f"{root / FILE_NAME}: scheduler.max_polecats is {settings.max_polecats}", "1 is the least"
        )
    return settings


def written(settings: TownSettings) -> str:
    """The text of a town.toml that says all this."""
    scripted = "scripted_allowed = true   # agents may execute the text of beads: only for demos and tests\n"
    ledger = f"\n[ledger]\nremote = {toml_text(settings.ledger_remote)}\n" if settings.ledger_remote else ""
    passed_on = f"environment = [{', '.join(map(toml_text, settings.environment))}]\n"
    return f"""# What is desired of this town. Edit it; the supervisor reads it again by itself.

[town]
name = {toml_text(settings.name)}
owner = {toml_text(settings.owner)}
email = {toml_text(settings.email)}          # commits of agents carry it
{scripted if settings.scripted_allowed else ""}
[agents]
runtime = {toml_text(settings.runtime)}
model = {toml_text(settings.model)}          # empty: the agent's own default
permissions = {toml_text(settings.permissions.value)}    # ask | edits | unattended, of those with a folder
trust = {"true" if settings.trust else "false"}            # Claude Code's folder-trust entry for such folders
{passed_on if settings.environment else ""}
[scheduler]
max_polecats = {settings.max_polecats}     # sessions of polecats that run at the same time
{ledger}"""


def real(path: Path) -> Path:
    """The path without symbolic links: processes and sockets of a town are known by one name of it."""
    return Path(os.path.realpath(path))


def find(start: Path) -> Path:
    """The root of the town that `GT_TOWN` names, or that `start` lies in: its real path. Raises NotFound."""
    if named := os.environ.get("GT_TOWN"):
        root = real(Path(named))
        if not (root / FILE_NAME).is_file():
            raise NotFound(
                f"GT_TOWN is {named}, but no town is there", "unset GT_TOWN, or gt install " + named
            )
        return root
    start = real(start)
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise NotFound(f"no town here ({start})", "gt install ~/gt makes one; or cd into one, or set GT_TOWN")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a town keeps its own files."""

    root: Path

    @property
    def bin(self) -> Path:
        """The launchers that agents find first on their PATH."""
        return self.root / "bin"

    @property
    def run(self) -> Path:
        """Locks, the socket of the terminal, agents' settings: nothing that must outlive a reboot."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """What supervisor, queues, gates and callbacks write."""
        return self.root / "logs"

    @property
    def wake(self) -> Path:
        """The FIFO on which the supervisor waits."""
        return self.run / "wake"

    @property
    def down(self) -> Path:
        """There while a person wants the town down: no agent's command starts the supervisor."""
        return self.run / "down"

    @property
    def environment(self) -> Path:
        """The environment of the person who started the supervisor, for one that an agent's command starts."""
        return self.run / "environment"

    @property
    def supervisor_facts(self) -> Path:
        """What the running supervisor says of itself: its process and its version."""
        return self.run / "supervisor.json"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the one supervisor."""
        return self.lock("supervisor")

    def queue_lock(self, rig: str) -> Path:
        """Held by the one queue process of a rig."""
        return self.lock(f"queue.{rig}")

    def lock(self, name: str) -> Path:
        """The lock file of an agent's address, a rig's queue or the supervisor."""
        return self.run / "locks" / (name.replace("/", ".") + ".lock")

    def home(self, address: str) -> Path:
        """Where an agent works: its worktree or its folder."""
        return self.root / address

    @property
    def archive(self) -> Path:
        """Copies of transcripts, so that a conversation outlives the clean-up of the CLI that had it."""
        return self.root / "archive"

    def agent(self, address: str) -> Path:
        """The folder with the files that one agent's CLI reads."""
        return self.run / "agents" / address.replace("/", ".")
