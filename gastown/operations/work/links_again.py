"""The links of a bead that is back: those that still fit, however many, found and written in a few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import BLOCKING, ORDERING, DependencyKind
from gastown.errors import GastownError
from gastown.ledger import graph, links
from gastown.ledger.database import Database, Row
from gastown.ledger.links import Place
from gastown.operations.work.depend import check_link

PARENT = DependencyKind.PARENT_CHILD


def link_again(
    ledger: Database, bead: str, found: Sequence[Row], *, by: Caller, now: datetime
) -> Sequence[str]:
    """Write these links from and to the bead, to which nothing leads now; gives those left out, in words.

    Left out is what leads to a deleted bead or a wisp, would close a circle, be a second parent, or let a child wait
    for its parent, as `check_link` has it.
    """
    living = links.living(ledger, {link[end] for link in found for end in ("bead", "depends_on")})
    there = [link for link in found if _can_be(link, living)]
    out = [link for link in there if link["bead"] == bead]
    into = [link for link in there if link["bead"] != bead]
    written = list[Row]()

    def write(chosen: Sequence[Row]) -> None:
        links.write(ledger, chosen, by=by.address, now=now)
        written.extend(chosen)

    write([link for link in out if link["kind"] == PARENT and _fits(ledger, link)])
    write(_leading_out(ledger, bead, [link for link in out if link["kind"] != PARENT]))
    write(_parts(ledger, bead, [link for link in into if link["kind"] == PARENT], living))
    write(_waiting(ledger, bead, [link for link in into if link["kind"] != PARENT]))
    kept = {_name(link) for link in written}
    return [name for link in found if (name := _name(link)) not in kept]


def _name(link: Row) -> str:
    return f"{link['bead']} {link['kind']} {link['depends_on']}"


def _can_be(link: Row, living: Mapping[str, Place]) -> bool:
    """Whether both ends are there, and what lasts would lean on no wisp."""
    one, other = living.get(link["bead"]), living.get(link["depends_on"])
    return one is not None and other is not None and (one.wisp or not other.wisp)


def _fits(ledger: Database, link: Row) -> bool:
    try:
        check_link(ledger, link["bead"], link["depends_on"], link["kind"])
    except GastownError:
        return False
    return True


def _leading_out(ledger: Database, bead: str, found: Sequence[Row]) -> Sequence[Row]:
    """What the bead leans on; a circle there can only be where something leans on the bead."""
    if links.is_needed(ledger, bead):
        return [link for link in found if _fits(ledger, link)]
    above = frozenset(graph.ancestors(ledger, bead))
    return [link for link in found if not (link["kind"] in BLOCKING and link["depends_on"] in above)]


def _parts(ledger: Database, bead: str, found: Sequence[Row], places: Mapping[str, Place]) -> Sequence[Row]:
    """What is to be beneath the bead: without another parent, and waiting for nothing that closes after it."""
    above = [bead, *graph.ancestors(ledger, bead)]
    unfit = links.comes_after(ledger, bead) | links.waiting_for(
        ledger, (link["bead"] for link in found), above
    )
    return [
        link for link in found if link["bead"] not in unfit and places[link["bead"]].parent in (None, bead)
    ]


def _waiting(ledger: Database, bead: str, found: Sequence[Row]) -> Sequence[Row]:
    """What leans on the bead otherwise: not what must come before it, and waiting not what is beneath it."""
    before, beneath = links.comes_after(ledger, bead), links.beneath(ledger, bead)
    return [
        link
        for link in found
        if not (link["kind"] in ORDERING and link["bead"] in before)
        and not (link["kind"] in BLOCKING and link["bead"] in beneath)
    ]
