"""Filing many beads at once, written down in Markdown or in JSON lines: all of them or none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, DependencyKind
from gastown.domain.clock import stamp
from gastown.domain.filing import Filing, Leaning
from gastown.domain.filing_text import complaint, read_filings
from gastown.domain.identity import TOWN_PREFIX
from gastown.domain.roles import Capability
from gastown.errors import GastownError, Refused
from gastown.ledger import bead_writes, beads, events, graph, interchange
from gastown.ledger import links as links_of_many
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import permit
from gastown.operations.work.create import (
    assignee_of,
    check_not_above,
    home_of,
    leaned_on,
    leanings_of,
    new_bead,
)
from gastown.operations.work.depend import check_lasts
from gastown.operations.work.moments import understood
from gastown.operations.work.named import one_named
from gastown.settings.rig import RigSettings
from gastown.town import Town

R = TypeVar("R")

LONGER = bead_writes.ID_LENGTH + 2
"""Characters of an id that is drawn again."""


def create_many(town: Town, text: str, *, by: Caller, rig: str | None = None) -> Sequence[Bead]:
    """File every bead that `text` describes, in one transaction, and give them in its order.

    `rig` is for those that name none. Raises Invalid with all that is wrong with the text, line by line.
    """
    by.must_be_current()
    permit(town, by, Capability.FILE, "file beads")
    filings = [
        filing if filing.rig else filing._replace(rig=rig)
        for filing in read_filings(text, partial(understood, town))
    ]
    homes = _homes(town, filings)
    ids = _draw(filings, homes)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        filed = _Many(ledger, filings, homes, ids, by).write(now)
    return [beads.get(town.ledger, identity) for identity in filed]


def _draw(filings: Sequence[Filing], homes: Sequence[RigSettings | None]) -> list[str]:
    """Their ids: those that were given, and others by chance, which are no two the same."""
    ids, drawn = list[str](), {filing.id.lower() for filing in filings}
    for filing, home in zip(filings, homes, strict=True):
        identity, prefix = filing.id, home.prefix if home else TOWN_PREFIX
        while not identity or (not filing.id and identity in drawn):
            identity = bead_writes.drawn(prefix)
        ids.append(identity)
        drawn.add(identity)
    return ids


class _Many:
    """Beads being filed, inside the transaction: looked at first, then written in a few statements."""

    def __init__(
        self,
        ledger: Database,
        filings: Sequence[Filing],
        homes: Sequence[RigSettings | None],
        ids: list[str],
        by: Caller,
    ) -> None:
        self._ledger, self._filings, self._homes, self._ids = ledger, filings, homes, ids
        self._by, self._named = by, dict[Leaning, Leaning]()
        self._above: dict[str, frozenset[str]] = {}

    def write(self, now: datetime) -> Sequence[str]:
        """Write all of them; gives their ids. Raises Invalid with all that is wrong."""
        links = _each(self._filings, self._links)
        self._settle_ids()
        links = [[Leaning(kind, _there(other, self._ids)) for kind, other in one] for one in links]
        parents = {
            identity: other
            for identity, one in zip(self._ids, links, strict=True)
            for kind, other in one
            if kind == DependencyKind.PARENT_CHILD
        }
        _each(self._filings, lambda place: self._check(self._ids[place], links[place], parents))
        self._load(links, now)
        lost = links_of_many.lost(self._ledger, self._ids)
        _each(self._filings, lambda place: self._check_lasts(self._ids[place], links[place], lost))
        return self._ids

    def _links(self, place: int) -> Sequence[Leaning]:
        """Links of one; those that lead out of the text by their ids, looked up while none of the text is there."""
        return [
            link if link.other.startswith("#") else self._outside(link)
            for link in leanings_of(self._filings[place])
        ]

    def _outside(self, link: Leaning) -> Leaning:
        if link not in self._named:
            self._named[link] = leaned_on(self._ledger, *link)
        return self._named[link]

    def _settle_ids(self) -> None:
        """Draw again what somebody has by now. Raises Invalid for given ids that are taken."""
        taken = dict(bead_writes.taken(self._ledger, self._ids))

        def settle(place: int) -> None:
            identity = self._ids[place]
            while (other := taken.get(identity.lower())) is not None:
                if self._filings[place].id:
                    raise Refused(f"there is a bead {other} already", f"bd show {other}")
                home = self._homes[place]
                self._ids[place] = identity = bead_writes.drawn(home.prefix if home else TOWN_PREFIX, LONGER)
                taken.update(bead_writes.taken(self._ledger, [identity]))
            taken[identity.lower()] = identity

        _each(self._filings, settle)

    def _check(self, bead: str, links: Sequence[Leaning], parents: Mapping[str, str]) -> None:
        if bead in parents and len(links) > 1:
            above = self._all_above(bead, parents)
            for kind, other in links:
                check_not_above(kind, other, above)

    def _all_above(self, bead: str, parents: Mapping[str, str]) -> frozenset[str]:
        """All that the bead is beneath, in the text and beyond it."""
        found = list[str]()
        while bead in parents:
            bead = parents[bead]
            found.append(bead)
        if bead not in self._above:
            self._above[bead] = frozenset(graph.ancestors(self._ledger, bead))
        return self._above[bead].union(found)

    def _load(self, links: Sequence[Sequence[Leaning]], now: datetime) -> None:
        by, at = self._by.address, stamp(now)
        news = [
            new_bead(filing, home, assignee_of(self._ledger, filing.assignee), self._by)
            for filing, home in zip(self._filings, self._homes, strict=True)
        ]
        packed = (
            interchange.pack_new(
                new, identity, filing.labels, [(other, kind) for kind, other in one], by=by, at=at
            )
            for new, identity, filing, one in zip(news, self._ids, self._filings, links, strict=True)
        )
        interchange.load(self._ledger, packed, len(news))
        told = zip(self._ids, ({"title": new.title, "rig": new.rig} for new in news), strict=True)
        events.append_all(self._ledger, by, "bead.created", now, told)

    def _check_lasts(self, bead: str, links: Sequence[Leaning], lost: Collection[str]) -> None:
        if bead in lost:
            for _, other in links:
                check_lasts(self._ledger, bead, other)


def _each(filings: Sequence[Filing], do: Callable[[int], R]) -> Sequence[R]:
    """What `do` gives for the place of each. Raises Invalid with what went wrong for which."""
    results, problems = list[R](), list[str]()
    for place, filing in enumerate(filings):
        try:
            results.append(do(place))
        except GastownError as error:
            problems.append(f"{filing.place}: {error.message}")
    if problems:
        raise complaint(problems)
    return results


def _there(other: str, ids: Sequence[str]) -> str:
    """The id that was given to what is called `#N`; what leads out of the text is one already."""
    return ids[int(other[1:]) - 1] if other.startswith("#") else other


def _homes(town: Town, filings: Sequence[Filing]) -> Sequence[RigSettings | None]:
    """The rig of each; without one of its own it is that of what it is beneath, in the text or in the ledger."""
    known: dict[tuple[str | None, str | None, str], RigSettings | None] = {}

    def home(place: int) -> RigSettings | None:
        top = _top(filings, place)
        above = one_named(town.ledger, top.parent).rig if top.parent and not top.rig else None
        key = (top.rig, above, top.id.partition("-")[0])
        if key not in known:
            known[key] = home_of(town, top, above)
        return known[key]

    return _each(filings, home)


def _top(filings: Sequence[Filing], place: int) -> Filing:
    """What decides about the rig: the bead itself if it names one, else the highest above it in the text."""
    top = filings[place]
    while not top.rig and top.parent.startswith("#"):
        top = filings[int(top.parent[1:]) - 1]
    return top
