"""kill -9 at every step of what people and agents type; then it is typed again, and everything lands, once."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from gastown.errors import NotFound
from gastown.operations.town.install import install
from gastown.operations.town.rig_add import add_rig
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.e2e import deeds, proof
from tests.e2e.deeds import Work, work
from tests.e2e.kill_points import Killer, Run, killed_everywhere, thaw, thawing, told
from tests.e2e.stage import Stage
from tests.support import eventually, git
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]


def told_of(stage: Stage, made: Work | str) -> list[str]:
    """The types of all events about a bead, in order."""
    bead = made if isinstance(made, str) else made.bead
    told = proof.rows(stage.root, "SELECT type FROM events WHERE subject = ? ORDER BY seq", bead)
    return [str(row[0]) for row in told]


def move_main(folder: Path, number: int) -> None:
    """Somebody who has nothing to do with the town pushes to its remote."""
    elsewhere = folder / "elsewhere"
    if not elsewhere.exists():
        git("clone", "-q", str(folder / "origin.git"), str(elsewhere), cwd=folder)
    git("pull", "-q", "--ff-only", cwd=elsewhere)
    deeds.commit(elsewhere, f"From elsewhere {number}", {f"elsewhere{number}": ""})
    git("push", "-q", cwd=elsewhere)


def is_wished(root: Path, made: Work) -> bool:
    """Whether `gt done` has begun."""
    query = "assignments WHERE generation = ? AND done_at IS NOT NULL AND ended_at IS NULL"
    return proof.count(root, query, str(made.generation)) == 1


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


def test_a_killed_install_is_finished_by_the_next(killer: Killer, folder: Path) -> None:
    seen: list[Path] = []

    def once(until: int) -> Run:
        seen.append(folder / f"town{len(seen)}")
        return killer.run(until, "gt", "install", str(seen[-1]), "--agent", "scripted", cwd=folder)

    for _, run in killed_everywhere(once, most=100):
        with told(run):
            install(seen[-1], agent="scripted")
            assert proof.count(seen[-1], "events WHERE type = 'town.installed'") == 1
            proof.the_ledger_is_sound(seen[-1])


def test_a_killed_rig_add_leaves_a_whole_rig_or_none(
    killer: Killer, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = folder / ".claude.json"
    theirs.write_text(before := '{"projects": {"/else": {"hasTrustDialogAccepted": true}}}')
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(folder))
    town, origin, names = Town(stage.root), str(folder / "origin.git"), list[str]()

    def once(until: int) -> Run:
        names.append(f"rig{len(names)}")
        words = ("rig", "add", names[-1], origin, "--gate", "./check", "--trust", "--no-up")
        return killer.run(until, "gt", *words, cwd=stage.root)

    for _, run in killed_everywhere(once, most=25):
        with told(run):
            assert set(town.rigs) <= {names[-1], "web"}
            if (lock := folder / ".claude.json.lock").exists():
                os.utime(lock, (0, 0))  # Claude Code's own lock counts for ten seconds
            if names[-1] not in town.rigs:
                add_rig(town, names[-1], origin, gate="./check", trust=True)
            proof.nothing_is_half_made(stage.root)
            remove_rig(town, names[-1])
            assert theirs.read_text() == before


def test_a_killed_rig_remove_is_finished_by_the_next_and_can_be_undone(
    killer: Killer, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = folder / ".claude.json"
    theirs.write_text(before := '{"projects": {}}')
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(folder))
    town, origin, names = Town(stage.root), str(folder / "origin.git"), list[str]()

    def once(until: int) -> Run:
        names.append(f"rig{len(names)}")
        add_rig(town, names[-1], origin, gate="./check", trust=True)
        bead = create(town, "Work", by=HUMAN, rig=names[-1]).id
        sling(town, bead, names[-1], by=HUMAN)
        return killer.run(until, "gt", "rig", "remove", names[-1], "--force", cwd=stage.root)

    for _, run in killed_everywhere(once, most=12):
        with told(run):
            if (lock := folder / ".claude.json.lock").exists():
                os.utime(lock, (0, 0))  # Claude Code's own lock counts for ten seconds
            with suppress(NotFound):
                remove_rig(town, names[-1], force=True)
            assert list(town.rigs) == ["web"]
            assert len(list(stage.root.glob(f".removed/{names[-1]}-*/rig.toml"))) == 1
            assert theirs.read_text() == before
            assert proof.count(stage.root, "beads WHERE type = 'task' AND status = 'open'") == len(names)
            proof.the_ledger_is_sound(stage.root)
            proof.nothing_is_half_made(stage.root)
    town.close()


@pytest.mark.parametrize("up", ["--no-up", "--up"])
def test_a_killed_sling_has_hooked_the_bead_or_not(
    killer: Killer, stage: Stage, folder: Path, up: str
) -> None:
    slung: list[str] = []

    def once(until: int) -> Run:
        stage.kill_supervisor()
        eventually(lambda: not stage.supervisor(), within=10, what="the supervisor to be gone")
        number = len(slung)
        slung.append(stage.file(f"Bead {number}", f"echo {number} > file{number}", words=("--no-up",)))
        return killer.run(until, "gt", "sling", slung[-1], "web", up, cwd=stage.root)

    for _, run in killed_everywhere(once, most=20 if up == "--no-up" else 8):
        with told(run):
            proof.the_ledger_is_sound(stage.root)
            if not told_of(stage, slung[-1]).count("bead.slung"):
                sling(Town(stage.root), slung[-1], "web", by=HUMAN)
            proof.the_ledger_is_sound(stage.root)
    stage.gt("up")
    stage.has_landed(*slung)
    stage.gt("down", "--agents")
    assert proof.landed(stage.root) == sorted(slung)
    assert proof.count(stage.root, "events WHERE type = 'bead.slung'") == len(slung)
    proof.at_rest(stage.root, folder / "origin.git")


def test_a_killed_sling_of_a_sentence_leaves_no_bead_that_is_not_slung(killer: Killer, stage: Stage) -> None:
    titles: list[str] = []

    def once(until: int) -> Run:
        titles.append(f"A sentence with number {len(titles)}")
        return killer.run(until, "gt", "sling", titles[-1], "web", "--no-up", cwd=stage.root)

    for _, run in killed_everywhere(once, most=100):
        with told(run):
            proof.the_ledger_is_sound(stage.root)
            assert proof.count(stage.root, "beads WHERE type = 'task' AND status = 'open'") == 0


@pytest.mark.parametrize("who", ["the agent", "the supervisor"])
def test_a_killed_done_is_finished_once(killer: Killer, stage: Stage, folder: Path, who: str) -> None:
    made: list[Work] = []

    def once(until: int) -> Run:
        made.append(work(stage.root, f"Work {len(made)}"))
        return killer.run(until, "gt", "done", "--no-up", cwd=made[-1].folder, env=made[-1].env)

    for _, run in killed_everywhere(once, most=20):
        with told(run):
            proof.the_ledger_is_sound(stage.root)
            if who == "the supervisor" and is_wished(stage.root, made[-1]):
                deeds.finish(str(stage.root), made[-1].agent, str(made[-1].generation))
            again = killer.run(0, "gt", "done", "--no-up", cwd=made[-1].folder, env=made[-1].env)
            assert again.status == 0, again.said
            submitted = [event for event in told_of(stage, made[-1]) if event == "bead.submitted"]
            assert submitted == ["bead.submitted"]
            proof.the_ledger_is_sound(stage.root)
    deeds.land(stage.root)
    for each in made:
        assert "bead.landed" in told_of(stage, each)
    proof.at_rest(stage.root, folder / "origin.git")


def test_an_agent_that_went_on_after_its_killed_done_hands_over_all_or_is_told_what_not(
    killer: Killer, stage: Stage, folder: Path
) -> None:
    made: list[Work] = []

    def once(until: int) -> Run:
        made.append(work(stage.root, f"Work {len(made)}"))
        return killer.run(until, "gt", "done", "--no-up", cwd=made[-1].folder, env=made[-1].env)

    for point, run in killed_everywhere(once, most=12):
        if not point:
            continue
        with told(run):
            deeds.commit(made[-1].folder, f"More of work {len(made) - 1}", {f"more{len(made)}": "more\n"})
            again = killer.run(0, "gt", "done", "--no-up", cwd=made[-1].folder, env=made[-1].env)
            assert again.status == 0, again.said
            assert told_of(stage, made[-1]).count("bead.submitted") == 1
    deeds.land(stage.root)
    for each in made:
        assert "bead.landed" in told_of(stage, each)
    proof.at_rest(stage.root, folder / "origin.git")


@pytest.mark.parametrize("gate", ["green", "red"])
def test_a_killed_queue_lands_once_and_sends_back_once(
    killer: Killer, stage: Stage, folder: Path, gate: str
) -> None:
    made: list[Work] = []

    def once(until: int) -> Run:
        number = len(made)
        script = {f"work{number}.sh": f"exit {int(gate == 'red')}\n"}
        made.append(work(stage.root, f"Work {number}", files=script))
        assert killer.run(0, "gt", "done", "--no-up", cwd=made[-1].folder, env=made[-1].env).status == 0
        if number % 2:
            move_main(folder, number)
        return killer.run(until, "gt", "mq", "run", "web", cwd=stage.root)

    for _, run in killed_everywhere(once, most=25):
        with told(run):
            deeds.land(stage.root)
            ended = "bead.landed" if gate == "green" else "merge.sent_back"
            queue = f"events WHERE type = '{ended}'"
            assert proof.count(stage.root, queue) == len(made)
            assert proof.gates_of(stage.root) == []
            proof.at_rest(stage.root, folder / "origin.git")
    commented = proof.rows(stage.root, "SELECT count(*) FROM comments GROUP BY bead")
    assert [times for (times,) in commented] == [1] * len(made) * (gate == "red")


QUEUES_GITS = ("fetch --prune", "worktree add", "cherry-pick", "push --porcelain")


@pytest.mark.parametrize("verb", QUEUES_GITS)
def test_a_git_that_outlives_its_killed_queue_lands_nothing_twice(
    killer: Killer, stage: Stage, folder: Path, verb: str
) -> None:
    made = work(stage.root, "Work")
    deeds.hand_in(stage.root, made)
    move_main(folder, 1)
    run = killer.run(f" {verb}", "gt", "mq", "run", "web", cwd=stage.root, freezing=True)
    assert run.frozen, run.boundaries
    with told(run), thawing(run, after=0.5):
        deeds.land(stage.root)
        assert proof.landed(stage.root) == [made.bead]
    with told(run):
        proof.at_rest(stage.root, folder / "origin.git")


@pytest.mark.parametrize("verb", ["update-ref", "push --porcelain"])
def test_a_git_that_outlives_its_killed_done_hands_over_once(
    killer: Killer, stage: Stage, folder: Path, verb: str
) -> None:
    made = work(stage.root, "Work")
    words = ("gt", "done", "--no-up")
    run = killer.run(f" {verb}", *words, cwd=made.folder, env=made.env, freezing=True)
    assert run.frozen, run.boundaries
    with told(run), thawing(run, after=0.5):
        assert killer.run(0, *words, cwd=made.folder, env=made.env).status == 0
        deeds.land(stage.root)
    with told(run):
        assert proof.landed(stage.root) == [made.bead]
        proof.at_rest(stage.root, folder / "origin.git")


def test_a_clone_that_outlives_its_killed_gt_rig_add_is_ended(
    killer: Killer, stage: Stage, folder: Path
) -> None:
    add = ("rig", "add", "api", str(folder / "origin.git"), "--gate", "./check", "--no-up")
    run = killer.run(" fetch --prune", "gt", *add, cwd=stage.root, freezing=True)
    assert run.frozen, run.boundaries
    with told(run):
        stage.gt(*add)
        assert not thaw(run)
        proof.nothing_is_half_made(stage.root)
