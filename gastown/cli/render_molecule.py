"""Molecules as text: what a formula would pour, how far its steps have come, and what a step says."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import body, faint, harmless, strong
from gastown.cli.tables import table
from gastown.cli.times import ago

if TYPE_CHECKING:
    from gastown.domain.formulas import Cooked
    from gastown.domain.molecules import Step
    from gastown.operations.molecules.close_step import Continued
    from gastown.operations.molecules.end import Burned, Squashed
    from gastown.operations.molecules.pour import Poured
    from gastown.views.molecule import MoleculePage


def cooked(found: "Cooked") -> str:
    """What `bd cook` shows."""
    parts = [f"{strong(found.formula)}  {harmless(found.description)}".rstrip()]
    parts += table([(name, value) for name, value in found.variables.items()], gives_way={1: 12})
    for number, step in enumerate(found.steps, 1):
        parts += ["", f" {number}. {strong(harmless(step.title))}  {faint(step.id)}"]
        parts += _body(step.description, step.acceptance)
    return "\n".join(parts)


def poured(made: "Poured") -> str:
    """What `bd mol pour` and `bd mol wisp` did."""
    what = "wisp" if made.wisp else "molecule"
    below = f" below {made.bead}" if made.bead else ""
    return f"poured  {made.formula} as the {what} {made.molecule}{below}   ({len(made.steps)} steps)"


def page_text(page: "MoleculePage", now: datetime) -> str:
    """What `bd mol current` shows."""
    what = "wisp" if page.wisp else "molecule" if page.total else "digest"
    below = f" · for {page.bead}" if page.bead else ""
    far = f" · {page.done} of {page.total} steps done" if page.total else ""
    parts = [f"{strong(page.id)}  {harmless(page.title)}", f" {what} · {page.status}{below}{far}"]
    if page.steps:
        parts += ["", *_steps(page, now)]
    elif page.description.strip():
        parts += ["", *_body(page.description, "")]
    if page.current is not None:
        parts += ["", *step_text(page.current, page.total)]
    return "\n".join(parts)


def step_text(step: "Step", total: int) -> Iterable[str]:
    """The step that is to be done now, in full."""
    yield f" step {step.position} of {total}  {strong(step.id)}  {harmless(step.title)}"
    yield from _body(step.description, step.acceptance)


def continued(result: "Continued") -> str:
    """What `bd close STEP --continue` did, and the step it goes on with."""
    word = "closed before" if result.already else "closed"
    lines = [
        f'{word}  {result.step} "{harmless(result.title)}"   ({result.done} of {result.total} steps done)'
    ]
    if result.next is not None:
        lines += ["", *step_text(result.next, result.total)]
    if result.waits_for:
        lines.append(f"   it waits for {harmless(', '.join(result.waits_for))}")
    return "\n".join(lines)


def burned(gone: "Burned") -> str:
    """What `bd mol burn` did."""
    return f"burned  {gone.molecule}   ({gone.done} of {gone.total} steps were done)"


def squashed(kept: "Squashed") -> str:
    """What `bd mol squash` did."""
    return "\n".join(
        [f"{'squashed before' if kept.already else 'squashed'}  {kept.molecule}", *_body(kept.summary, "")]
    )


def _steps(page: "MoleculePage", now: datetime) -> Iterable[str]:
    return table([_row(page, step, now) for step in page.steps], gives_way={3: 12})


def _row(page: "MoleculePage", step: "Step", now: datetime) -> tuple[str, ...]:
    present = page.current is not None and step.id == page.current.id
    state = "done" if step.is_done else "now" if present else "next"
    who = (step.closed_by if step.is_done else step.assignee) or ""
    return (
        state,
        f"{step.position}.",
        step.id,
        step.title,
        who,
        ago(step.closed_at, now) if step.is_done else "",
    )


def _body(description: str, acceptance: str) -> Iterable[str]:
    texts = [description, f"Done when: {acceptance}" if acceptance.strip() else ""]
    for text in texts:
        if text.strip():
            yield from body(text)
