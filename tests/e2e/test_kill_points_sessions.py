"""kill -9 of whoever starts and stops sessions, at every step; then the next one does, and no older one is left."""

import subprocess

import pytest

from gastown.ledger import agents, incarnations
from gastown.operations.sessions.ensure import ensure
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.world.processes import environment, marked
from tests.e2e import deeds, proof
from tests.e2e.kill_points import Killer, Run, killed_everywhere, thaw, thawing, told
from tests.e2e.stage import Stage
from tests.support import eventually, git
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


def slung(stage: Stage, agent: str) -> str:
    """A new bead without steps, on the hook of `agent`, from which whatever was there was taken before."""
    town = Town(stage.root)
    if agents.open_assignment(town.ledger, agent) is not None:
        unsling(town, agent, by=HUMAN)
    bead = create(town, "Think", by=HUMAN, rig="web").id
    sling(town, bead, agent, by=HUMAN)
    town.close()
    return bead


def a_child_of_its_own(stage: Stage, agent: str) -> "subprocess.Popen[bytes]":
    """A process that an agent left in a session of its own: it survives the pane."""
    marks = {"GT_TOWN": str(stage.root), "GT_ADDRESS": agent}
    env = eventually(
        lambda: next((env for process in marked(marks) if (env := environment(process))), None),
        within=10,
        what="a process of the agent",
    )
    return subprocess.Popen(["sleep", "600"], env=dict(env), cwd="/", start_new_session=True)


def branches_of(stage: Stage, bead: str) -> list[str]:
    """The branches on which somebody works, or worked, on a bead."""
    listed = git(
        "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", cwd=stage.root / "web" / "repo.git"
    )
    return [branch for branch in listed.split() if bead in branch]


def test_a_killed_start_is_followed_by_one_session_of_the_newest_incarnation(
    killer: Killer, stage: Stage
) -> None:
    town, names, beads = Town(stage.root), list[str](), list[str]()
    children: list[subprocess.Popen[bytes]] = []

    def once(until: int) -> Run:
        names.append("web/polecats/Toast" if len(names) % 2 else f"web/polecats/Cat{len(names)}")
        if names.count(names[-1]) > 1:
            children.append(a_child_of_its_own(stage, names[-1]))
        beads.append(slung(stage, names[-1]))
        return killer.run(until, "tests.e2e.deeds:ensure", str(stage.root), names[-1], cwd=stage.root)

    for _, run in killed_everywhere(once, most=24):
        with told(run):
            proof.the_ledger_is_sound(stage.root)
            ensured = ensure(town, names[-1], because="the next one")
            assert ensured is not None
            session = deeds.live(town, names[-1])
            assert session is not None
            assert session.incarnation == ensured.incarnation
            assert branches_of(stage, beads[-1]) == [
                f"{names[-1].removeprefix('web/').replace('polecats', 'polecat')}/{beads[-1]}"
            ]
            proof.no_process_is_of_an_older_incarnation(stage.root)
            proof.nothing_is_half_made(stage.root)
            proof.no_commit_is_lost(stage.root)
            if names[-1] != "web/polecats/Toast":
                unsling(town, names[-1], by=HUMAN)
                deeds.stop(str(stage.root), names[-1])
    assert all(child.wait(5) < 0 for child in children)
    town.close()


def test_a_killed_stop_is_finished_by_the_next_look(killer: Killer, stage: Stage) -> None:
    town, agent, children = Town(stage.root), "web/polecats/Toast", list["subprocess.Popen[bytes]"]()

    def once(until: int) -> Run:
        slung(stage, agent)
        assert ensure(town, agent, because="a test") is not None
        children.append(a_child_of_its_own(stage, agent))
        (town.rig_places("web").polecat("Toast") / f"left{until}").write_text("behind\n")
        unsling(town, agent, by=HUMAN)
        return killer.run(until, "tests.e2e.deeds:stop", str(stage.root), agent, cwd=stage.root)

    for _, run in killed_everywhere(once, most=12):
        with told(run):
            deeds.look_after(stage.root, times=2)
            assert deeds.live(town, agent) is None
            assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": agent}) == ()
            assert proof.count(stage.root, "incarnations WHERE ended_at IS NULL") == 0
            proof.the_ledger_is_sound(stage.root)
            proof.nothing_is_half_made(stage.root)
    assert all(child.wait(5) < 0 for child in children)
    town.close()


