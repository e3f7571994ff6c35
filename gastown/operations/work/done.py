"""`gt done`: freezing what an agent made and handing it to the merge queue, so that no step can be lost."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import REQUEST_PREFIX, parse_address
from gastown.errors import GastownError, NotFound, Refused
from gastown.ledger import agents, bead_writes, beads, events, graph, merges
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.operations.molecules import of_work as steps
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.work.convoys import close_finished
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring

if TYPE_CHECKING:
    from gastown.world.git.worktrees import WorktreeStatus

COPYING = 20.0
"""Seconds for the copy on the remote: the commit is safe here, and the agent waits."""

PATIENCE = 15.0
"""Seconds to wait for somebody who works on the same agent."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was handed over. `already`: an earlier call did it, this is its result."""

    bead: str
    agent: str
    commit: str | None
    request: str | None
    already: bool
    notes: tuple[str, ...] = ()


def done(town: Town, *, no_change: str | None = None, by: Caller) -> Done:
    """Submit the calling agent's branch, or end its work with no change and the reason why.

    Safe to repeat: the same pair of assignment and incarnation gets its first result again. Raises Refused when
    the tree is dirty, nothing was committed, or a newer session has taken over.
    """
    assignment = _assignment_of(town, by)
    if assignment.outcome is not None and assignment.done_by == by.incarnation:
        return _result(town, assignment, already=True)
    by.must_be_current()
    with lock(town.places.lock(by.address), what=by.address, wait=PATIENCE):
        assignment = _read(town, assignment.generation)  # others may have been at it while we waited
        if assignment.outcome is not None and assignment.done_by != by.incarnation:
            raise _gone(assignment)
        if assignment.done_by is not None:
            notes = _left_out(town, assignment)
            first = finish_done(town, assignment.generation)
            return replace(first, notes=(*first.notes, *notes))
        _wish(town, assignment, no_change, by)
        return finish_done(town, assignment.generation)


def _gone(assignment: Assignment) -> Refused:
    return Refused(f"{assignment.bead} is not on your hook any more", "end your turn")


def _wish(town: Town, assignment: Assignment, no_change: str | None, by: Caller) -> None:
    """Write down what is to be handed over. From here on it is, whoever carries it out."""
    commit, now = _check(town, assignment, no_change), town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        if not agents.wish_done(
            ledger, assignment.generation, commit=commit, no_change=no_change, incarnation=by.incarnation, now=now
        ):  # fmt: skip
            raise _gone(assignment)


def _left_out(town: Town, assignment: Assignment) -> tuple[str, ...]:
    """What a `gt done` that was cut off does not hold: its commit stands, and the branch has gone on since."""
    from gastown.world.git.status import head_of

    if assignment.done_commit is None or head_of(folder_of(town, assignment.agent)) == assignment.done_commit:
        return ()
    handed = assignment.done_commit[:10]
    return (f"an earlier gt done handed over {handed}; what came after it stays on {assignment.branch}",)


def finish_done(town: Town, generation: int) -> Done:
    """Carry a wished `gt done` to its end from wherever it stopped; the caller holds the agent's lock."""
    assignment = _read(town, generation)
    if assignment.outcome is not None:
        return _result(town, assignment, already=True)
    if assignment.done_commit is None and assignment.no_change is None:
        raise Refused(f"nobody wished {assignment.bead} to be done", "gt status")
    notes: tuple[str, ...] = ()
    if assignment.done_commit is not None:
        notes = _freeze(town, assignment, assignment.done_commit)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        outcome = "submitted" if assignment.done_commit is not None else "no_change"
        if agents.end_assignment(ledger, generation, outcome, now):
            agents.unhook(ledger, assignment.agent, assignment.bead)
            steps.hand_over(ledger, assignment.bead, by=assignment.agent, now=now)
            if assignment.done_commit is not None:
                _submit(town, ledger, assignment, assignment.done_commit)
            else:
                _close_unchanged(town, ledger, assignment)
    ring(town.places.wake)
    result = _result(town, _read(town, generation), already=False)
    return Done(result.bead, result.agent, result.commit, result.request, already=False, notes=notes)


def _assignment_of(town: Town, by: Caller) -> Assignment:
    if by.generation is None and not by.is_human:
        raise Refused("nothing is on your hook", "gt prime tells you what is")
    if by.generation is None:
        raise Refused(
            "gt done is an agent's command: it hands over the work on its hook", "gt status shows who works"
        )
    return _read(town, by.generation)


