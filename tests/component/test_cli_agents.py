"""Agents on the command line: what is printed where, in words and as JSON, and what is refused."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.cli import exits
from gastown.domain.runtime import Usage
from gastown.ledger import agents, conversations, incarnations
from gastown.town import Town
from tests.component.git_rig import a_rig, commit
from tests.towns import HUMAN, a_town, put_to_work, start
from tests.unit.test_cli_in_town import Run

pytestmark = pytest.mark.needs("tmux", "git")

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with two rigs, of which web has a repository; we are in web's folder."""
    with closing(a_town(tmp_path, ("web", "api"))) as made:
        a_rig(made.root)
        monkeypatch.chdir(made.root / "web")
        yield made


@pytest.fixture
def run(town: Town, capsys: pytest.CaptureFixture[str]) -> Run:
    del town
    return Run(capsys)


def test_a_person_is_the_overseer_and_an_agent_is_who_its_credential_says(
    run: Run, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("whoami") == "overseer: you, the human (Ann Example); you may do everything\n"
    assert run.json("whoami")["may"] is None
    monkeypatch.setenv("GT_CREDENTIAL", put_to_work(town))
    who = run.json("whoami")
    assert (who["address"], who["role"], who["generation"], who["is_current"]) == (TOAST, "polecat", 1, True)
    assert "done" in who["may"]
    assert "nuke" not in who["may"]
    assert run("whoami").splitlines()[4].split() == ["hook", who["hook"], "Mend", "the", "door"]


def test_all_roles_are_listed_with_what_they_do(run: Run, town: Town) -> None:
    assert "mayor" in run("agents") or run.err.startswith("there are no agents yet")
    put_to_work(town)
    run("crew", "add", "ann")
    run("sling", "Plan the week", "mayor", "--no-up")
    out = run("agents")
    assert [line for line in out.splitlines() if line and not line.startswith("   ")][:2] == [" town", " web"]
    assert {"mayor", "Toast", "ann"} <= set(out.split())
    assert out.splitlines()[-1].startswith(" not needed yet: boot, deacon, api/refinery, api/witness, ")
    assert {line["address"]: line["role"] for line in run.json("agents")}["web/crew/ann"] == "crew"
    assert [line["address"] for line in run.json("agents", "--role", "polecat")] == [TOAST]
    assert [line["address"] for line in run.json("polecat", "list", "--rig", "web")] == [TOAST]
    assert run.json("polecat", "list", "--rig", "api") == []
    run("agents", "--rig", "nope", expect=exits.NOT_POSSIBLE)


def test_the_lists_fit_eighty_columns(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from gastown.cli import output

    run("crew", "add", "a-crew-member-with-a-long-name")
    run("sling", "A title that goes on and on, far beyond what a line holds", "web", "--no-up")
    monkeypatch.setattr(output, "width", lambda: 80)
    for module in ("tables", "render_agents"):
        monkeypatch.setattr(f"gastown.cli.{module}.width", lambda: 80)
    for words in (["agents"], ["polecat", "list"], ["crew", "list"], ["agents", "show", "Toast"]):
        lines = [line for line in run(*words).splitlines() if "   folder  " not in line]
        assert max(map(len, lines)) <= 80, words
    assert town.root.exists()


def test_a_record_tells_what_became_of_the_work_and_what_it_took(run: Run, town: Town) -> None:
    put_to_work(town)
    first = incarnations.newest(town.ledger, TOAST)
    assert first is not None
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        conversations.add(ledger, "c-1", first, runtime="claude", transcript=None, now=now)
        conversations.add(ledger, "c-2", first, runtime="claude", transcript=None, now=now)
        incarnations.end(ledger, first.id, "handoff", now)
    with town.ledger.transaction() as ledger:
        over = next(one for one in conversations.ended(ledger, now) if one.conversation.id == "c-1")
        assert conversations.archive(ledger, over, "archive/c-1", Usage(12_345, 678, 1.5), now)
    start(town)
    record = run.json("agents", "show", "Toast")
    totals = record["totals"]
    assert (totals["assignments"], totals["open"], totals["sessions"], totals["handed_off"]) == (1, 1, 2, 1)
    assert (totals["input_tokens"], totals["output_tokens"], totals["cost_usd"]) == (12_345, 678, 1.5)
    assert (totals["conversations"], totals["untold"]) == (2, 1)
    assert record["assignments"][0]["outcome"] == "on the hook"
    out = run("agents", "show", "web/Toast")
    assert out.startswith(" web/Toast   polecat of web · ")
    assert "2 conversations · 12k tokens in, 678 out · $1.50 · 1 of them unknown" in out
    run("unsling", "Toast", "--no-up")
    assert "1 assignment · 1 taken back" in run("agents", "show", "Toast")


def test_without_conversations_the_cost_is_said_to_be_unknown(run: Run, town: Town) -> None:
    put_to_work(town)
    assert "no conversation was recorded: tokens and cost are unknown" in run("agents", "show", "Toast")
    assert run.json("agents", "show", "Toast")["totals"]["cost_usd"] is None


def test_crew_comes_and_goes(run: Run, town: Town) -> None:
    out = run("crew", "add", "ann", "--runtime", "scripted", "--no-up")
    assert out.startswith("added  web/crew/ann   (")
    assert ", branch crew-ann/home, runs scripted)" in out
    assert run.err.startswith('next:  gt session start web/ann    gt sling "…" web/ann    cd ')
    assert run("crew", "add", "web/ann", "--no-up").startswith("is crew already  web/crew/ann   (")
    folder = town.root / "web" / "crew" / "ann"
    (folder / "draft").write_text("mine\n")
    run("crew", "remove", "ann", "--no-up", expect=exits.NOT_POSSIBLE)
    assert run.err.splitlines()[0] == "gt: web/crew/ann has work that is not committed: 1 untracked (draft)"
    out = run("crew", "remove", "ann", "--force", "--no-up")
    assert out.splitlines()[0] == "gone  web/crew/ann"
    assert "  its commits stay on crew-ann/home" in out
    assert "  kept: refs/gastown/rescue/ann/" in out
    assert run.err == "undo:  gt undo web/crew/ann\n"
    assert run("crew", "remove", "ann", "--no-up").startswith("was gone before  web/crew/ann")
    assert run("crew", "list") == ""
    assert run.err.startswith("there is no crew yet")


def test_crew_that_is_started_is_wanted(run: Run, town: Town) -> None:
    run("crew", "add", "ann", "--start", "--no-up")
    ann = agents.get(town.ledger, "web/crew/ann")
    assert ann is not None
    assert ann.wanted_by == "overseer"
    assert run.err.startswith("next:  gt attach web/ann")


def test_polecats_are_nuked_and_come_back(run: Run, town: Town) -> None:
    bead = run.file("Mend the door")
    run("sling", bead, "Toast", "--no-up")
    out = run("polecat", "nuke", "Toast", "Nobody", "--no-up", expect=exits.NOT_POSSIBLE)
    assert out == f"gone  {TOAST}\n  {bead} is open again\n"
    assert f"undo:  gt undo {TOAST}" in run.err
    assert "there is no web/polecats/Nobody" in run.err
    assert run("polecat", "nuke", "Toast", "--no-up").startswith(f"was gone before  {TOAST}\n")
    assert run.json("polecat", "list") == []
    assert [line["state"] for line in run.json("polecat", "list", "--removed")] == ["removed"]
    run("sling", bead, "Toast", "--no-up")
    assert [line["address"] for line in run.json("polecat", "list")] == [TOAST]
    assert run.json("agents", "show", "Toast")["totals"]["assignments"] == 2
    assert town.root.exists()


def test_work_that_is_put_off_or_begun_anew_is_told_so(run: Run, town: Town) -> None:
    bead = run.file("Mend the door")
    out = run("sling", bead, "Toast", "--defer", "--no-up")
    assert "it is put off: it begins with the agent's next start" in out
    assert run.err.startswith("next:  gt session start Toast")
    assert run.json("sling", bead, "Toast", "--no-up")["already"] is False
    assert run("sling", bead, "Toast", "--no-up").startswith("slung before  ")
    out = run("sling", "--restart", bead, "Shadow", "--no-up")
    assert out.startswith(f'slung anew  {bead} "Mend the door" → web/polecats/Shadow')
    assert agents.open_assignment(town.ledger, TOAST) is None
    again = run.json("sling", "--restart", bead, "--no-up")
    assert (again["agent"], again["restarted"]) == ("web/polecats/Shadow", True)
    convoy = run.json("convoy", "create", "Doors", bead, "--no-up")["id"]
    run("sling", "--defer", convoy, "--no-up", expect=exits.NOT_POSSIBLE)
    assert f"{convoy} is a convoy: --defer is for one bead" in run.err


def test_agents_are_paused_with_a_reason_and_resumed(run: Run, town: Town) -> None:
    put_to_work(town)
    run("agent", "pause", "Toast", expect=exits.INVALID)
    out = run("agent", "pause", "Toast", "-m", "it asks too much")
    assert out == f"paused  {TOAST}: it asks too much\n"
    assert run("agent", "pause", "Toast", "-m", "it asks too much").startswith("paused before")
    assert "it asks too much" in run("agents", "show", "Toast")
    assert run("agent", "resume", "Toast", "--no-up").startswith(f"resumed  {TOAST}")
    assert run("agent", "resume", "Toast", "--no-up") == f"was not paused  {TOAST}\n"


def test_sessions_are_wanted_and_stopped(run: Run, town: Town) -> None:
    assert run("session", "list") == ""
    assert run.err.startswith("no session runs")
    assert run("session", "start", "witness", "--no-up") == "wanted  web/witness   (session we-witness)\n"
    assert [(line["agent"], line["runs"]) for line in run.json("session", "list")] == [("web/witness", False)]
    assert "missing" in run("session", "list")
    assert run("session", "stop", "web/witness") == (
        "stopped before  web/witness: no session ran\n"
        "  nothing is started for its mail until you start it again, or gt up does\n"
    )
    assert run.json("session", "list") == []
    run("session", "start", "crew/joe", "--no-up", expect=exits.NOT_POSSIBLE)
    assert "gt crew add joe --rig web" in run.err
    run("session", "start", "web", "--no-up", expect=exits.NOT_POSSIBLE)
    assert "web is a rig, not an agent" in run.err
    assert town.root.exists()


def test_without_a_terminal_the_mayor_is_only_started_and_the_way_to_it_told(run: Run, town: Town) -> None:
    out = run("mayor", "--no-up")
    assert out.startswith("the mayor is being started   (session hq-mayor; gt attach mayor")
    mayor = agents.get(town.ledger, "mayor")
    assert mayor is not None
    assert mayor.wanted_at is not None
    assert run.json("mayor", "--no-up")["runs"] is False
    run("attach", "mayor", expect=exits.NOT_POSSIBLE)
    assert "mayor has no session now" in run.err


def test_an_agent_may_not_do_what_its_role_does_not_say(
    run: Run, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sling", "Paint it", "Shadow", "--no-up")
    monkeypatch.setenv("GT_CREDENTIAL", put_to_work(town))
    for words in (
        ["sling", "Something for others", "web", "--no-up"],
        ["unsling", "Shadow", "--no-up"],
        ["polecat", "nuke", "Shadow", "--no-up"],
        ["crew", "add", "ann", "--no-up"],
        ["session", "stop", "Shadow"],
        ["agent", "pause", "Shadow", "-m", "no"],
        ["mayor", "--no-up"],
    ):
        run(*words, expect=exits.NOT_POSSIBLE)
        assert "a polecat may not " in run.err, words
    assert [row.removed_at for row in agents.all_agents(town.ledger)] == [None, None]
    assert HUMAN.is_human


def test_what_a_nuked_worktree_held_is_told_with_the_way_back(run: Run, town: Town) -> None:
    from gastown.domain.identity import parse_address
    from gastown.operations.sessions.ready import make_ready

    run("sling", "Mend the door", "Toast", "--no-up")
    place = make_ready(town, agents.open_assignment(town.ledger, TOAST), parse_address(TOAST))
    commit(place.folder, "door.txt", "mended")
    (place.folder / "notes").write_text("untracked\n")
    out = run("polecat", "nuke", "web/Toast", "--no-up").splitlines()
    assert out[2].startswith("  its commits stay on polecat/Toast/we-")
    assert out[3].startswith("  kept: refs/gastown/rescue/Toast/")
    assert out[4].startswith("  back by: git stash apply --index refs/gastown/rescue/Toast/")
