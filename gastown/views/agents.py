"""The agents of a town, of all roles: who they are, what they do, and where they work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.identity import Address, parse_address
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.roles import Scope
from gastown.domain.terminal import Session
from gastown.errors import GastownError
from gastown.ledger import agents
from gastown.ledger.agents import AgentRow
from gastown.settings import roles
from gastown.town import Town
from gastown.views.supervised import observe_agents
from gastown.views.workers import WorkerLine, worker_lines

REMOVED, NOT_NEEDED, NO_RIG = "removed", "not needed yet", "no rig"


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent. `state` is computed now: working, idle, stalled, …, or removed, `not needed yet`, `no rig`."""

    address: str
    short: str
    role: str
    rig: str | None
    name: str
    state: str
    why: str
    session: str | None
    """What its session is called."""
    runs: bool | None
    """Whether its session runs; None: that cannot be seen."""
    since: datetime | None
    """When its work was slung; without work, when the last one ended."""
    last_sign: datetime | None
    attached: int
    bead: str | None
    title: str | None
    runtime: str | None
    """Its own agent CLI; None: its role's, rig's or town's."""
    paused: str | None
    wanted_at: datetime | None
    """Since when its session is to run, work or not."""
    removed_at: datetime | None
    folder: str
    """Where it works."""
    failure: str | None = None
    """What its CLI gave up with, in the CLI's own word: `rate_limit`, `authentication_failed`, `server_error`."""

    @property
    def is_there(self) -> bool:
        """Whether it belongs to the town now, and was ever needed."""
        return self.state not in {REMOVED, NOT_NEEDED}


def agent_list(
    town: Town, *, role: str | None = None, rig: str | None = None, removed: bool = False
) -> tuple[AgentLine, ...]:
    """Every agent by address, of one role or one rig if named; with `removed` also those that left.

    Those that are the only ones of their role are listed also when they were never needed. Raises NotFound for an
    unknown rig.
    """
    if rig is not None:
        town.rig(rig)
    facts = observe_agents(town)
    seen = {fact.address: fact.session for fact in facts}
    lines = {line.address: line for line in worker_lines(town, facts, town.settings.max_polecats)}
    rows = {row.address: row for row in agents.all_agents(town.ledger)}
    found = [
        _line(town, row, lines.get(row.address), seen.get(row.address, Absent())) for row in rows.values()
    ]
    found += [_not_needed(town, address) for address in _singles(town) if str(address) not in rows]
    return tuple(
        line
        for line in sorted(found, key=lambda line: (line.rig or "", line.address))
        if (role is None or line.role == role)
        and (rig is None or line.rig == rig)
        and (removed or line.removed_at is None)
    )


def agent_line(town: Town, address: str) -> AgentLine | None:
    """One agent's line; None when nobody knows it."""
    return next((line for line in agent_list(town, removed=True) if line.address == address), None)


def _line(town: Town, row: AgentRow, line: WorkerLine | None, session: Observed[Session]) -> AgentLine:
    address = parse_address(row.address)
    state, why = (line.state.value, line.why) if line is not None else (NO_RIG, f"there is no rig {row.rig}")
    if row.removed_at is not None:
        state, why = REMOVED, f"removed on {row.removed_at:%Y-%m-%d %H:%M} UTC"
    elif row.paused is not None and row.paused not in why:
        why = f"paused: {row.paused}"
    return AgentLine(
        address=row.address, short=address.short, role=row.role, rig=row.rig, name=row.name, state=state, why=why,
        session=line.session if line else None, runs=_runs(session), since=line.since if line else None,
        last_sign=line.last_sign if line else None, attached=line.attached if line else 0, bead=row.hook_bead,
        title=line.title if line else None, runtime=row.runtime, paused=row.paused, wanted_at=row.wanted_at,
        removed_at=row.removed_at, folder=str(town.places.home(row.address)),
        failure=line.failure if line else None,
    )  # fmt: skip


def _runs(session: Observed[Session]) -> bool | None:
    match session:
        case Present():
            return True
        case Absent():
            return False
        case Unknown():
            return None


def _not_needed(town: Town, address: Address) -> AgentLine:
    return AgentLine(
        address=str(address), short=address.short, role=address.role, rig=address.rig, name=address.name,
        state=NOT_NEEDED, why="nothing was slung at it, and nobody started it", session=None, runs=False, since=None,
        last_sign=None, attached=0, bead=None, title=None, runtime=None, paused=None, wanted_at=None, removed_at=None,
        folder=str(town.places.home(str(address))),
    )  # fmt: skip


def _singles(town: Town) -> Iterator[Address]:
    """The agents that are the only ones of their role; a role that cannot be read has none."""
    for rig in (None, *town.rigs):
        for name in roles.names(town.root, rig):
            try:
                role = roles.read(name, town=town.root, rig=rig)
            except GastownError:
                continue
            if not role.many and role.scope is (Scope.TOWN if rig is None else Scope.RIG):
                yield Address(name, rig, name)
