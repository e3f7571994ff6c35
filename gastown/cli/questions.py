"""What `gt rig add` asks a person, once, when there is one."""

import sys
from collections.abc import Mapping

from gastown.cli.output import flush, harmless, tell
from gastown.domain.runtime import Permission
from gastown.errors import Refused

LEVELS: Mapping[str, str] = {
    Permission.ASK: "agents ask you before they change files or run commands",
    Permission.EDITS: "they change files in their worktree freely, and ask before they run commands",
    Permission.UNATTENDED: "they do everything without asking: for a machine or container that may be lost",
}


def permissions(where: str = "in this rig") -> Permission:
    """How freely agents may work; the careful level when nothing is typed."""
    tell(f"How freely may agents work {where}?")
    for level, meaning in LEVELS.items():
        tell(f"  {level:<11} {meaning}")
    while True:
        said = _ask(f"{' / '.join(LEVELS)} [{Permission.ASK}]: ") or Permission.ASK.value
        if said in LEVELS:
            return Permission(said)


def trust(undone_by: str = "gt rig remove") -> bool:
    """Whether Claude Code may be told to trust the folder; no when nothing is typed."""
    tell("Claude Code asks in every new folder whether you trust it; agents cannot answer that.")
    tell(f"One entry in its own configuration (~/.claude.json) answers it; {undone_by} takes it out again.")
    return _ask("add the entry? y / n [n]: ").lower() in ("y", "yes")


def gate(proposal: str) -> str | None:
    """The gate to use, from the proposal (may be empty) and what the person types; None: work lands untested."""
    tell("The gate is the command that must pass before anything lands.")
    if proposal:
        tell(f"The repository's files suggest: {harmless(proposal)}")
    while True:
        said = _ask(f"gate (a command, or none) [{harmless(proposal)}]: ") or proposal
        if said:
            return None if said == "none" else said


def _ask(question: str) -> str:
    """One answer. Raises Refused when the person has gone."""
    flush()
    sys.stderr.write(question)
    sys.stderr.flush()
    said = sys.stdin.readline()
    if not said:
        tell()
        raise Refused(
            "nothing was answered, so nothing was done", "gt rig add --help shows the options to give"
        )
    return said.strip()
