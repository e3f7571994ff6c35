"""How the agent misbehaves when it is told to: a table of deeds that happen at a step, and of lasting traits.

A deed happens after step STEP of its directive (0: before the first; default: before the last one), once for
each bead: a marker in the agent's home remembers it beyond crashes. With `-always` it happens every time.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gastown.scripted.body import Body
from gastown.scripted.directives import Directive
from gastown.scripted.endings import Ending, Interrupted, TurnEnded, TurnFailed
from gastown.scripted.keyboard import Key, Line, Typed

NOTIFY_PERMISSION = 6.0
"""Seconds after which a dialog that nobody answers is told of (GT_SCRIPTED_NOTIFY changes it)."""

RETRIES = 3
DIALOG = "  This command needs your permission. Do you want to proceed?\n  ❯ 1. Yes  2. No"  # noqa: RUF001 - drawn so


class Moment(NamedTuple):
    """Between two steps of a bead."""

    bead: str
    done: int
    steps: int
    following: str
    """The command that comes next."""


def _crash(_body: Body, _value: float, _moment: Moment) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _exit(_body: Body, value: float, _moment: Moment) -> None:
    raise Ending("other", int(value))


def _hang(body: Body, _value: float, _moment: Moment) -> None:
    body.watch.deaf = True
    body.watch.sleep(lambda: False, heard=lambda _typed: None)


def _permission(body: Body, _value: float, moment: Moment) -> None:
    answers: list[Typed] = []
    body.show("waiting", "permission: Bash")
    body.screen.call(moment.following)
    body.screen.line(DIALOG, "bold")
    notify_at = time.monotonic() + body.number("GT_SCRIPTED_NOTIFY", NOTIFY_PERMISSION)
    with body.hearing(answers.append):
        if not body.watch.sleep(lambda: bool(answers), until=notify_at, heard=body.heard):
            message = "The agent needs your permission to use Bash"
            body.tell("Notification", {"notification_type": "permission_prompt", "message": message})
            body.watch.sleep(lambda: bool(answers), heard=body.heard)
    body.show("busy")
    match answers[0]:
        case Line(text) if text.strip() != "2":
            return
        case Key.END:
            raise Ending("prompt_input_exit", 0)
        case _:
            raise Interrupted


def _rate_limit(body: Body, value: float, _moment: Moment) -> None:
    for attempt in range(1, RETRIES + 1):
        body.screen.line(f"  API error · retrying in {value:g}s · attempt {attempt}/{RETRIES}", "yellow")
        body.pause(value)
    raise TurnFailed("rate_limit", "API error: the rate limit is reached.")


def _auth(_body: Body, _value: float, _moment: Moment) -> None:
    raise TurnFailed("authentication_failed", "API error: not logged in.")


def _context(body: Body, _value: float, _moment: Moment) -> None:
    body.compact("auto")
    body.context_is_new = False


def _daemon_child(body: Body, value: float, _moment: Moment) -> None:
    no = subprocess.DEVNULL
    subprocess.Popen(["sleep", f"{value:g}"], cwd="/", stdin=no, stdout=no, stderr=no, start_new_session=True)
    body.screen.line("  left a child in the background", "dim")


def _handoff(body: Body, _value: float, moment: Moment) -> None:
    hand_off(
        body, f"{moment.done} of {moment.steps} steps of {moment.bead} are done. Next: {moment.following}"
    )


def hand_off(body: Body, note: str) -> None:
    """Have a fresh session go on, and end the turn; one that is refused goes on itself."""
    handed = body.bash(f"gt handoff -m {shlex.quote(note)}" if note else "gt handoff")
    if handed.status == 0:
        body.say("Handed over.")
        raise TurnEnded
    body.say(f"gt handoff failed (exit {handed.status}).")


class Deed(NamedTuple):
    do: Callable[[Body, float, Moment], None]
    value: float
    """Where the directive gives none."""
    tells: str


DEEDS: Mapping[str, Deed] = {
    "crash": Deed(_crash, 0, "kills itself with SIGKILL; its status file stays"),
    "exit": Deed(_exit, 1, "ends with exit status VALUE (default 1), in good order"),
    "hang": Deed(_hang, 0, "stays busy forever and reads no input; signals end it"),
    "permission": Deed(
        _permission, 0, "asks for permission: Enter approves, Escape rejects and ends the turn"
    ),
    "rate-limit": Deed(
        _rate_limit, 1, "retries every VALUE seconds (default 1), then StopFailure rate_limit"
    ),
    "auth": Deed(_auth, 0, "StopFailure authentication_failed"),
    "context": Deed(_context, 0, "fills its context: PreCompact auto, SessionStart compact, and goes on"),
    "handoff": Deed(_handoff, 0, "hands off with a note, and ends its turn; when refused it goes on"),
    "daemon-child": Deed(_daemon_child, 600, "leaves `sleep VALUE` (default 600) behind, in its own session"),
}

TRAITS: Mapping[str, str] = {
    "slow": "waits VALUE seconds before each step (default: GT_SCRIPTED_PACE, or 0)",
    "ignore-term": "ignores SIGTERM and SIGHUP",
}


def unknown(directives: Sequence[Directive]) -> Sequence[str]:
    """The names that stand in neither table."""
    return [directive.name for directive in directives if directive.name not in {*DEEDS, *TRAITS}]


def take_on(body: Body, directives: Sequence[Directive]) -> float:
    """Take on the traits among `directives`, and give the pause before each step in seconds."""
    if any(directive.name == "ignore-term" for directive in directives):
        body.watch.ignores_term = True
    pauses = [directive.value for directive in directives if directive.name == "slow" and directive.value]
    return pauses[-1] if pauses else body.number("GT_SCRIPTED_PACE", 0)


def misbehave(body: Body, directives: Sequence[Directive], moment: Moment) -> None:
    """Do what is due at this moment; what the person interrupts is not remembered as done."""
    for directive in directives:
        if directive.name not in DEEDS or not directive.is_due(moment.done, moment.steps):
            continue
        marker = body.place.marker(moment.bead, f"{directive.name}@{moment.done}")
        if marker.exists() and not directive.always:
            continue
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
        deed = DEEDS[directive.name]
        try:
            deed.do(body, deed.value if directive.value is None else directive.value, moment)
        except Interrupted:
            marker.unlink(missing_ok=True)
            raise
