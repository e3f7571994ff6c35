"""`python -m gastown.scripted`: reads its arguments, makes sure that it may run here, and lives."""

import os
import sys
from collections.abc import Sequence
from getopt import GetoptError, getopt
from pathlib import Path
from typing import NamedTuple

from gastown.scripted.agent import Agent
from gastown.scripted.body import Body
from gastown.scripted.callbacks import read_settings
from gastown.scripted.conversation import Conversation, check_known, check_new
from gastown.scripted.place import NotHere, Place, check_allowed
from gastown.scripted.watch import single_keys

USAGE = 'usage: python -m gastown.scripted [--settings FILE] [--session-id UUID | --resume UUID] ["PROMPT"]'


class Asked(NamedTuple):
    settings: Path | None
    new: str
    resume: str
    prompt: str


def main(arguments: Sequence[str]) -> int:
    """Run the agent; the exit status. What it does not understand or may not do is 1, as with Claude Code."""
    if "--help" in arguments:
        sys.stdout.write(f"{USAGE}\nAn agent without a model: it carries out the shell steps of its bead.\n")
        return 0
    try:
        asked = understand(arguments)
        check_allowed(os.environ)
        place = Place(os.environ, Path.cwd())
        body = Body(place, os.environ, read_settings(asked.settings))
        if asked.resume:
            body.conversation = Conversation(place, check_known(place, asked.resume))
        elif asked.new:
            body.conversation = Conversation(place, check_new(place, asked.new))
        with single_keys(0):
            return Agent(body).live("resume" if asked.resume else "startup", asked.prompt)
    except (NotHere, OSError) as problem:
        sys.stderr.write(f"scripted: {problem}\n")
        return 1


def understand(arguments: Sequence[str]) -> Asked:
    """The command line. Raises NotHere when it makes no sense."""
    try:
        options, rest = getopt(list(arguments), "", ["settings=", "session-id=", "resume="])
    except GetoptError as problem:
        raise NotHere(f"{problem.msg}\n{USAGE}") from problem
    given = dict(options)
    if len(rest) > 1 or ("--session-id" in given and "--resume" in given):
        raise NotHere(f"one prompt, and one conversation\n{USAGE}")
    settings = given.get("--settings")
    return Asked(
        settings=Path(settings) if settings else None,
        new=given.get("--session-id", ""),
        resume=given.get("--resume", ""),
        prompt=rest[0] if rest else "",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
