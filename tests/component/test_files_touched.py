"""Which beads touched a file: landed, queued and on hooks, told from what people push themselves."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.cli import app
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import polecat
from gastown.domain.landings import Landing, landed_by
from gastown.errors import Invalid
from gastown.ledger import agents, bead_writes
from gastown.ledger.bead_writes import NewBead
from gastown.views.files_touched import files_touched, place_of
from tests.component.merge_town import MergeTown
from tests.support import git


@pytest.fixture(params=[True, False], ids=["a bare remote", "a checkout"])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[MergeTown]:
    made = MergeTown(tmp_path, bare=bool(request.param))
    yield made
    made.close()


def on_hook(place: MergeTown, title: str, files: dict[str, str]) -> str:
    """Let a polecat commit these files and go on; gives the bead."""
    now, address = place.town.clock.now(), polecat("web", "Ash")
    branch = "polecat/Ash/work"
    with place.ledger.transaction() as ledger:
        agents.add(ledger, address, now)
        bead = bead_writes.insert(ledger, NewBead(title, rig="web", prefix="we"), by="overseer", now=now)
        agents.hook(ledger, str(address), bead)
        generation = agents.assign(ledger, bead, str(address), by="overseer", runtime=None, now=now)
        bead_writes.set_status(
            ledger, bead, BeadStatus.OPEN, BeadStatus.HOOKED, assignee=str(address), by="overseer", now=now
        )
        agents.set_branch(ledger, generation, branch, place.target())
    if files:
        place.commit(branch, title, files, base=place.target())
    return bead


def test_a_file_tells_who_landed_what_in_it_and_who_is_about_to(place: MergeTown) -> None:
    first = place.submit("Add four", {"users.py": "one\ntwo\nthree\nfour\n", "new.py": "x\n"})
    place.run()
    second = place.submit("Write a page", {"page.py": "x\n"})
    place.run()
    waits = place.submit("Add five", {"users.py": "one\ntwo\nthree\nfour\nfive\n"})
    hooked = on_hook(place, "Add six", {"users.py": "six\n"})
    page = files_touched(place.town, "web", "users.py")
    assert [(one.bead, one.state, one.request) for one in page.in_flight] == [
        (waits.bead, "queued", waits.id),
        (hooked, "hooked", None),
    ]
    assert [(one.bead, one.agent, one.request) for one in page.landed] == [
        (first.bead, first.agent, first.id)
    ]
    assert [commit.subject for commit in page.landed[0].commits] == ["Add four"]
    assert [commit.subject for commit in page.others] == ["Begin"]
    assert (page.target, page.cannot_see) == ("main", ())
    assert [one.bead for one in files_touched(place.town, "web", "page.py").landed] == [second.bead]
    assert [one.bead for one in files_touched(place.town, "web", ".").landed] == [second.bead, first.bead]
    nothing = files_touched(place.town, "web", "nowhere.py")
    assert (nothing.in_flight, nothing.landed, nothing.others) == ((), (), ())


def test_the_command_finds_the_rig_and_tells_what_it_cannot_see(
    place: MergeTown, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = place.submit("Add four", {"users.py": "one\ntwo\nthree\nfour\n"})
    place.run()
    bead = on_hook(place, "Never begun", {})
    monkeypatch.chdir(place.root)
    assert app.run("bd", ["bead", "files", "./users.py"]) == 0
    out, err = capsys.readouterr()
    landed, commit, begun = (line.split() for line in out.splitlines() if line.startswith("   "))
    assert (landed[0], landed[-1]) == (first.bead, "web/Toast0")
    assert commit[-3:] == ["Add", "four", first.agent]
    assert begun[-3] == "Begin"
    assert err.startswith(f"could not be read: the commits of {bead}: ")
    assert f"next:  bd show {first.bead}\n" in err
    assert app.run("bd", ["bead", "files", "users.py", "--json", "--rig", "web"]) == 0
    assert json.loads(capsys.readouterr().out)["landed"][0]["request"] == first.id
    assert app.run("bd", ["bead", "files", "none.py"]) == 0
    assert "no bead touched none.py in web" in capsys.readouterr().err


def test_what_people_push_between_landings_is_nobodys_bead(place: MergeTown) -> None:
    place.submit("Add four", {"users.py": "one\ntwo\nthree\nfour\n"})
    place.run()
    if place.bare:
        place.push_from_elsewhere({"users.py": "elsewhere\n"})
        place.repository.fetch()
    else:
        git("pull", "-q", str(place.repository.path), "refs/gastown/target/main", cwd=place.remote)
        (place.remote / "users.py").write_text("elsewhere\n")
        git("commit", "-qam", "From elsewhere", cwd=place.remote)
        place.repository.fetch()
    late = place.submit("Add more", {"more.py": "x\n"})
    place.run()
    page = files_touched(place.town, "web", "users.py")
    assert {commit.subject for commit in page.others} == {"From elsewhere", "Begin"}
    assert [one.title for one in page.landed] == ["Add four"]
    assert [one.bead for one in files_touched(place.town, "web", "more.py").landed] == [late.bead]


def test_a_branch_that_cannot_be_read_is_told(place: MergeTown) -> None:
    bead = on_hook(place, "Never begun", {})
    page = files_touched(place.town, "web", "users.py")
    assert len(page.cannot_see) == 1
    assert bead in page.cannot_see[0]


def test_what_there_was_no_more_time_for_is_told(place: MergeTown, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = place.submit("Add four", {"users.py": "one\ntwo\nthree\nfour\n"})
    monkeypatch.setattr("gastown.views.files_touched.PATIENCE", -1.0)
    assert files_touched(place.town, "web", "users.py").cannot_see == (
        f"the commits of {waits.bead}: there was no more time",
    )


def test_a_path_is_understood_wherever_one_stands(place: MergeTown) -> None:
    town, root = place.town, place.town.rig_places("web")
    worktree = root.polecat("Toast")
    (worktree / "src").mkdir(parents=True)
    assert place_of(town, "src/x.py", town.root) == (None, "src/x.py")
    assert place_of(town, "x.py", worktree / "src") == ("web", "src/x.py")
    assert place_of(town, "../y.py", worktree / "src") == ("web", "y.py")
    assert place_of(town, str(worktree / "src" / "x.py"), Path("/")) == ("web", "src/x.py")
    assert place_of(town, str(worktree), Path("/")) == ("web", ".")
    if not place.bare:
        assert place_of(town, "users.py", place.remote) == ("web", "users.py")
    for wrong in ("/etc/passwd", "../../x"):
        with pytest.raises(Invalid):
            place_of(town, wrong, Path("/"))


HISTORY = {"d": ["c", "x"], "c": ["b"], "b": ["a"], "x": ["a"], "a": []}


def test_a_commit_is_the_first_landings_that_leads_to_it() -> None:
    told = landed_by(HISTORY, [Landing("mr-1", "a", "b"), Landing("mr-2", "b", "d")])
    assert told == {"a": None, "b": "mr-1", "c": "mr-2", "d": "mr-2", "x": "mr-2"}
    assert landed_by(HISTORY, [Landing("mr-1", "c", "d")])["b"] is None
    assert landed_by(HISTORY, [Landing("mr-1", None, "gone")]) == {}


@given(st.lists(st.integers(1, 5), max_size=8))
def test_along_one_line_every_landing_has_its_own_stretch(lengths: list[int]) -> None:
    parents: dict[str, list[str]] = {"0": []}
    landings, right = list[Landing](), {"0": None}
    for number, length in enumerate(lengths):
        old = str(len(parents) - 1)
        for _ in range(length):
            parents[str(len(parents))] = [str(len(parents) - 1)]
        landings.append(Landing(f"mr-{number}", old, str(len(parents) - 1)))
    for landing in landings:
        stretch = range(int(landing.old or 0) + 1, int(landing.new) + 1)
        right |= {str(commit): landing.request for commit in stretch}  # type: ignore[misc]
    told = landed_by(parents, landings)
    assert told == right if landings else told == {}
