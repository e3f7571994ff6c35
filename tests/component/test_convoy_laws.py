"""Convoys against a plain dictionary, whatever is done in whatever order."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from gastown.errors import Refused
from gastown.ledger import convoys
from gastown.operations.work import close as closing_beads
from gastown.operations.work import reopen as reopening
from gastown.operations.work.convoy_change import add, close, create, remove
from gastown.operations.work.delete import delete
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN


class Convoys(RuleBasedStateMachine):
    """Beads and convoys in a real ledger, beside what they should be."""

    beads = Bundle("beads")
    convoys = Bundle("convoys")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = ConvoyTown(self.folder)
        self.open: dict[str, bool] = {}
        self.tracks: dict[str, set[str]] = {}
        self.given_up: set[str] = set()
        self.done: set[str] = set()
        self.landings: dict[str, int] = {}

    def teardown(self) -> None:
        self.place.town.close()
        shutil.rmtree(self.folder)

    def follow(self) -> None:
        """What every convoy must be now, by the rules alone."""
        for convoy, tracked in self.tracks.items():
            if convoy in self.given_up:
                continue
            is_open = any(self.open[bead] for bead in tracked)
            if convoy in self.done and is_open:
                self.done.remove(convoy)
            elif convoy not in self.done and tracked and not is_open:
                self.done.add(convoy)
                self.landings[convoy] += 1

    @rule(target=beads)
    def file(self) -> str:
        bead = self.place.work()
        self.open[bead] = True
        return bead

    @rule(target=convoys, chosen=st.lists(beads, max_size=3))
    def make(self, chosen: Sequence[str]) -> str:
        chosen = [bead for bead in chosen if bead in self.open]
        convoy = create(self.place.town, "C", chosen, watching=["mayor"], by=HUMAN).id
        self.tracks[convoy], self.landings[convoy] = set(chosen), 0
        self.follow()
        return convoy

    @rule(convoy=convoys, bead=beads)
    def put_in(self, convoy: str, bead: str) -> None:
        if bead not in self.open:
            return
        add(self.place.town, convoy, [bead], by=HUMAN)
        self.tracks[convoy].add(bead)
        if self.open[bead]:
            self.given_up.discard(convoy)
        self.follow()

    @rule(convoy=convoys, bead=beads)
    def take_out(self, convoy: str, bead: str) -> None:
        if bead not in self.tracks[convoy]:
            return
        remove(self.place.town, convoy, [bead], by=HUMAN)
        self.tracks[convoy].remove(bead)
        self.follow()

    @rule(bead=beads)
    def end(self, bead: str) -> None:
        if bead in self.open:
            closing_beads.close(self.place.town, [bead], by=HUMAN)
            self.open[bead] = False
            self.follow()

    @rule(bead=beads)
    def open_again(self, bead: str) -> None:
        if bead in self.open:
            reopening.reopen(self.place.town, [bead], by=HUMAN)
            self.open[bead] = True
            self.follow()

    @rule(bead=consumes(beads))
    def delete(self, bead: str) -> None:
        if bead in self.open:
            delete(self.place.town, [bead], by=HUMAN)
            for tracked in self.tracks.values():
                tracked.discard(bead)
            del self.open[bead]
            self.follow()

    @rule(convoy=convoys, force=st.booleans())
    def give_up(self, convoy: str, force: bool) -> None:  # noqa: FBT001 - drawn
        left = any(self.open[bead] for bead in self.tracks[convoy])
        try:
            closed = close(self.place.town, convoy, force=force, by=HUMAN)
        except Refused:
            assert left
            assert not force
            return
        if not closed.already:
            self.given_up.add(convoy)

    @invariant()
    def every_convoy_is_what_it_should_be(self) -> None:
        for convoy, tracked in self.tracks.items():
            closed = convoy in self.given_up or convoy in self.done
            assert self.place.is_open(convoy) is not closed
            counted = (len(tracked), sum(not self.open[bead] for bead in tracked))
            assert convoys.progress(self.place.ledger, [convoy]).get(convoy, (0, 0)) == counted

    @invariant()
    def every_landing_was_told_once(self) -> None:
        told = [event.subject for event in self.place.happened("convoy.landed")]
        assert {convoy: told.count(convoy) for convoy in self.tracks} == self.landings
        unread = [convoys.unread(self.place.ledger, convoy, "mayor") for convoy in self.tracks]
        assert [len(messages) for messages in unread] == [
            int(convoy in self.done or convoy in self.given_up) for convoy in self.tracks
        ]


TestConvoys = Convoys.TestCase
TestConvoys.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
