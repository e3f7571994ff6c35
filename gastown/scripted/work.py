"""How a bead is carried out: its steps in order, a commit for each, and `gt done`."""

import json
import re
import shlex
from collections.abc import Sequence

from gastown.scripted import branch
from gastown.scripted.body import Body
from gastown.scripted.directives import Directive, from_environment, from_labels, parse
from gastown.scripted.endings import TurnEnded
from gastown.scripted.misbehave import Moment, misbehave, take_on, unknown
from gastown.scripted.steps import Bead, Plan, Step, bead_from, plan

_HANDOFF = re.compile(r"\s*gt\s+handoff\b")


class Work:
    """Remembers between turns how far each bead is; what must outlive the process is on the branch."""

    def __init__(self, body: Body) -> None:
        self.is_unfinished = False
        """There is work that was not handed in: whatever is typed next, look at the hook again."""
        self._body = body
        self._done: dict[str, int] = {}
        self._begun_at: dict[str, str] = {}

    def carry_out(self, bead_id: str) -> None:
        """Go to work on a bead, and end the turn when nothing is left to do or something fails."""
        self.is_unfinished = True
        bead = self._read(bead_id)
        if bead is None:
            return
        todo = plan(bead.description)
        if not todo.steps:
            self._body.say(
                f"I find no steps in {bead.id} (no fenced block marked sh). I don't know what to do."
            )
            self.is_unfinished = False
            return
        try:
            is_done = self._run_steps(bead, todo)
        except TurnEnded:
            return
        if is_done and self._hand_in(bead):
            self.is_unfinished = False
            self._done.pop(bead.id, None)
            self._begun_at.pop(bead.id, None)

    def _read(self, bead_id: str) -> Bead | None:
        shown = self._body.bash(f"bd show {shlex.quote(bead_id)} --json")
        try:
            bead = bead_from(json.loads(shown.out)) if shown.status == 0 else None
        except ValueError:
            bead = None
        if bead is None:
            self._body.say(f"I cannot read {bead_id}.")
        return bead

    def _run_steps(self, bead: Bead, todo: Plan) -> bool:
        """Whether all of them are done."""
        directives, pause = self._directives(bead, todo)
        count = len(todo.steps)
        self._begun_at.setdefault(bead.id, branch.head(self._body))
        done = min(count, max(self._done.get(bead.id, 0), branch.steps_recorded(self._body, bead)))
        if done:
            self._body.say(f"{done} of {count} steps of {bead.id} are done already; I go on from there.")
        for position in range(done, count + 1):
            self._done[bead.id] = position
            following = todo.steps[position].command if position < count else "gt done"
            misbehave(self._body, directives, Moment(bead.id, position, count, following))
            if position < count and not self._run_step(bead, todo, position, pause):
                return False
        return True

    def _run_step(self, bead: Bead, todo: Plan, position: int, pause: float) -> bool:
        number, count = position + 1, len(todo.steps)
        step = todo.steps[position]
        if _HANDOFF.match(step.command):
            return self._hand_off(bead, step, position, pause)
        finished = self._body.do(step, pause)
        if finished.status == 0 and branch.is_changed(self._body):
            finished = branch.commit(self._body, bead, number, count)
        if finished.status != 0:
            self._body.say(f"Step {number} of {count} failed (exit {finished.status}). I stop here.")
        return finished.status == 0

    def _hand_off(self, bead: Bead, step: Step, position: int, pause: float) -> bool:
        """A step that hands off is done once; its session ends with it. False when it is refused."""
        marker = self._body.place.marker(bead.id, f"handed-off@{position}")
        if marker.exists():
            return True
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
        if self._body.do(step, pause).status == 0:
            raise TurnEnded
        marker.unlink(missing_ok=True)
        self._body.say(f"Step {position + 1} was refused. I stop here.")
        return False

    def _directives(self, bead: Bead, todo: Plan) -> tuple[Sequence[Directive], float]:
        directives = parse([*from_environment(self._body.environ), *from_labels(bead), *todo.directives])
        for name in unknown(directives):
            self._body.screen.line(f"  {name}: no such directive", "yellow")
        return directives, take_on(self._body, directives)

    def _hand_in(self, bead: Bead) -> bool:
        """Whether `gt done` took it."""
        has_commits = (
            branch.steps_recorded(self._body, bead) or branch.head(self._body) != self._begun_at[bead.id]
        )
        if has_commits:
            finished = self._body.bash("gt done")
        else:
            finished = self._body.bash("gt done --no-change 'the steps changed nothing'")
        if finished.status == 0:
            self._body.say(f"{bead.id} is done.")
        else:
            self._body.say(f"gt done refused {bead.id} (exit {finished.status}). I stop here.")
        return finished.status == 0
