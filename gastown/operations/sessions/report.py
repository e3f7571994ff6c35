"""Telling whoever looks after an agent that it left off with work on its hook."""

from gastown.domain.assignments import Assignment
from gastown.domain.identity import OVERSEER, parse_address
from gastown.ledger import agents, beads, events, incarnations
from gastown.operations.talk.send import send
from gastown.town import Town
from gastown.world.locks import lock

SENDER = "supervisor"
MONITOR_OF_RIG, MONITOR_OF_TOWN = "witness", "deacon"


def report_silence(town: Town, address: str, incarnation: int, *, because: str) -> bool:
    """Write the event and a message to its rig's witness, once for each session; False when that is not so any more.

    A town-wide agent's and the witness' own is the deacon's business, the deacon's the human's. Raises Busy when
    somebody works on the agent.
    """
    with lock(town.places.lock(address), what=address):
        now, monitor = town.clock.now(), monitor_of(address)
        with town.ledger.transaction() as ledger:
            newest = incarnations.newest(ledger, address)
            work = agents.open_assignment(ledger, address)
            if newest is None or newest.id != incarnation or work is None or work.is_done_wished:
                return False
            if not incarnations.reported(ledger, incarnation, now):
                return False
            subject, body = _words(town, work, because)
            events.append(
                ledger, SENDER, "agent.left_off", address, now, bead=work.bead, generation=work.generation,
                incarnation=incarnation, because=because, to=monitor,
            )  # fmt: skip
            send(
                town, ledger, sender=SENDER, recipient=monitor, subject=subject, body=body, now=now, kind="help",
                urgency="high", about=work.bead,
            )  # fmt: skip
    return True


def tell_parked(town: Town, address: str, bead: str | None, because: str, *, mail: bool = False) -> bool:
    """Write down, once, that no more sessions are started for a bead, or without work; False when that is known.

    `mail`: it was to be started for mail that nobody reads now, so whoever looks after it gets a message, too.
    """
    ledger, now = town.ledger, town.clock.now()
    type_, about = ("bead.parked", bead) if bead is not None else ("agent.parked", address)
    with ledger.transaction():
        told = events.last_of_type(ledger, about, type_)
        started = events.last_of_type(ledger, address, "agent.starting")
        failed = events.last_of_type(ledger, address, "agent.start_failed")
        if told is not None and told.seq >= max((e.seq for e in (started, failed) if e), default=0):
            return False
        events.append(ledger, SENDER, type_, about, now, agent=address, why=because)
        if mail:
            who = parse_address(address).short
            subject = f"{who} does not come up for its mail"
            body = (
                f"There is mail for {who}, and no session of it comes up to read it: {because}.\n"
                f"When that is mended: gt session start {who}."
            )
            send(
                town, ledger, sender=SENDER, recipient=monitor_of(address), subject=subject, body=body, now=now,
                kind="help", urgency="high",
            )  # fmt: skip
    return True


def monitor_of(address: str) -> str:
    """Who is told of what is odd about this agent."""
    where = parse_address(address)
    monitors = [f"{where.rig}/{MONITOR_OF_RIG}"] if where.rig is not None else []
    monitors += [MONITOR_OF_TOWN, OVERSEER]
    return monitors[monitors.index(address) + 1] if address in monitors else monitors[0]


def _words(town: Town, work: Assignment, because: str) -> tuple[str, str]:
    who = parse_address(work.agent).short
    title = beads.get(town.ledger, work.bead).title
    body = (
        f"{who} works on {work.bead} ({title}), and does not go on: {because}.\n"
        f"Look at it: gt peek {who}. Its session can begin afresh: gt session restart {who}."
    )
    return f"{who} left off with {work.bead} on its hook", body
