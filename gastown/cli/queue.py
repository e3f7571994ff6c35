"""The merge queues: `gt mq list`, `gt mq show`, `gt mq run`, `gt mq retry`, `gt mq reject`."""

import gc
from typing import Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

Request = Annotated[str, Argument("A merge request, or its bead.", metavar="REQUEST")]


def list_queue(
    rig: Annotated[str | None, Argument("Only of this rig (project).")] = None, *, as_json: Json = False
) -> None:
    """List what waits to land, what is tested now, and what became of the last hour's requests."""
    from gastown.cli.render_queue import queues
    from gastown.views.queue import merge_queue

    town = here()
    shown = merge_queue(town, rig)
    output.show(shown, lambda found: queues(found, town.clock.now()), as_json=as_json)
    held = [request.id for queue in shown for request in queue.live if request.state == "held"]
    if not shown and not as_json:
        output.tell("there are no rigs yet")
    output.next_steps(*[f"gt mq {word} {held[0]}" for word in ("show", "retry", "reject")] if held else [])


def show(what: Request, *, as_json: Json = False) -> None:
    """Show one merge request: its commit, every run of its gate, and what became of it."""
    from gastown.cli.render_queue import request
    from gastown.views.queue import merge_request

    town = here()
    page = merge_request(town, what)
    output.show(page, lambda found: request(found, town.clock.now()), as_json=as_json)
    held = page.request.state == "held"
    output.next_steps(*[f"gt mq {word} {page.request.id}" for word in ("retry", "reject")] if held else [])


def run(rig: Annotated[str, Argument("The rig.")]) -> None:
    """Work through a rig's queue until nothing can be done, as the supervisor has it done. One process a rig."""
    from gastown.operations.merge.run import run_queue

    gc.enable()  # this one lives long
    run_queue(here(), rig, say=_say_now)


def _say_now(line: str) -> None:
    """One line of what people follow in the rig's own session, with its time."""
    import time

    output.say(f"{time.strftime('%H:%M:%S')} {output.harmless(line)}")
    output.flush()


def retry(what: Request, *, up: Up = True, as_json: Json = False) -> None:
    """Put a held merge request back into the queue."""
    from gastown.operations.merge.retry import retry as try_again

    town = here()
    request = try_again(town, what, by=caller(town))
    output.show(request, lambda again: f"queued  {again.id} for {again.bead}", as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("gt mq list")


def reject(
    what: Request,
    *,
    because: Annotated[
        str, Option("Why, for whoever takes the work up again.", "-m", "--because", metavar="TEXT")
    ] = "",
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Send a merge request back: its bead is open again, and its commit is kept."""
    from gastown.operations.merge.reject import reject as send_back

    town = here()
    request = send_back(town, what, because=because, by=caller(town))
    output.show(request, lambda back: f"sent back  {back.id}; {back.bead} is open again", as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt sling {request.bead}")
