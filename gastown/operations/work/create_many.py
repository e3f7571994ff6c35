"""Filing many beads at once, written down in Markdown or in JSON lines: all of them or none."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead
from gastown.domain.filing import Filing, Leaning
from gastown.domain.filing_text import complaint, read_filings
from gastown.errors import GastownError
from gastown.ledger import beads
from gastown.operations.sessions.caller import fence
from gastown.operations.work.create import home_of, insert, lean, leaned_on, leanings_of
from gastown.operations.work.moments import understood
from gastown.operations.work.named import one_named
from gastown.settings.rig import RigSettings
from gastown.town import Town

R = TypeVar("R")


def create_many(town: Town, text: str, *, by: Caller, rig: str | None = None) -> Sequence[Bead]:
    """File every bead that `text` describes, in one transaction, and give them in its order.

    `rig` is for those that name none. Raises Invalid with all that is wrong with the text, line by line.
    """
    by.must_be_current()
    filings = [
        filing if filing.rig else filing._replace(rig=rig)
        for filing in read_filings(text, partial(understood, town))
    ]
    homes = _homes(town, filings)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)

        def named_before(place: int) -> Sequence[Leaning]:
            """Its links, those that lead out of the text by their ids; looked up while none of the text is there."""
            return [
                Leaning(kind, other) if other.startswith("#") else leaned_on(ledger, kind, other)
                for kind, other in leanings_of(filings[place])
            ]

        links = _each(filings, named_before)
        ids = _each(filings, lambda place: insert(ledger, filings[place], homes[place], by=by, now=now))

        def write_links(place: int) -> None:
            known = [Leaning(kind, _there(other, ids)) for kind, other in links[place]]
            lean(ledger, ids[place], known, by=by, now=now)

        _each(filings, write_links)
    return [beads.get(town.ledger, identity) for identity in ids]


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