def _read(town: Town, generation: int) -> Assignment:
    assignment = agents.assignment(town.ledger, generation)
    if assignment is None:
        raise NotFound(f"there is no assignment {generation}", "gt status")
    return assignment


def _check(town: Town, assignment: Assignment, no_change: str | None) -> str | None:
    """The commit to submit; None when nothing changed and that was said."""
    if not has_worktree(town, assignment.agent):
        if no_change is None:
            raise Refused(
                "you work in a folder without code, so there is nothing to hand to the merge queue",
                'gt done --no-change "what came of it"',
            )
        _must_say_why(no_change)
        return None
    from gastown.world.git.worktrees import status

    rig = town.rig(str(parse_address(assignment.agent).rig))
    seen = status(folder_of(town, assignment.agent))
    _must_be_clean(seen)
    repository = town.repository(rig.name)
    if no_change is not None and seen.head != assignment.base:
        repository.fetch(
            patience=COPYING
        )  # what is said to be on the target is looked for there, and not where we saw it last
    new = repository.commits_between(repository.target(rig.target), seen.head)
    if no_change is not None and new:
        raise Refused(
            f"the branch has {len(new)} commits that are not on {rig.target}", "gt done (without --no-change)"
        )
    if no_change is not None:
        _must_say_why(no_change)
    if no_change is None and not new:
        raise Refused(
            "nothing was committed on your branch",
            'commit your work, or gt done --no-change "why nothing needs to change"',
        )
    return seen.head if new else None


def _must_say_why(no_change: str) -> None:
    if not no_change.strip():
        raise Refused("say why nothing needs to change", 'gt done --no-change "why"')


def _must_be_clean(seen: "WorktreeStatus") -> None:
    if seen.operation:
        raise Refused(
            f"a {seen.operation} is in progress in the worktree",
            f"git {seen.operation} --continue or --abort",
        )
    if seen.dirty:
        raise Refused(
            f"the worktree has changes that are not committed: {seen.summary}", "commit them, then gt done"
        )


def _freeze(town: Town, assignment: Assignment, commit: str) -> tuple[str, ...]:
    repository = town.repository(str(parse_address(assignment.agent).rig))
    ref = repository.freeze(commit, assignment.bead, assignment.generation)
    try:
        repository.push_submitted(ref, patience=COPYING)
    except GastownError as failure:  # kept here in any case; the queue needs the remote, and says so itself
        return (f"kept as {ref}; not copied to the remote: {failure.message}",)
    return ()


def _submit(town: Town, ledger: Database, assignment: Assignment, commit: str) -> None:
    now, agent = town.clock.now(), assignment.agent
    bead = beads.get(ledger, assignment.bead)
    rig = town.rig(str(parse_address(agent).rig))
    new = NewBead(
        title=bead.title, rig=rig.name, prefix=REQUEST_PREFIX, type="merge-request", priority=bead.priority
    )
    request = bead_writes.insert(ledger, new, by=agent, now=now)
    graph.add_dependency(ledger, request, bead.id, "tracks", by=agent, now=now)
    merges.insert(ledger, request, assignment, rig=rig.name, commit=commit, target=rig.target, now=now)
    bead_writes.set_status(
        ledger, bead.id, BeadStatus.HOOKED, BeadStatus.IN_PROGRESS, assignee=agent, by=agent, now=now
    )
    events.append(
        ledger,
        agent,
        "bead.submitted",
        bead.id,
        now,
        request=request,
        commit=commit,
        generation=assignment.generation,
    )
    events.append(ledger, agent, "merge.queued", request, now, bead=bead.id, rig=rig.name)


def _close_unchanged(town: Town, ledger: Database, assignment: Assignment) -> None:
    now, agent = town.clock.now(), assignment.agent
    reason = f"no change: {assignment.no_change}"
    if bead_writes.close(ledger, assignment.bead, reason, by=agent, now=now):
        events.append(
            ledger, agent, "bead.done_without_change", assignment.bead, now, why=assignment.no_change
        )
        steps.clear(ledger, assignment.bead, by=agent, now=now)
        close_finished(ledger, assignment.bead, by=agent, now=now)


def _result(town: Town, assignment: Assignment, *, already: bool) -> Done:
    request = merges.of_generation(town.ledger, assignment.generation)
    return Done(
        assignment.bead,
        assignment.agent,
        assignment.done_commit,
        request.id if request else None,
        already=already,
    )
