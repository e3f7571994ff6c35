"""What changed in a convoy between two looks at it."""

from dataclasses import dataclass

from gastown.domain.convoys import TrackedState
from gastown.views.convoys import ConvoyPage, TrackedLine


@dataclass(frozen=True, slots=True)
class ConvoyNews:
    """One thing that happened to a bead of a convoy, and how far the convoy has come with it."""

    bead: str
    title: str
    what: str
    state: TrackedState | None
    """None: it is not in the convoy any more."""
    closed: int
    tracked: int


def news(before: ConvoyPage | None, after: ConvoyPage) -> tuple[ConvoyNews, ...]:
    """One line for each bead that stands elsewhere than `before`; without that, for all that is not closed."""
    was = {bead.id: bead for bead in before.beads} if before else {}
    told: list[ConvoyNews] = []
    for bead in after.beads:
        earlier = was.pop(bead.id, None)
        if earlier is None and (before is not None or bead.state is not TrackedState.CLOSED):
            told.append(_news(bead, f"{'is new: ' if before else ''}{words(bead)}", after))
        elif earlier is not None and words(earlier) != words(bead):
            told.append(_news(bead, words(bead), after))
    gone = [
        ConvoyNews(bead.id, bead.title, "was taken out", None, after.convoy.closed, after.convoy.tracked)
        for bead in was.values()
    ]
    return (*told, *gone)


def words(bead: TrackedLine) -> str:
    """Where a bead of a convoy stands, with who or what has to do with it."""
    match bead.state:
        case TrackedState.WORKING:
            return f"working: {bead.worker}" if bead.worker else "working"
        case TrackedState.QUEUED:
            return f"in the queue: {bead.request}"
        case TrackedState.HELD:
            return f"held in the queue: {bead.request}"
        case TrackedState.WAITING:
            return f"waits for {', '.join(bead.waits_for)}" if bead.waits_for else "waits"
        case TrackedState.DEFERRED if bead.defer_until is not None:
            return f"deferred until {bead.defer_until:%Y-%m-%d %H:%M} UTC"
        case TrackedState.CLOSED:
            return "landed" if bead.landed else "closed"
        case TrackedState.READY if not bead.here:
            return f"ready, but rig {bead.rig} is not here"
        case state:
            return str(state)


def _news(bead: TrackedLine, what: str, page: ConvoyPage) -> ConvoyNews:
    return ConvoyNews(bead.id, bead.title, what, bead.state, page.convoy.closed, page.convoy.tracked)
