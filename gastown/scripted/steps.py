"""From the text of a bead to the steps that it asks for; pure.

Steps stand in fenced blocks marked `sh` or `bash`. One block: each of its commands is a step. Several blocks:
each block is one step, run with `sh -e`. A command goes on over lines that end in a backslash, and includes
the heredocs that it opens; anything else of several lines (a loop, say) needs the form of several blocks.
Lines that begin with `#` are comments, those with `#:` directives (see `misbehave`).
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gastown.scripted.foreign import mapping, sequence

SHELLS = ("sh", "bash")

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`\s]*)")
_DIRECTIVE = re.compile(r"\s*#:\s*(?P<words>.*)")
_HEREDOC = re.compile(r"(?<!<)<<(?P<tabs>-?)\s*(?P<quote>['\"]?)\\?(?P<word>[A-Za-z_]\w*)(?P=quote)")
_BEAD_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
_HOOK = re.compile(r"^HOOK: *(?P<bead>.*?)[ \t]*$", re.MULTILINE)


class Step(NamedTuple):
    command: str
    shell: str
    strict: bool
    """Run with `-e`: it ends at its first failing command."""


class Plan(NamedTuple):
    steps: Sequence[Step]
    directives: Sequence[str]


class Bead(NamedTuple):
    """What `bd show ID --json` tells of the work."""

    id: str
    title: str
    description: str
    labels: Sequence[str]


def hooked(context: str) -> str | None:
    """The bead that the first line `HOOK: ID` names; empty when it names none, None without such a line."""
    line = _HOOK.search(context)
    if line is None:
        return None
    bead = line["bead"]
    return bead if _BEAD_ID.fullmatch(bead) else ""


def bead_from(shown: object) -> Bead | None:
    """The bead in decoded JSON: an object, or an array of one."""
    bead = mapping(next(iter(sequence(shown)), shown))
    if not bead.get("id"):
        return None
    return Bead(
        id=str(bead["id"]),
        title=" ".join(str(bead.get("title") or "").split()),
        description=str(bead.get("description") or ""),
        labels=[str(label) for label in sequence(bead.get("labels"))],
    )


def plan(description: str) -> Plan:
    """What to do, in order."""
    blocks = list(_blocks(description))
    directives = [
        word
        for _, lines in blocks
        for line in lines
        if (directive := _DIRECTIVE.fullmatch(line))
        for word in directive["words"].split()
    ]
    if len(blocks) == 1:
        shell, lines = blocks[0]
        return Plan([Step(command, shell, strict=False) for command in _commands(lines)], directives)
    whole = [Step("\n".join(lines), shell, strict=True) for shell, lines in blocks if any(_commands(lines))]
    return Plan(whole, directives)


def _blocks(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Each fenced block for a shell: which shell, and its lines. The end of the text closes an open fence."""
    lines = deque(text.splitlines())
    while lines:
        opening = _FENCE.match(lines.popleft())
        if opening is None:
            continue
        closing = re.compile(rf" {{0,3}}{opening['fence'][0]}{{{len(opening['fence'])},}}\s*")
        inside: list[str] = []
        while lines and not closing.fullmatch(line := lines.popleft()):
            inside.append(line)
        if opening["info"] in SHELLS:
            yield opening["info"], inside


def _commands(block: Sequence[str]) -> Iterator[str]:
    lines = deque(block)
    while lines:
        line = lines.popleft()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        command = [line]
        while command[-1].endswith("\\") and lines:
            command.append(lines.popleft())
        for heredoc in _HEREDOC.finditer("\n".join(command)):
            command += _heredoc(lines, heredoc["word"], tabs=bool(heredoc["tabs"]))
        yield "\n".join(command)


def _heredoc(lines: deque[str], word: str, *, tabs: bool) -> Iterator[str]:
    while lines:
        line = lines.popleft()
        yield line
        if (line.lstrip("\t") if tabs else line) == word:
            return
