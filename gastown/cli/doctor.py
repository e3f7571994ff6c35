"""`gt doctor`: what is missing or broken, and what to do about it."""

from typing import TYPE_CHECKING

from gastown.cli import exits, output
from gastown.cli.parameters import Json
from gastown.cli.place import here

if TYPE_CHECKING:
    from gastown.views.doctor import DoctorPage

SIGNS = {"ok": "✓", "warn": "!", "unknown": "?", "bad": "✗"}


def doctor(*, as_json: Json = False) -> int:
    """Look at Python, git, tmux, SQLite, the agent CLI, the ledger and the supervisor. Changes nothing.

    Works outside a town, too. The exit code is 69 when something is missing or broken.
    """
    from gastown.errors import NotFound
    from gastown.views.doctor import doctor as examine

    try:
        town = here()
    except NotFound:
        town = None
    page = examine(town)
    output.show(page, _text, as_json=as_json)
    if town is None:
        output.next_steps("gt install ~/gt")
    return exits.UNAVAILABLE if page.worst == "bad" else exits.DONE


def _text(page: "DoctorPage") -> str:
    from gastown.cli.tables import table

    lines = table([(SIGNS[check.health], check.name, check.what) for check in page.checks], gives_way={2: 20})
    hints = [f"      {output.harmless(check.hint)}" if check.hint else "" for check in page.checks]
    told = [line for pair in zip(lines, hints, strict=True) for line in pair if line]
    return "\n".join(told)