GITS = (
    "fetch",
    "add --all",
    "commit-tree",
    "update-ref",
    "reset --quiet",
    "clean --quiet",
    "checkout --quiet",
)
"""What changes something when a dirty worktree is switched to other work."""


@pytest.mark.parametrize("verb", ["worktree add", *GITS])
def test_a_git_that_outlives_its_killed_starter_spoils_nothing(
    killer: Killer, stage: Stage, verb: str
) -> None:
    town, agent = Town(stage.root), "web/polecats/Toast"
    place = town.rig_places("web").polecat("Toast")
    if verb in GITS:
        slung(stage, agent)
        assert ensure(town, agent, because="a test") is not None
        (place / "README").write_text("of before\n")
        (place / "not tracked").write_text("of before\n")
    slung(stage, agent)
    words = ("tests.e2e.deeds:ensure", str(stage.root), agent)
    run = killer.run(f" {verb}", *words, cwd=stage.root, freezing=True)
    assert run.frozen, run.boundaries
    with told(run):
        with thawing(run, after=0.7):
            assert ensure(town, agent, because="the next one") is not None
            (place / "README").write_text("my own work\n")
            (place / "mine").write_text("my own work\n")
        assert (place / "README").read_text() == "my own work\n"
        assert (place / "mine").read_text() == "my own work\n"
        proof.nothing_is_half_made(stage.root)
        rescued = git(
            "for-each-ref",
            "--format=%(refname)",
            "refs/gastown/rescue",
            cwd=town.rig_places("web").repository,
        )
        texts = [
            git("show", f"{ref}:README", cwd=town.rig_places("web").repository) for ref in rescued.split()
        ]
        assert "of before" in texts or verb not in GITS
    town.close()


@pytest.mark.parametrize(
    "thawed",
    ["before the next look", "before the next start", "during the next start", "after the next start"],
)
def test_a_session_that_a_killed_starter_asked_for_late_is_not_left_beside_or_instead_of_the_next(
    killer: Killer, stage: Stage, thawed: str
) -> None:
    town, agent = Town(stage.root), "web/polecats/Toast"
    deeds.look_after(stage.root)  # shows the logs: from now on there is a tmux server
    slung(stage, agent)
    run = killer.run(
        "fed /usr/bin/tmux -u -N",
        "tests.e2e.deeds:ensure",
        str(stage.root),
        agent,
        cwd=stage.root,
        freezing=True,
    )
    assert run.frozen
    with told(run):
        if thawed == "before the next look":
            thaw_whole(run)
        deeds.look_after(stage.root)
        if thawed == "before the next start":
            thaw_whole(run)
        if thawed == "during the next start":
            words = ("tests.e2e.deeds:ensure", str(stage.root), agent)
            assert killer.run("settings.json", *words, cwd=stage.root).killed
            thaw_whole(run)
        deeds.look_after(stage.root)
        if thawed == "after the next start":
            thaw_whole(run)
        newest = eventually(
            lambda: the_newest_runs(stage, agent), within=30, what="a session of the newest start"
        )
        proof.no_process_is_of_an_older_incarnation(stage.root)
        assert thawed != "before the next look" or newest == 1
    town.close()


def the_newest_runs(stage: Stage, agent: str) -> int:
    """The incarnation of the session, once that is the newest and has not been given up; else 0."""
    deeds.look_after(stage.root)
    town = Town(stage.root)
    session, newest = deeds.live(town, agent), incarnations.newest(town.ledger, agent)
    town.close()
    if session is None or newest is None or newest.ended_at is not None or session.incarnation != newest.id:
        return 0
    return newest.id


def thaw_whole(run: Run) -> None:
    """Let it go on to its end."""
    eventually(lambda: not thaw(run), within=30, what="the program that was frozen to end")
