"""Whatever happens in whatever order: steps are closed in their order, one at a time, and none is lost or skipped."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER
from gastown.errors import Refused
from gastown.ledger import derived, incarnations, molecules
from gastown.operations.molecules.close_step import close_and_continue
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from tests.towns import HUMAN, a_town, start

POLECATS = ("web/polecats/Toast", "web/polecats/Rust")
STEPS = 5


class Steps(RuleBasedStateMachine):
    """One bead with its steps beside the plainest model of them: how many are done."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.town = a_town(Path(self.folder.name))
        self.bead = create(self.town, "Mend the door", by=HUMAN).id
        self.done, self.holder = 0, ""
        self.steps: tuple[str, ...] = ()

    def teardown(self) -> None:
        self.town.close()
        self.folder.cleanup()

    @precondition(lambda self: not self.holder)
    @rule(agent=st.sampled_from(POLECATS))
    def sling(self, agent: str) -> None:
        sling(self.town, self.bead, agent, by=HUMAN)
        start(self.town, agent)
        self.holder = agent
        if not self.steps:
            (molecule,) = molecules.of_bead(self.town.ledger, self.bead)
            self.steps = tuple(step.id for step in molecule.steps)

    @precondition(lambda self: self.holder)
    @rule()
    def take_back(self) -> None:
        unsling(self.town, self.holder, by=HUMAN)
        self.holder = ""

    @precondition(lambda self: self.steps)
    @rule(step=st.integers(0, STEPS - 1), agent=st.sampled_from([*POLECATS, OVERSEER]))
    def close(self, step: int, agent: str) -> None:
        """Somebody closes some step."""
        by, allowed = self.who(agent), agent in {OVERSEER, self.holder} or not self.holder
        if by is None:
            return
        try:
            result = close_and_continue(self.town, self.steps[step], by=by)
        except Refused:
            assert step > self.done or not allowed or self.at() not in {None, agent}
            return
        assert allowed
        assert step <= self.done
        assert result.already == (step < self.done)
        self.done = max(self.done, step + 1)
        assert result.done == self.done
        assert (result.next.id if result.next else None) == self.present()

    def who(self, agent: str) -> Caller | None:
        """The caller at that address: an agent's newest session, if it ever had one."""
        newest = incarnations.newest(self.town.ledger, agent)
        if agent == OVERSEER:
            return HUMAN
        return Caller(agent, newest.id, newest.generation) if newest else None

    def present(self) -> str | None:
        return self.steps[self.done] if self.done < STEPS else None

    def at(self) -> str | None:
        """Who is at the present step."""
        molecule = molecules.open_of_bead(self.town.ledger, self.bead)
        return molecule.current.assignee if molecule and molecule.current else None

    @invariant()
    def the_first_steps_are_done_and_the_holder_is_at_the_next(self) -> None:
        if not self.steps:
            return
        ledger = self.town.ledger
        (molecule,) = molecules.of_bead(ledger, self.bead)
        assert [step.is_done for step in molecule.steps] == [n < self.done for n in range(STEPS)]
        assert all(step.status == "open" for step in molecule.steps[self.done + 1 :])
        if self.holder and molecule.current:
            assert (molecule.current.status, molecule.current.assignee) == ("in_progress", self.holder)
        assert not derived.check(ledger)


TestSteps = Steps.TestCase
TestSteps.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
