"""How far an agent is, as anybody can see it from outside: for a note to its next session, and for the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.briefing_text import one_line
from gastown.domain.identity import parse_address
from gastown.errors import GastownError
from gastown.ledger import agents, incarnations, molecules
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.town import Town

COMMITS = 10
FILES = 20
LONGEST = 200
"""Characters of one name or subject."""


@dataclass(frozen=True, slots=True)
class State:
    """What was seen of one agent and its work; what could not be seen is empty."""

    bead: str | None
    steps: str
    """How many are done, and the one to do now."""
    branch: str
    commits: Sequence[str]
    """Of the work so far, newest last: short ids with their subjects."""
    changed: Sequence[str]
    """Files with changes that are in no commit, with git's two letters before each."""
    prompted_at: datetime | None
    turn_ended_at: datetime | None

    @property
    def facts(self) -> Mapping[str, object]:
        """For an event."""
        return {
            "bead": self.bead,
            "steps": self.steps,
            "branch": self.branch,
            "commits": list(self.commits[-COMMITS:]),
            "changed": list(self.changed[:FILES]),
            "changes": len(self.changed),
        }

    @property
    def text(self) -> str:
        """For a note."""
        lines = [f"Steps: {self.steps}"] if self.steps else []
        if self.branch:
            lines.append(f"Branch: {self.branch}")
        lines += _listed("Commits", self.commits, self.commits[-COMMITS:], "git log")
        lines += _listed("Not committed", self.changed, self.changed[:FILES], "git status")
        if self.prompted_at is not None:
            lines.append(f"Last prompt: {self.prompted_at:%Y-%m-%d %H:%M} UTC")
        return "\n".join(lines)


def state_of(town: Town, address: str) -> State:
    """Look at the agent's work now; raises nothing but what the ledger raises."""
    assignment = agents.open_assignment(town.ledger, address)
    session = incarnations.newest(town.ledger, address)
    branch, commits, changed = _in_worktree(town, address, assignment)
    return State(
        bead=assignment.bead if assignment else None,
        steps=_steps(town, assignment),
        branch=branch,
        commits=commits,
        changed=changed,
        prompted_at=_prompted(session),
        turn_ended_at=session.turn_ended_at if session else None,
    )


def _prompted(session: Incarnation | None) -> datetime | None:
    return session.prompted_at if session is not None else None


def _steps(town: Town, assignment: Assignment | None) -> str:
    molecule = molecules.open_of_bead(town.ledger, assignment.bead) if assignment else None
    if molecule is None or not molecule.steps:
        return ""
    now = f", now {molecule.current.id} {one_line(molecule.current.title)}" if molecule.current else ""
    return f"{molecule.done} of {len(molecule.steps)} done{now}"


def _in_worktree(
    town: Town, address: str, assignment: Assignment | None
) -> tuple[str, Sequence[str], Sequence[str]]:
    """The branch, the commits on it since the work began, and the files that are in no commit."""
    from gastown.world.git.changed import changed_files
    from gastown.world.git.status import status

    try:
        if not has_worktree(town, address):
            return "", (), ()
        folder = folder_of(town, address)
        changed = [one_line(name)[:LONGEST] for name in changed_files(folder)]
        seen = status(folder)
        return seen.branch or seen.head[:10], _commits(town, address, assignment, seen.head), changed
    except GastownError:
        return "", (), ()


def _commits(town: Town, address: str, assignment: Assignment | None, head: str) -> Sequence[str]:
    rig = parse_address(address).rig
    if rig is None or assignment is None or assignment.base is None or not head:
        return ()
    made = town.repository(rig).commits_between(assignment.base, head)
    return [f"{commit.id[:10]} {one_line(commit.subject)[:LONGEST]}" for commit in made]


def _listed(what: str, all_of_them: Sequence[str], shown: Sequence[str], rest: str) -> list[str]:
    if not all_of_them:
        return []
    more = f" (of {len(all_of_them)}: {rest})" if len(shown) < len(all_of_them) else ""
    return [f"{what}{more}:", *(f"  {line}" for line in shown)]
