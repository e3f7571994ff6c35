"""The town as the supervisor sees it: what is on the hooks, what was recorded, and what one look shows."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gastown.domain.clock import moment, moment_or_none
from gastown.domain.decide.merge_queue import configuration, to_do
from gastown.domain.identity import TOWN_PREFIX, Address, session_name
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import AgentStatus, Callback, Features, Runtime
from gastown.domain.supervised import CAPABLE, AgentFacts, Hooked, LastStart, PastStart, QueueFacts, Wanted
from gastown.domain.terminal import Session
from gastown.errors import GastownError
from gastown.ledger import agents, incarnations, merges, past_starts
from gastown.ledger.database import Row
from gastown.settings.rig import RigSettings
from gastown.town import Town
from gastown.views.role_facts import KnownRole, known_role
from gastown.views.screens import screen
from gastown.world.locks import held

WHERE_STATUS_FILES_ARE = ("HOME", "CLAUDE_CONFIG_DIR", "GT_SCRIPTED_HOME")
"""Variables of ours that tell agent CLIs' status files, and that their sessions have from us."""


def observe_agents(town: Town) -> tuple[AgentFacts, ...]:
    """Every agent whose rig is there, by address. What cannot be seen is Unknown; nothing is raised for it.

    So is the role of an agent whose role's file is broken. The ledger is read first and the terminal after it, so
    a session that is missing has really ended; one that was started in between is Unknown.
    """
    return _observe(town, agents.supervised(town.ledger))


def observe_agent(town: Town, address: str) -> AgentFacts | None:
    """The same of one agent alone; None when there is none with that address, or its rig is not there."""
    found = _observe(town, [row for row in agents.supervised(town.ledger) if row["address"] == address])
    return found[0] if found else None


def _observe(town: Town, known: Sequence[Row]) -> tuple[AgentFacts, ...]:
    rigs = town.rigs
    rows = [row for row in known if row["rig"] is None or row["rig"] in rigs]
    names = [_session_name(row, rigs) for row in rows]
    seen = look(town, names)
    glance = _Glance(town, town.settings.runtime, {})
    return tuple(_facts(glance, row, name, seen[name]) for row, name in zip(rows, names, strict=True))


def observe_queues(town: Town) -> tuple[QueueFacts, ...]:
    """Every rig's merge queue. One whose lock cannot be seen counts as running: nothing is started for it.

    `recent_failures` is always 0 here: only who starts the processes can count them.
    """
    live = merges.live(town.ledger)
    return tuple(
        QueueFacts(
            rig=name,
            to_do=to_do(
                [request for request in live if request.rig == name],
                configuration(rig.gate, rig.gate_limit, no_gate=rig.no_gate, target=rig.target),
            ),
            running=not isinstance(queue_process(town, name), Absent),
            recent_failures=0,
        )
        for name, rig in town.rigs.items()
    )


def queue_process(town: Town, rig: str) -> Observed[int]:
    """Whether the rig's queue process runs, and its pid."""
    return held(town.places.queue_lock(rig))


def look(town: Town, names: Iterable[str]) -> Mapping[str, Observed[Session]]:
    """Whether these sessions run, in one look; all Unknown where the terminal is missing or silent."""
    wanted = tuple(names)
    if not wanted:
        return {}
    try:
        return town.terminal.look(wanted)
    except GastownError as error:
        return dict.fromkeys(wanted, Unknown(error.message))


@dataclass(frozen=True, slots=True)
class _Glance:
    """One look: asks agent CLIs what they do, and each role's file once."""

    town: Town
    usual: str
    roles: dict[tuple[str, str | None], KnownRole | Unknown]

    def role(self, row: Row) -> KnownRole | Unknown:
        key = row["role"], row["rig"]
        if key not in self.roles:
            self.roles[key] = known_role(self.town, *key)
        return self.roles[key]

    def runtime(self, row: Row) -> Runtime | Unknown:
        try:
            return self.town.runtime(row["incarnation_runtime"] or row["agent_runtime"] or self.usual)
        except GastownError as error:
            return Unknown(error.message)

    def status(self, runtime: Runtime | Unknown, session: Observed[Session]) -> Observed[AgentStatus]:
        if not isinstance(session, Present):
            return Absent()
        if isinstance(runtime, Unknown):
            return runtime
        environment = {key: os.environ[key] for key in WHERE_STATUS_FILES_ARE if key in os.environ}
        environment["GT_TOWN"] = str(self.town.root)
        try:
            return runtime.status(
                session.value.pane_pid, environment, lambda: screen(self.town, session.value)
            )
        except GastownError as error:
            return Unknown(error.message)


