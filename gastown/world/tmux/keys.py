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


AFTER_PASTE = 0.3
"""Seconds between a paste and Enter: Gemini (0.61.0) loses one that comes at once."""


def type_line(
    door: Door, session: Session, text: str, *, untouched: bool, paste: bool = False, enter: bool = True
) -> None:
    """Type `text` and, if wanted, Enter. NotFound when the program has ended, Refused when the pane is in a mode.

    `untouched`: also Refused once a person's terminal has shown it. `paste`: as one bracketed paste.
    """
    if paste and text:
        buffer = f"gt{session.pane.lstrip('%')}"
        hold = script.command("set-buffer", "-b", buffer, "--", text)
        give = script.command("paste-buffer", "-p", "-d", "-b", buffer, "-t", session.pane)
        _send(door, session, untouched, hold, give)
        time.sleep(AFTER_PASTE)
    else:
        for at in range(0, len(text), CHUNK):
            _send(door, session, untouched, _keys(session, "-l", "--", text[at : at + CHUNK]))
            time.sleep(BETWEEN if at + CHUNK < len(text) else BEFORE_ENTER)
    if enter:
        _send(door, session, untouched, _keys(session, "Enter"))


def refuse_touched(session: Session) -> Refused:
    """What is said instead of typing over a person."""
    return Refused(f"a person has been in {session.name}: what stands in its input box may be theirs")


def _keys(session: Session, *keys: str) -> str:
    return script.command("send-keys", "-t", session.pane, *keys)


def _send(door: Door, session: Session, untouched: bool, *commands: str) -> None:  # noqa: FBT001 - private
    """Carry out what types if it would reach the program at that very moment, and nobody's text if that is asked."""
    here = script.both(script.equal("pane_pid", session.pane_pid), script.equal("pane_in_mode", 0))
    if untouched:
        here = script.both(here, f"#{{==:{script.TOUCHED},0}}")
    otherwise = f"#{{pane_pid}} {script.TOUCHED}"
    answer = door.tell([script.only_if(session.pane, here, *commands, otherwise=otherwise)])
    pid, _, touched = answer.out.strip().partition(" ")
    if answer.nobody or (answer.out and pid != str(session.pane_pid)):
        raise NotFound(f"{session.name} has ended")
    if untouched and touched == "1":
        raise refuse_touched(session)
    if answer.out:
        raise Refused(f"{session.name} is in copy mode: somebody is reading there", hint="try again later")
    if answer.err:
        raise Unavailable(f"tmux did not type into {session.name}: {answer.err}")
