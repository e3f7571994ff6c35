"""What a request that did not land is given on its way: why, where, and the words of gate or git."""

import re
from collections.abc import Sequence

from gastown.domain.merges import GateRun, MergeRequest

LINES, WIDTH = 40, 400
"""How many last lines of an output are shown, and how much of each."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_=>])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SHORT = 10
"""Digits of a commit's name that people are shown."""


def plain(text: str) -> str:
    """`text` without colours and control characters; of a line drawn over and over, what was drawn last."""
    lines = _ESCAPES.sub("", text).replace("\r\n", "\n").split("\n")
    return "\n".join(_CONTROL.sub("", line.rstrip("\r").rpartition("\r")[2]) for line in lines)


def one_line(text: str) -> str:
    """`text` as one line that is not too long for a column."""
    return " ".join(plain(text).split())[:WIDTH]


def last_lines(text: str) -> str:
    """The last lines of an output, fit for a terminal and for a prompt."""
    lines = [line.rstrip() for line in plain(text).strip("\n").split("\n")]
    return "\n".join(line if len(line) <= WIDTH else line[:WIDTH] + " …" for line in lines[-LINES:])


def of_gate(run: GateRun, command: str, onto: str, target: str) -> str:
    """What is told of a gate that a change did not pass."""
    quoted = fenced(run.tail) if run.tail else "It printed nothing."
    return (
        f"Gate:  {command}\n"
        f"Ended: {run.told()}, after {run.seconds:.1f} s\n"
        f"On:    the change replayed onto {target} @ {onto[:SHORT]}\n"
        f"Log:   {run.log}\n\nThe last lines of its output:\n\n{quoted}"
    )


def of_conflict(files: Sequence[str], detail: str, onto: str, target: str) -> str:
    """What is told of a change that does not fit the target any more."""
    listed = "\n".join(f"- {plain(file)}" for file in files) or "- (git names none)"
    words = "\n".join(line for line in detail.splitlines() if not line.startswith("hint:")).strip()
    said = f"\n\ngit says:\n\n{fenced(last_lines(words))}" if words else ""
    return f"Onto:  {target} @ {onto[:SHORT]}\n\nFiles in conflict:\n\n{listed}{said}"


GONE = "Its commit is not in the rig's repository any more, so that an agent has to begin anew."


def comment(request: MergeRequest, because: str, evidence: str, *, by: str = "the merge queue") -> str:
    """The comment under a bead that came back: the reason, where its commit is kept, the evidence."""
    commit, gone = f"Commit: {request.commit[:SHORT]} of {request.agent}", evidence == GONE
    return "\n\n".join(
        (
            f"Sent back by {by} ({request.id}): {because}.",
            "\n".join(
                part
                for part in (commit if gone else f"{commit}, kept as {kept_as(request)}", evidence)
                if part
            ),
            f"Next: gt sling {request.bead}" + ("" if gone else " lets an agent go on from that commit."),
        )
    )


def kept_as(request: MergeRequest) -> str:
    """The ref that holds the frozen commit."""
    return f"refs/gastown/submitted/{request.bead}/{request.generation}"


def fenced(text: str) -> str:
    """`text` as a quoted block that nothing inside it can close."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"
