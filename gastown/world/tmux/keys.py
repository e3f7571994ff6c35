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


def type_line(door: Door, session: Session, text: str) -> None:
    """Type `text` and Enter. NotFound when the program has ended, Refused when the pane is in a mode."""
    for at in range(0, len(text), CHUNK):
        _send(door, session, "-l", "--", text[at : at + CHUNK])
        time.sleep(BETWEEN if at + CHUNK < len(text) else BEFORE_ENTER)
    _send(door, session, "Enter")


def _send(door: Door, session: Session, *keys: str) -> None:
    """Send keys if, at that very moment, they would reach the program."""
    here = script.both(script.equal("pane_pid", session.pane_pid), script.equal("pane_in_mode", 0))
    send = script.command("send-keys", "-t", session.pane, *keys)
    answer = door.tell([script.only_if(session.pane, here, send, otherwise="#{pane_pid}")])
    if answer.nobody or (answer.out and answer.out.strip() != str(session.pane_pid)):
        raise NotFound(f"{session.name} has ended")
    if answer.out:
        raise Refused(f"{session.name} is in copy mode: somebody is reading there", hint="try again later")
    if answer.err:
        raise Unavailable(f"tmux did not type into {session.name}: {answer.err}")
