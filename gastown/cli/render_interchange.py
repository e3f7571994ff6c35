"""What an import did, or why it did nothing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gastown.cli import output

if TYPE_CHECKING:
    from gastown.operations.work.import_beads import Import

SHOWN = 50
"""Lines that are told one by one."""

IDS = 8
"""Ids that are named."""


def imported(found: "Import") -> str:
    """What was taken, and what a person should know of it."""
    verb = "would import" if found.dry_run else "imported"
    counts = f"{found.created} new, {len(found.updated)} updated, {found.unchanged} as they were"
    return "\n".join([f"{verb}  {counts}", *_more(found)])


def refused(found: "Import") -> None:
    """Say of every line what is wrong with it, and of the first fifty only if there are many."""
    problems = [f"line {one.line}: {output.harmless(one.problem)}" for one in found.problems[:SHOWN]]
    if len(found.problems) > SHOWN:
        problems.append(f"and {len(found.problems) - SHOWN} more")
    missing = any(one.problem.startswith("depends on") for one in found.problems)
    hint = ["--skip-missing takes such beads without these dependencies"] if missing else []
    wisps = any(one.problem.endswith("a wisp") for one in found.problems)
    hint += ["--with-wisps takes the wisps, too"] if wisps else []
    lines = len({one.line for one in found.problems})
    what = "1 line is wrong" if lines == 1 else f"{lines} lines are wrong"
    output.complain(
        f"{what} in {found.file}; nothing was imported", "\n".join([*problems, *hint]), program="bd"
    )


def _more(found: "Import") -> Iterable[str]:
    if found.kept:
        yield f" {_count(len(found.kept), 'bead')} changed here later, left so: {_some(found.kept)}"
    if found.left_out:
        yield f" {_count(found.left_out, 'wisp')} left out; --with-wisps takes them"
    if found.others:
        yield f" {_count(found.others, 'line')} left out: no beads (memories, a header)"
    for note in found.notes[:SHOWN]:
        yield f" line {note.line}: {note.id} {output.harmless(note.note)}"
    if len(found.notes) > SHOWN:
        yield f" and {len(found.notes) - SHOWN} more of these"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _some(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:IDS]) + (", …" if len(ids) > IDS else "")
