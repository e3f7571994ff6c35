"""Convoys by hand: `gt convoy create`, `add`, `remove` and `close`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus, check_title
from gastown.domain.convoys import LONE, WATCHERS, check_takes_out, check_trackable, watchers
from gastown.domain.identity import CONVOY_PREFIX
from gastown.domain.roles import Capability
from gastown.errors import Refused
from gastown.ledger import agents, bead_writes, beads, convoys, events
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import permit
from gastown.operations.work.convoys import finish, give_up, reopen
from gastown.town import Town

TOLD = 100
"""Ids that an event names; there may be thousands."""


NAMED = 3
"""Ids that a message names."""


@dataclass(frozen=True, slots=True)
class ConvoyChange:
    """What became of a convoy by one command."""

    id: str
    title: str
    owner: str | None
    watchers: tuple[str, ...]
    beads: tuple[str, ...]
    """What was added or removed."""
    already: tuple[str, ...]
    """What was named, and was in it before."""
    tracked: int
    closed: int
    reopened: bool
    landed: bool
    """By this very change, nothing in it is open any more."""


@dataclass(frozen=True, slots=True)
class ConvoyClosed:
    """A convoy that a person closed by hand. `already`: it was closed before."""

    id: str
    title: str
    reason: str
    tracked: int
    still_open: int
    how: str
    """How the rest ended, in words."""
    already: bool


def create(
    town: Town,
    title: str,
    what: Sequence[str] = (),
    *,
    owner: str = "",
    watching: Sequence[str] = (),
    by: Caller,
) -> ConvoyChange:
    """Make a convoy that tracks these beads, given by prefixes of their ids; without any, it waits for some.

    `owner` (else the caller) and those who are `watching`, full addresses, are told how it ends. Raises NotFound,
    Invalid for an address, and Refused for what no convoy tracks.
    """
    by.must_be_current()
    permit(town, by, Capability.CONVOY, "make or change convoys")
    owner = agents.addressee(town.ledger, owner) if owner else by.address
    watching = _addresses(town.ledger, watching)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        ids = _resolve(ledger, what)
        new = NewBead(
            title=check_title(title), prefix=CONVOY_PREFIX, type="convoy", owner=owner,
            metadata={WATCHERS: list(watching)} if watching else {},
        )  # fmt: skip
        convoy = bead_writes.insert(ledger, new, by=by.address, now=now)
        convoys.track(ledger, convoy, ids, by=by.address, now=now)
        events.append(
            ledger, by.address, "convoy.created", convoy, now, title=new.title, owner=owner, watchers=list(watching),
            tracks=list(ids[:TOLD]), beads=len(ids),
        )  # fmt: skip
        landed = finish(ledger, convoy, by=by.address, now=now)
        return _changed(ledger, convoy, ids, landed=landed)


def add(
    town: Town, convoy: str, what: Sequence[str] = (), *, watching: Sequence[str] = (), by: Caller
) -> ConvoyChange:
    """Let the convoy track more beads, and tell more people; it is open again if one of the beads is.

    What it tracked before stays; raises as `create` does, and Refused when nothing is named.
    """
    by.must_be_current()
    permit(town, by, Capability.CONVOY, "make or change convoys")
    if not what and not watching:
        raise Refused("name what is to be added", f"gt convoy add {convoy} BEAD…, or --watch WHO")
    watching, now = _addresses(town.ledger, watching), town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        found = convoys.get(ledger, convoy)
        ids = _resolve(ledger, what)
        there = convoys.tracked_ids(ledger, found.id)
        new = [bead for bead in ids if bead not in there]
        _remember(ledger, found, watching, by=by.address, lone=not new, now=now)
        if new:
            convoys.track(ledger, found.id, new, by=by.address, now=now)
            events.append(
                ledger, by.address, "convoy.added", found.id, now, title=found.title, tracks=new[:TOLD],
                beads=len(new),
            )  # fmt: skip
        if watching:
            events.append(
                ledger,
                by.address,
                "convoy.watched",
                found.id,
                now,
                title=found.title,
                who=", ".join(watching),
            )
        opened = next((one for one in ids if beads.get(ledger, one).status is not BeadStatus.CLOSED), None)
        reopened = opened is not None and reopen(
            ledger, found.id, by=by.address, now=now, because=f"{opened} is in it, and open"
        )
        landed = found.status is not BeadStatus.CLOSED and finish(ledger, found.id, by=by.address, now=now)
        already = tuple(bead for bead in ids if bead in there)
        return _changed(ledger, found.id, new, already=already, reopened=reopened, landed=landed)


def remove(town: Town, convoy: str, what: Sequence[str], *, by: Caller) -> ConvoyChange:
    """Let the convoy track these beads no more, all or none; the last open one being gone, it is done.

    Raises NotFound, and Refused when it does not track one of them, or is not the calling agent's own. The beads go on
    as they were.
    """
    by.must_be_current()
    permit(town, by, Capability.CONVOY, "make or change convoys")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        found = convoys.get(ledger, convoy)
        check_takes_out(found, by.address, human=by.is_human)
        ids = tuple(dict.fromkeys(beads.get(ledger, one).id for one in what))
        strangers = [bead for bead in ids if bead not in convoys.tracked_ids(ledger, found.id)]
        if strangers:
            raise Refused(
                f"{found.id} does not track {', '.join(strangers)}; nothing was removed",
                f"gt convoy status {found.id}",
            )
        convoys.untrack(ledger, found.id, ids, by=by.address, now=now)
        events.append(
            ledger, by.address, "convoy.removed", found.id, now, title=found.title, tracked=list(ids[:TOLD]),
            beads=len(ids),
        )  # fmt: skip
        landed = found.status is not BeadStatus.CLOSED and finish(
            ledger, found.id, by=by.address, now=now, because=f"{by.address} took out {_some(ids)}"
        )
        return _changed(ledger, found.id, ids, landed=landed)


def close(town: Town, convoy: str, *, reason: str = "", force: bool = False, by: Caller) -> ConvoyClosed:
    """Close a convoy by hand; its owner and watchers are told that it was closed and has not landed.

    Refused while something in it is open, unless a person forces it; what it tracks goes on as it was.
    """
    by.must_be_current()
    permit(town, by, Capability.CONVOY, "make or change convoys")
    if force and not by.is_human:
        raise Refused("--force is for people", "gt convoy remove takes out what will not be done")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        found = convoys.get(ledger, convoy)
        tracked, closed = convoys.progress(ledger, [found.id]).get(found.id, (0, 0))
        if found.status is BeadStatus.CLOSED:
            how = convoys.endings(ledger, found.id).words
            said = found.close_reason or ""
            return ConvoyClosed(found.id, found.title, said, tracked, tracked - closed, how, already=True)
        if tracked > closed and not force:
            raise Refused(
                f"{found.id} tracks {tracked - closed} that are open",
                f"gt convoy remove {found.id} BEAD…, or gt convoy close {found.id} --force --reason WHY",
            )
        words = reason.strip() or "nobody said why"
        how = give_up(ledger, found.id, words, by=by.address, now=now).words
        return ConvoyClosed(found.id, found.title, words, tracked, tracked - closed, how, already=False)


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")


def _addresses(ledger: Database, given: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(agents.addressee(ledger, who) for who in given))


def _resolve(ledger: Database, what: Sequence[str]) -> tuple[str, ...]:
    """The ids of what is to be tracked, each once, in the order in which it was named."""
    return tuple(dict.fromkeys(check_trackable(beads.get(ledger, one)).id for one in what))


def _remember(
    ledger: Database, convoy: Bead, watching: Sequence[str], *, by: str, lone: bool, now: datetime
) -> None:
    """Write down who watches as well, and that somebody has made more of a lone bead's convoy."""
    metadata = dict(convoy.metadata)
    if watching:
        metadata[WATCHERS] = list(dict.fromkeys([*watchers(convoy), *watching]))
    if not lone:
        metadata.pop(LONE, None)
    if metadata != convoy.metadata:
        convoys.set_metadata(ledger, convoy.id, metadata, by=by, now=now)


def _changed(
    ledger: Database,
    convoy: str,
    ids: Sequence[str],
    *,
    already: Sequence[str] = (),
    reopened: bool = False,
    landed: bool = False,
) -> ConvoyChange:
    found = beads.get(ledger, convoy)
    tracked, closed = convoys.progress(ledger, [convoy]).get(convoy, (0, 0))
    return ConvoyChange(
        found.id, found.title, found.owner, watchers(found), tuple(ids), tuple(already), tracked, closed, reopened,
        landed,
    )  # fmt: skip