def _session_name(row: Row, rigs: Mapping[str, RigSettings]) -> str:
    """The recorded name while a start is not known to be over: the rig's prefix may have changed since."""
    if row["incarnation"] is not None and row["ended_at"] is None:
        return str(row["session"])
    prefix = TOWN_PREFIX if row["rig"] is None else rigs[row["rig"]].prefix
    return session_name(prefix, Address(row["role"], row["rig"], row["name"]).handle)


def _facts(glance: _Glance, row: Row, name: str, seen: Observed[Session]) -> AgentFacts:
    session, role, runtime = _believe(seen, row), glance.role(row), glance.runtime(row)
    until, mail_starts = _for_mail(glance.town, row)
    return AgentFacts(
        address=row["address"],
        rig=row["rig"] or "",
        session_name=name,
        paused=row["paused"],
        hook=None if row["generation"] is None else _hooked(glance.town, row),
        last_assignment_ended=moment_or_none(row["last_ended_at"]),
        last_start=None if row["incarnation"] is None else _last_start(row),
        session=session,
        status=glance.status(runtime, session),
        role=role if isinstance(role, Unknown) else role.facts,
        last_outcome=row["last_outcome"],
        wanted=None if row["wanted_at"] is None else _wanted(glance.town, row),
        features=_features(runtime, role),
        question=row["question"],
        mail_at=moment_or_none(row["mail_at"]),
        told_until=until,
        mail_starts=mail_starts,
    )


def _for_mail(town: Town, row: Row) -> tuple[datetime | None, tuple[PastStart, ...]]:
    """Since when mail waits, and what was tried for it: nothing, unless the last start was told nothing."""
    if row["mail_at"] is None or row["incarnation"] is None or row["primed_at"] is not None:
        return None, ()
    until = incarnations.told_of_mail_until(town.ledger, row["address"])
    return until, past_starts.for_mail(town.ledger, row["address"], until)


def _features(runtime: Runtime | Unknown, role: KnownRole | Unknown) -> Features:
    """What the agent CLI does for us: what it can, and its role lets it be called for."""
    if isinstance(runtime, Unknown) or isinstance(role, Unknown):
        return CAPABLE
    can, may = runtime.features, role.callbacks
    return replace(
        can,
        primes=can.primes and Callback.PRIME in may,
        reports=can.reports and Callback.REPORT in may,
        propels=can.propels and Callback.PROPEL in may,
    )


def _believe(session: Observed[Session], row: Row) -> Observed[Session]:
    """What was seen, unless the ledger had not heard of it yet when we read it."""
    match session:
        case Present(value) if (value.incarnation or 0) > (row["incarnation"] or 0):
            return Unknown("a newer session began while we looked")
        case _:
            return session


def _hooked(town: Town, row: Row) -> Hooked:
    return Hooked(
        bead=row["hook_bead"],
        title=row["title"],
        generation=row["generation"],
        priority=row["priority"],
        slung_at=moment(row["slung_at"]),
        done_wished_at=moment_or_none(row["done_at"]),
        starts=past_starts.of_bead(town.ledger, row["hook_bead"]),
        deferred=bool(row["deferred"]),
    )


def _wanted(town: Town, row: Row) -> Wanted:
    since = moment(row["wanted_at"])
    starts = past_starts.without_work(town.ledger, row["address"], since)
    return Wanted(since, row["wanted_by"] or "", starts)


def _last_start(row: Row) -> LastStart:
    return LastStart(
        incarnation=row["incarnation"],
        generation=row["incarnation_generation"],
        began_at=moment(row["began_at"]),
        primed_at=moment_or_none(row["primed_at"]),
        prompted_at=moment_or_none(row["prompted_at"]),
        failure=row["failure"],
        ended_at=moment_or_none(row["ended_at"]),
        rung_at=moment_or_none(row["rung_at"]),
        rings=row["rings"],
        mail_rung_at=moment_or_none(row["mail_rung_at"]),
        turn_ended_at=moment_or_none(row["turn_ended_at"]),
        pushes=row["pushes"],
        reported_at=moment_or_none(row["reported_at"]),
        lasting=bool(row["lasting"]),
        resumed=bool(row["resumed"]),
        handoff_at=moment_or_none(row["handoff_at"]),
        handoff_by=row["handoff_by"],
        runtime=row["incarnation_runtime"] or "",
        why=row["why"],
        left_because=row["left_because"],
    )
