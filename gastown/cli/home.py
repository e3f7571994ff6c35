"""`gt` alone: the town and the next step, or how to begin."""

import os

from gastown.cli import output
from gastown.cli.place import here

BEGINNING = """\
 Gas Town runs coding agents, each in its own tmux session and git worktree, and keeps main green.
 There is no town (a workspace) here yet. Three steps to the first piece of work:

   gt install ~/gt                               make a town
   cd ~/gt && gt rig add web URL_OR_PATH         add a project to it
   gt sling "What is to be done" web             put an agent to work
"""


def home() -> None:
    """Show the town; without one, what to do first."""
    from gastown.errors import NotFound

    try:
        town = here()
    except NotFound:
        if os.environ.get("GT_TOWN"):
            raise
        output.say(BEGINNING)
        output.next_steps("gt install ~/gt", "gt --help")
        return
    from gastown.cli.render_status import page
    from gastown.views.town_status import town_status

    shown = town_status(town)
    output.say(page(shown))
    output.next_steps(shown.next, "gt --help")
