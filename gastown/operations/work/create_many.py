"""Filing many beads at once, written down in Markdown or in JSON lines: all of them or none."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead
from gastown.domain.filing import Filing, Leaning
from gastown.domain.filing_text import complaint, read_filings
from gastown.domain.identity import TOWN_PREFIX
from gastown.errors import GastownError
from gastown.ledger import beads
from gastown.operations.sessions.caller import fence
from gastown.operations.work.create import home_of, insert, leanings_of, link
from gastown.operations.work.moments import understood
from gastown.operations.work.named import one_named
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
    homes = _each(filings, partial(_home, town, filings))
    prefixes = {home: town.rig(home).prefix if home else TOWN_PREFIX for home in set(homes)}
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)

        def write(place: int) -> str:
            return insert(
                ledger, filings[place], rig=homes[place], prefix=prefixes[homes[place]], by=by, now=now
            )

        ids = _each(filings, write)

        def lean(place: int) -> None:
            for kind, other in leanings_of(filings[place]):
                known = ids[int(other[1:]) - 1] if other.startswith("#") else one_named(ledger, other).id
                link(ledger, ids[place], Leaning(kind, known), by=by, now=now)

        _each(filings, lean)
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


def _home(town: Town, filings: Sequence[Filing], place: int) -> str | None:
    """The rig of one bead; without its own, it is that of what it is beneath, in the text or in the ledger."""
    top, seen = filings[place], 0
    while not top.rig and top.parent.startswith("#") and seen <= len(filings):
        top, seen = filings[int(top.parent[1:]) - 1], seen + 1
    if top.rig:
        return town.rig(top.rig).name
    above = one_named(town.ledger, top.parent).rig if top.parent else None
    return home_of(town, top, above)
