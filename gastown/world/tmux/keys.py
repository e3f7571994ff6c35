"""Typing into a pane as a person would, and only while it is the same program at its own screen."""

import time

from gastown.domain.terminal import Session
from gastown.errors import NotFound, Refused, Unavailable
from gastown.world.tmux import script
from gastown.world.tmux.door import Door

CHUNK = 500
"""Characters typed at once. Above 800 Claude Code (2.1.328) takes them for pasted text, which it distrusts."""

BETWEEN = 0.05
"""Seconds between two chunks, so that they do not arrive as one."""

BEFORE_ENTER = 0.1
"""Seconds between the text and Enter: with none, Claude Code (2.1.328) lost 7 of 50 lines."""


def type_line(door: Door, session: Session, text: str, *, untouched: bool) -> None:
    """Type `text` and Enter. NotFound when the program has ended, Refused when the pane is in a mode.

    `untouched`: also Refused once a person's terminal has shown it.
    """
    for at in range(0, len(text), CHUNK):
        _send(door, session, untouched, "-l", "--", text[at : at + CHUNK])
        time.sleep(BETWEEN if at + CHUNK < len(text) else BEFORE_ENTER)
    _send(door, session, untouched, "Enter")


def refuse_touched(session: Session) -> Refused:
    """What is said instead of typing over a person."""
    return Refused(f"a person has been in {session.name}: what stands in its input box may be theirs")


def _send(door: Door, session: Session, untouched: bool, *keys: str) -> None:  # noqa: FBT001 - private
    """Send keys if, at that very moment, they would reach the program, and nobody's text if that is asked."""
    here = script.both(script.equal("pane_pid", session.pane_pid), script.equal("pane_in_mode", 0))
    if untouched:
        here = script.both(here, f"#{{==:{script.TOUCHED},0}}")
    send = script.command("send-keys", "-t", session.pane, *keys)
    otherwise = f"#{{pane_pid}} {script.TOUCHED}"
    answer = door.tell([script.only_if(session.pane, here, send, otherwise=otherwise)])
    pid, _, touched = answer.out.strip().partition(" ")
    if answer.nobody or (answer.out and pid != str(session.pane_pid)):
        raise NotFound(f"{session.name} has ended")
    if untouched and touched == "1":
        raise refuse_touched(session)
    if answer.out:
        raise Refused(f"{session.name} is in copy mode: somebody is reading there", hint="try again later")
    if answer.err:
        raise Unavailable(f"tmux did not type into {session.name}: {answer.err}")
