"""What the status lines say: options of each session, and of the server."""

from pathlib import Path

import pytest

from gastown.domain.merges import MergeState
from gastown.views.status_line import everywhere, session_options
from gastown.views.supervised import observe_agents
from tests.component.view_town import NOW, ViewTown


@pytest.fixture
def place(tmp_path: Path) -> ViewTown:
    return ViewTown(tmp_path)


def test_hostile_text_stays_on_its_line(place: ViewTown) -> None:
    bead = place.bead("Add `rm -rf /`\x1b[31m\n#[fg=red]" + "x" * 400)
    place.sling(bead)
    place.start()
    shown = session_options(place.town, observe_agents(place.town))["we-Toast"]["@gt_hook"]
    assert shown.startswith(f"{bead} Add `rm -rf /`")
    assert shown.isprintable()
    assert len(shown) == 120


def test_sessions_of_a_group_know_their_neighbours_round_and_round(tmp_path: Path) -> None:
    place = ViewTown(tmp_path, "web", "api")
    for name in ("Toast", "Ash"):
        place.sling(place.bead(f"Work of {name}"), name)
        place.start(name)
    options = session_options(place.town, observe_agents(place.town))
    assert {name: (o["@gt_next"], o["@gt_prev"]) for name, o in options.items()} == {
        "we-Ash": ("we-Toast", "we-queue"),
        "we-Toast": ("we-queue", "we-Ash"),
        "we-queue": ("we-Ash", "we-Toast"),
        "ap-queue": ("", ""),
        "hq-supervisor": ("", ""),
    }
    assert options["we-Toast"]["@gt_agent"] == "web/Toast"
    assert options["we-Toast"]["@gt_group"] == "web"


def test_the_status_line_counts_what_waits_and_says_who_looked_when(place: ViewTown) -> None:
    assert everywhere(place.town, (), NOW) == {"@gt_waiting": "", "@gt_beat": str(int(NOW.timestamp()))}
    place.sling(place.bead("Add pagination"))
    request = place.hand_over()
    assert session_options(place.town, ())["we-queue"]["@gt_queue"] == "1"
    place.move(request, MergeState.HELD, "no", held_for="x@y")
    assert everywhere(place.town, observe_agents(place.town), NOW)["@gt_waiting"] == "1"
    assert session_options(place.town, ())["we-queue"]["@gt_queue"] == "1 held"
