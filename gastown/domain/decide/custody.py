"""What must be kept before a worktree is switched, reset or removed; decided here for every caller."""

from gastown.domain.custody import CustodyFacts, LeaveAlone, MoveAside, Nothing, Snapshot, Verdict
from gastown.domain.observed import Unknown


def keep_safe(facts: CustodyFacts | Unknown, *, leaving: bool = False) -> Verdict:
    """Choose the cheapest way to keep all that the worktree holds, and say why.

    `leaving`: the worktree itself is to go, and not only what is checked out in it.
    """
    if isinstance(facts, Unknown):
        return LeaveAlone(f"cannot see what it holds: {facts.why}")
    if (why := _beyond_a_snapshot(facts)) is not None:
        return MoveAside(facts.loose, facts.stashes, why)
    if leaving and facts.submodules:
        return MoveAside(
            facts.loose, facts.stashes, f"the repository of {facts.submodules[0]} would go with it"
        )
    if leaving and facts.inner:
        return MoveAside(facts.loose, facts.stashes, f"it holds a repository of its own: {facts.inner[0]}")
    uncommitted = bool(facts.staged or facts.unstaged or facts.untracked)
    if uncommitted or facts.loose or facts.stashes:
        return Snapshot(facts.loose, facts.stashes, uncommitted, _told(facts))
    return Nothing("refs hold all of it")


def _beyond_a_snapshot(facts: CustodyFacts) -> str | None:
    """Why commits cannot hold all of it, if they cannot."""
    if not facts.linked:
        return "it is not a worktree of the rig's repository"
    if facts.half_made:
        return "git was ended while it made this worktree"
    if facts.broken:
        return f"its index cannot be read: {facts.broken}"
    if facts.operation:
        return f"a {facts.operation} is in progress"
    if facts.unmerged:
        return f"its index has {_count(facts.unmerged, 'unmerged file')}"
    if facts.nested:
        return f"it holds a repository of its own: {facts.nested[0]}"
    if facts.buried:
        return f"{facts.buried[0]} was tracked, and what lies there now is ignored"
    if facts.furnished:
        return "it has settings of its own"
    if facts.overlooked:
        return f"git was told to overlook {_count(facts.overlooked, 'file')} in it"
    return None


def _told(facts: CustodyFacts) -> str:
    counts = {
        "staged file": facts.staged,
        "modified file": facts.unstaged,
        "untracked file": facts.untracked,
        "commit that no ref reaches": len(facts.loose),
        "stash": len(facts.stashes),
    }
    return "it holds " + ", ".join(_count(count, what) for what, count in counts.items() if count)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {_many(what)}"


def _many(what: str) -> str:
    first, space, rest = what.partition(" ")
    if rest.startswith("that"):
        return f"{first}s{space}{rest}"
    return f"{what}es" if what.endswith("sh") else f"{what}s"
