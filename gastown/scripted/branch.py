"""What of a bead's steps the branch already holds, and how a finished step gets onto it."""

import re
import shlex

from gastown.scripted.body import Body
from gastown.scripted.children import Finished
from gastown.scripted.steps import Bead

TRAILER = "Gastown-Step"
SEARCHED = 200
"""Commits, from HEAD."""

TITLE_ROOM = 60


def head(body: Body) -> str:
    """The commit that is checked out; empty where there is none."""
    found = body.ask(["git", "rev-parse", "--verify", "--quiet", "HEAD"])
    return found.out.strip() if found.status == 0 else ""


def steps_recorded(body: Body, bead: Bead) -> int:
    """How far the branch is: the highest step of this bead that a trailer records; 0 for none."""
    log = body.ask(["git", "log", f"-{SEARCHED}", f"--format=%(trailers:key={TRAILER},valueonly)"])
    numbers = re.findall(rf"^{re.escape(bead.id)} (\d+)/\d+$", log.out, re.MULTILINE)
    return max(map(int, numbers), default=0)


def is_changed(body: Body) -> bool:
    """Whether something is there to commit."""
    status = body.ask(["git", "status", "--porcelain"])
    return status.status == 0 and bool(status.out.strip())


def commit(body: Body, bead: Bead, step: int, steps: int) -> Finished:
    """Commit everything, as the agent's own deed."""
    title = bead.title if len(bead.title) <= TITLE_ROOM else bead.title[: TITLE_ROOM - 1] + "…"
    subject = f"{bead.id}: {title} (step {step}/{steps})"
    trailer = f"{TRAILER}: {bead.id} {step}/{steps}"
    return body.bash(f"git add -A && git commit -q -m {shlex.quote(subject)} -m {shlex.quote(trailer)}")
