"""`python -m gastown.scripted`: reads its arguments, makes sure that it may run here, and lives."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from gastown.scripted.agent import Agent
from gastown.scripted.body import Body
from gastown.scripted.callbacks import read_settings
from gastown.scripted.conversation import Conversation, check_known, check_new
from gastown.scripted.place import NotHere, Place, check_allowed
from gastown.scripted.watch import single_keys


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with 1, as Claude Code does for a flag that it does not know."""
        raise NotHere(message)


def main() -> int:
    """Run the agent; the exit status."""
    parser = _Parser(
        prog="gastown.scripted", description="An agent without a model: runs the steps of its bead."
    )
    parser.add_argument("--settings", metavar="FILE", type=Path, help="callbacks, in Claude Code's format")
    parser.add_argument("--session-id", metavar="UUID", default="", help="the id of the new conversation")
    parser.add_argument("--resume", metavar="UUID", default="", help="go on with a conversation")
    parser.add_argument("prompt", nargs="?", default="", metavar="PROMPT")
    try:
        asked = parser.parse_args()
        check_allowed(os.environ)
        place = Place(os.environ, Path.cwd())
        body = Body(place, os.environ, read_settings(asked.settings))
        if asked.resume:
            body.conversation = Conversation(place, check_known(place, asked.resume))
        elif asked.session_id:
            body.conversation = Conversation(place, check_new(place, asked.session_id))
    except NotHere as refusal:
        sys.stderr.write(f"scripted: {refusal}\n")
        return 1
    with single_keys(0):
        return Agent(body).live("resume" if asked.resume else "startup", asked.prompt)


if __name__ == "__main__":
    sys.exit(main())
