"""The one page: `gt status`."""

from gastown.cli import output
from gastown.cli.parameters import Json
from gastown.cli.place import here


def status(*, as_json: Json = False) -> None:
    """Show who works on what, what waits for you, the queues, and what to do next."""
    from gastown.cli.render_status import page
    from gastown.views.town_status import town_status

    town = town_status(here())
    output.show(town, page, as_json=as_json)
    output.next_steps(town.next)
