"""Whose it was that was set aside, as the events tell that wrote it down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gastown.domain.identity import parse_address
from gastown.ledger import agents, events
from gastown.ledger.database import Database

TYPES = ("custody.secured", "agent.nuked")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose worktree it was, and for which work."""

    agent: str
    bead: str | None


def owners(ledger: Database, rig: str) -> Mapping[str, Owner]:
    """By each ref and folder that an event names; and by `name/` those who live in a folder of that name."""
    known = agents.all_agents(ledger, rig)
    found: dict[str, Owner] = {}
    for agent in known:
        found.setdefault(f"{parse_address(agent.address).name}/", Owner(agent.address, None))
    for event in reversed(events.about(ledger, [agent.address for agent in known], TYPES)):
        refs = event.payload.get("refs")
        bead = event.payload.get("bead")
        for place in map(str, refs) if isinstance(refs, list) else ():  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            found.setdefault(place, Owner(event.subject, str(bead) if bead else None))
    return found


def owner_of(known: Mapping[str, Owner], places: Iterable[str], what: str) -> Owner | None:
    """Whose that is, of all `known`; by the name of the worktree's folder when no event tells."""
    told = next((known[place] for place in places if place in known), None)
    return told or known.get(f"{what}/")
