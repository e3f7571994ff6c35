"""What a person does with agents, with real sessions: goes to the mayor, calls all up, adds crew, nukes, stops."""

import sys
from pathlib import Path

import pytest

from gastown.world.processes import marked
from tests.component.test_cli_process import Screen
from tests.e2e.stage import Stage
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(240)]


def sessions(stage: Stage) -> dict[str, bool]:
    """Whose sessions there are, and whether each runs."""
    return {line["agent"]: line["runs"] for line in stage.json("session", "list") if line["agent"]}


def test_gt_mayor_starts_the_mayor_and_leads_to_it_and_it_is_the_same_the_next_time(stage: Stage) -> None:
    stage.gt("down", "--agents")
    program = str(Path(sys.executable).parent / "gt")
    screen = Screen([program, "mayor"], cwd=stage.root, env={"TERM": "xterm"})
    screen.sees("the mayor comes")
    eventually(lambda: sessions(stage).get("mayor"), within=30, what="the mayor's session")
    eventually(
        lambda: any(line["attached"] for line in stage.json("session", "list") if line["agent"] == "mayor"),
        within=30,
        what="the person to be there",
    )
    (mayor,) = [line for line in stage.json("session", "list") if line["agent"] == "mayor"]
    told = stage.json("mayor")
    assert (told["runs"], told["session"]) == (True, "hq-mayor")
    (again,) = [line for line in stage.json("session", "list") if line["agent"] == "mayor"]
    assert again["incarnation"] == mayor["incarnation"]
    stage.gt("session", "stop", "mayor")
    assert screen.end() == 0


def test_all_permanent_agents_are_called_up_and_one_is_stopped_for_good(stage: Stage) -> None:
    called = {one["agent"]: one["why_not"] for one in stage.json("up", "--all")["agents"]}
    assert called == dict.fromkeys(["deacon", "mayor", "web/refinery", "web/witness"], "")
    eventually(
        lambda: all(sessions(stage).get(agent) for agent in called), within=60, what="all of them to be there"
    )
    stage.gt("session", "stop", "web/witness")
    assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": "web/witness"}) == ()
    assert "web/witness" not in sessions(stage)


def test_crew_works_where_a_person_does_and_goes_with_its_folder_moved_aside(stage: Stage) -> None:
    added = stage.json("crew", "add", "ann", "--rig", "web", "--start")
    eventually(lambda: sessions(stage).get("web/crew/ann"), within=30, what="Ann's session")
    bead = stage.file("Say hello", "echo hello > hello.txt", "git add hello.txt", "git commit -qm Hello")
    slung = stage.json("sling", bead, "ann")
    assert slung["agent"] == "web/crew/ann"
    eventually((Path(added["folder"]) / "hello.txt").exists, within=60, what="the work in Ann's worktree")
    gone = stage.json("crew", "remove", "ann", "--force")
    assert not Path(added["folder"]).exists()
    assert any(Path(kept, "hello.txt").exists() for kept in gone["kept"] if kept.startswith("/"))
    assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": "web/crew/ann"}) == ()


def test_a_polecat_in_the_middle_of_its_work_is_nuked_and_another_takes_the_work(stage: Stage) -> None:
    bead = stage.file("Take long", "echo begun > begun.txt; sleep 600")
    agent = stage.json("sling", bead)["agent"]
    folder = stage.root / agent
    eventually((folder / "begun.txt").exists, within=60, what="the work to have begun")
    (gone,) = stage.json("polecat", "nuke", agent)
    assert (gone["bead"], folder.exists(), len(gone["kept"])) == (bead, False, 1)
    assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": agent}) == ()
    assert stage.json("sling", bead, "web")["agent"] != agent
    record = stage.json("agents", "show", agent)
    assert (record["agent"]["state"], record["totals"]["taken_back"]) == ("removed", 1)
