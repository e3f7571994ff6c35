"""Sessions of every role begin: with work or without, in folders and worktrees, and in the place of others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.endings import HANDOFF
from gastown.domain.observed import Observed
from gastown.domain.permission import Permission
from gastown.domain.runtime import Features
from gastown.domain.terminal import Session
from gastown.errors import Refused, Unavailable
from gastown.ledger import agents, conversations, incarnations
from gastown.operations.sessions.beginning import GO_ON, READ_MAIL, first_words
from gastown.operations.sessions.branch_off import branch_off
from gastown.operations.sessions.choice import model_of, runtime_of
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.place import role_of
from gastown.operations.sessions.prime import prime
from gastown.operations.sessions.stop import stop
from gastown.operations.town.install import install
from gastown.settings import town as towns
from gastown.views.briefing import briefing
from tests.component.sessions_town import ANN, MAYOR, REFINERY, TOAST, WITNESS, SessionsTown, sessions_town
from tests.fakes import FakeTerminal
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def terminal() -> FakeTerminal:
    return FakeTerminal()


@pytest.fixture
def place(tmp_path: Path, terminal: FakeTerminal) -> Iterator[SessionsTown]:
    with sessions_town(tmp_path, terminal) as place:
        yield place


def ensured(place: SessionsTown, address: str) -> int:
    """Start a session, or find one; its incarnation."""
    found = ensure(place.town, address, because="a test")
    assert found is not None
    return found.incarnation


def live(place: SessionsTown, address: str) -> Session:
    session = place.session(address)
    assert session is not None
    return session


def words(terminal: FakeTerminal) -> str:
    """The first words of the last session that began; empty when there were none."""
    argv = terminal.history[-1].argv
    return argv[-1] if "--" in argv else ""


def branch(place: SessionsTown, address: str) -> str:
    return git("branch", "--show-current", cwd=place.town.places.home(address))


@pytest.mark.parametrize("address", [MAYOR, "deacon", WITNESS])
def test_an_agent_with_a_folder_begins_there(
    place: SessionsTown, terminal: FakeTerminal, address: str
) -> None:
    ensured(place, place.want(address))
    began = terminal.history[-1]
    assert began.cwd == place.root / address
    assert list(began.cwd.iterdir()) == []
    assert began.env["GT_ADDRESS"] == began.env["GIT_AUTHOR_NAME"] == address
    assert began.env["GT_ROLE"] == address.rpartition("/")[2]
    assert began.env["GIT_AUTHOR_EMAIL"] == place.town.settings.email
    assert began.session.name == ("we-witness" if address == WITNESS else f"hq-{address}")


def test_one_that_is_wanted_without_work_begins_without_a_word(
    place: SessionsTown, terminal: FakeTerminal
) -> None:
    ensured(place, place.want(MAYOR))
    newest = place.newest(MAYOR)
    assert words(terminal) == ""
    assert (newest.lasting, newest.generation, newest.bead) == (True, None, None)
    assert place.told("agent.starting")[-1]["bead"] is None


def test_one_with_work_is_told_to_begin_with_it(place: SessionsTown, terminal: FakeTerminal) -> None:
    bead = place.hook(WITNESS)
    ensured(place, WITNESS)
    newest = place.newest(WITNESS)
    assert "hook" in words(terminal)
    assert (newest.lasting, newest.bead) == (False, bead)


def test_nobody_begins_who_has_no_work_and_is_not_wanted(place: SessionsTown, terminal: FakeTerminal) -> None:
    place.make(WITNESS)
    assert ensure(place.town, WITNESS, because="a test") is None
    assert ensure(place.town, "web/crew/nobody", because="a test") is None
    assert terminal.history == []


def test_nobody_begins_who_is_paused(place: SessionsTown, terminal: FakeTerminal) -> None:
    place.hook(place.want(MAYOR))
    with place.ledger.transaction() as ledger:
        agents.pause(ledger, MAYOR, "on holiday")
    assert ensure(place.town, MAYOR, because="a test") is None
    assert terminal.history == []


def test_a_lasting_session_is_not_replaced_for_new_work(place: SessionsTown, terminal: FakeTerminal) -> None:
    first = ensured(place, place.want(MAYOR))
    place.hook(MAYOR)
    assert ensured(place, MAYOR) == first
    place.end_work(MAYOR)
    place.hook(MAYOR)
    assert ensured(place, MAYOR) == first
    assert len(terminal.history) == 1


def test_one_that_is_not_is_replaced_in_place(place: SessionsTown, terminal: FakeTerminal) -> None:
    place.hook(WITNESS)
    first = ensured(place, WITNESS)
    place.end_work(WITNESS)
    bead = place.hook(WITNESS)
    second = ensured(place, WITNESS)
    assert second > first
    assert place.newest(WITNESS).bead == bead
    assert "/bin/sh" in terminal.history[-2].argv
    assert "GT_CREDENTIAL" not in terminal.history[-2].env
    assert [known.session.incarnation for known in terminal.live.values()] == [second]


def test_what_was_put_off_begins_with_any_start(place: SessionsTown) -> None:
    place.hook(WITNESS, deferred=True)
    assert ensure(place.town, WITNESS, because="a test") is None
    ensured(place, place.want(WITNESS))
    work = agents.open_assignment(place.ledger, WITNESS)
    assert work is not None
    assert not work.deferred
    assert place.newest(WITNESS).generation == work.generation


def test_a_wished_handoff_replaces_a_lasting_session_afresh(
    place: SessionsTown, terminal: FakeTerminal
) -> None:
    first = ensured(place, place.want(MAYOR))
    with place.ledger.transaction() as ledger:
        incarnations.wish_handoff(ledger, first, by=MAYOR, now=place.town.clock.now())
    second = ensured(place, MAYOR)
    old, new = incarnations.get(place.ledger, first), place.newest(MAYOR)
    assert old is not None
    assert (old.why, new.id, new.resumed, new.lasting) == (HANDOFF, second, False, True)
    assert old.conversation != new.conversation
    assert words(terminal) != ""
    assert ensured(place, MAYOR) == second


def test_a_talk_that_was_cut_off_goes_on(place: SessionsTown, terminal: FakeTerminal, tmp_path: Path) -> None:
    transcript = tmp_path / "transcript"
    transcript.write_text("hello\n")
    ensured(place, place.want(MAYOR))
    newest = place.newest(MAYOR)
    with place.ledger.transaction() as ledger:
        conversations.add(
            ledger, "c-after-clear", newest, runtime="scripted", transcript=str(transcript), now=place.town.clock.now()
        )  # fmt: skip
        incarnations.primed(ledger, newest.id, place.town.clock.now())
        incarnations.end(ledger, newest.id, "the session ended", place.town.clock.now())
    terminal.crash("hq-mayor")
    ensured(place, MAYOR)
    again = place.newest(MAYOR)
    assert (again.resumed, again.conversation, again.runtime) == (True, "c-after-clear", "scripted")
    assert "--resume" in terminal.history[-1].argv
    assert words(terminal) == ""
    told = place.told("agent.starting")[-1]
    assert (told["resumed"], told["conversation"]) == (True, "c-after-clear")
    assert "cut off" in str(told["conversation_because"])
    terminal.crash("hq-mayor")
    ensured(place, MAYOR)
    assert not place.newest(MAYOR).resumed, "it was never told anything, so it did not take it up"


def test_work_that_was_cut_off_goes_on_with_a_word(
    place: SessionsTown, terminal: FakeTerminal, tmp_path: Path
) -> None:
    transcript = tmp_path / "transcript"
    transcript.write_text("hello\n")
    place.hook(ANN)
    ensured(place, ANN)
    newest = place.newest(ANN)
    with place.ledger.transaction() as ledger:
        conversations.add(
            ledger, newest.conversation, newest, runtime="scripted", transcript=str(transcript),
            now=place.town.clock.now(),
        )  # fmt: skip
    terminal.crash("we-crew-ann")
    ensured(place, ANN)
    assert words(terminal) == GO_ON


def test_a_polecat_begins_afresh_after_a_crash(place: SessionsTown, terminal: FakeTerminal) -> None:
    place.hook(TOAST)
    ensured(place, TOAST)
    terminal.crash("we-Toast")
    ensured(place, TOAST)
    assert not place.newest(TOAST).resumed
    assert terminal.history[-1].cwd == place.root / TOAST


def test_a_crew_members_worktree_is_made_on_a_branch_of_its_own_and_then_left_alone(
    place: SessionsTown,
) -> None:
    ensured(place, place.want(ANN))
    home = place.town.places.home(ANN)
    assert branch(place, ANN) == "crew-ann/home"
    git("checkout", "-q", "-b", "mine", cwd=home)
    (home / "README").write_text("changed\n")
    (home / "new").write_text("new\n")
    place.town.terminal.stop(live(place, ANN))
    ensured(place, ANN)
    assert branch(place, ANN) == "mine"
    assert (home / "README").read_text() == "changed\n"
    assert (home / "new").read_text() == "new\n"


def test_a_stop_leaves_a_crew_members_worktree_as_it_is_and_lets_go_of_a_polecats(
    place: SessionsTown,
) -> None:
    for address, left_on in ((ANN, "crew-ann/{}"), (TOAST, "")):
        bead = place.hook(address)
        ensured(place, address)
        home = place.town.places.home(address)
        (home / "half").write_text("half\n")
        place.end_work(address)
        assert stop(place.town, address, live(place, address), because="a test")
        assert branch(place, address) == left_on.format(bead)
        assert (home / "half").read_text() == "half\n"
    assert [told["subject"] for told in place.told("custody.secured")] == [TOAST]


def test_work_for_a_crew_member_with_unsaved_files_is_done_where_they_are(place: SessionsTown) -> None:
    ensured(place, place.want(ANN))
    home = place.town.places.home(ANN)
    (home / "README").write_text("my own\n")
    place.town.terminal.stop(live(place, ANN))
    place.hook(ANN)
    ensured(place, ANN)
    assert branch(place, ANN) == "crew-ann/home"
    assert (home / "README").read_text() == "my own\n"
    assert place.told("custody.secured") == []


def test_the_refinery_stands_at_the_target_on_no_branch(place: SessionsTown) -> None:
    ensured(place, place.want(REFINERY))
    home = place.town.places.home(REFINERY)
    assert branch(place, REFINERY) == ""
    assert git("rev-parse", "HEAD", cwd=home) == place.town.repository("web").target("main")
    bead = place.hook(REFINERY)
    place.town.terminal.stop(live(place, REFINERY))
    ensured(place, REFINERY)
    assert branch(place, REFINERY) == f"refinery/{bead}"


def test_a_folder_where_a_file_lies_is_told_and_counts(place: SessionsTown) -> None:
    (place.root / "mayor").write_text("not a folder\n")
    with pytest.raises(Unavailable):
        ensure(place.town, place.want(MAYOR), because="a test")
    assert place.newest(MAYOR).ended_at is not None
    assert place.newest(MAYOR).lasting


def test_a_failure_before_anything_was_touched_leaves_what_runs(
    place: SessionsTown, terminal: FakeTerminal
) -> None:
    first = ensured(place, place.want(MAYOR))
    with place.ledger.transaction() as ledger:
        incarnations.wish_handoff(ledger, first, by="overseer", now=place.town.clock.now())
        agents.set_runtime(ledger, MAYOR, "nobody-knows-it")
    with pytest.raises(Exception, match="nobody-knows-it"):
        ensure(place.town, MAYOR, because="a test")
    assert [known.session.incarnation for known in terminal.live.values()] == [first]
    assert place.newest(MAYOR).id == first


def test_a_failure_after_that_leaves_no_session_half_made(
    place: SessionsTown, terminal: FakeTerminal
) -> None:
    place.hook(WITNESS)
    first = ensured(place, WITNESS)
    place.end_work(WITNESS)
    place.hook(WITNESS)
    home = place.town.places.home(WITNESS)
    home.rmdir()
    home.write_text("not a folder\n")
    with pytest.raises(Unavailable):
        ensure(place.town, WITNESS, because="a test")
    assert terminal.sessions() == []
    newest = place.newest(WITNESS)
    assert newest.id > first
    assert newest.ended_at is not None


@pytest.mark.parametrize(
    "layers, expected",
    [
        pytest.param((), "scripted", id="the town's"),
        pytest.param(("rig",), "of-rig", id="the rig's"),
        pytest.param(("rig", "role"), "of-role", id="the role's"),
        pytest.param(("rig", "role", "agent"), "of-agent", id="the agent's"),
    ],
)
def test_the_nearest_word_chooses_the_agent_cli(
    place: SessionsTown, layers: tuple[str, ...], expected: str
) -> None:
    place.make(WITNESS)
    if "rig" in layers:
        file = place.root / "web" / "rig.toml"
        said = file.read_text().replace("[agents]\n", '[agents]\nruntime = "of-rig"\nmodel = "m-rig"\n')
        file.write_text(said)
    if "role" in layers:
        (place.root / "roles").mkdir()
        (place.root / "roles" / "witness.toml").write_text('runtime = "of-role"\nmodel = "m-role"\n')
    if "agent" in layers:
        with place.ledger.transaction() as ledger:
            agents.set_runtime(ledger, WITNESS, "of-agent")
    assert runtime_of(place.town, WITNESS, None) == expected
    models = {"scripted": "", "of-rig": "m-rig", "of-role": "m-role", "of-agent": "m-role"}
    assert model_of(place.town, WITNESS, None) == models[expected]


def test_the_town_says_how_freely_agents_with_a_folder_work(place: SessionsTown) -> None:
    settings = replace(place.town.settings, permissions=Permission.EDITS, trust=True)
    (place.root / towns.FILE_NAME).write_text(towns.written(settings))
    assert place.town.settings == settings
    with pytest.raises(Refused, match="town already"):
        install(place.root, trust=True)


def test_a_terminal_that_does_not_answer_is_no_start_and_changes_nothing(
    place: SessionsTown, terminal: FakeTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ensured(place, place.want(MAYOR))
    with place.ledger.transaction() as ledger:
        incarnations.wish_handoff(ledger, first, by="overseer", now=place.town.clock.now())
    looked = terminal.look(["hq-mayor"])

    def look(_: Sequence[str]) -> Mapping[str, Observed[Session]]:
        return looked

    monkeypatch.setattr(terminal, "look", look)
    terminal.silent = "tmux sleeps"
    with pytest.raises(Unavailable, match="tmux sleeps"):
        ensure(place.town, MAYOR, because="a test")
    terminal.silent = ""
    assert place.newest(MAYOR).id == first
    assert place.newest(MAYOR).ended_at is None


def primed(place: SessionsTown, address: str) -> None:
    """Let the agent's session read its hook."""
    newest = place.newest(address)
    by = Caller(address, newest.id, newest.generation)
    prime(place.town, lambda: briefing(place.town, address), by=by, callback_input=None, say=lambda _: None)


@pytest.mark.parametrize("address, name", [(ANN, "crew-ann"), (REFINERY, "refinery")])
def test_work_that_is_taken_up_gets_a_branch_of_its_own(place: SessionsTown, address: str, name: str) -> None:
    ensured(place, place.want(address))
    primed(place, address)
    bead = place.hook(address)
    primed(place, address)
    assert branch(place, address) == f"{name}/{bead}"
    work = agents.open_assignment(place.ledger, address)
    assert work is not None
    assert (work.branch, place.newest(address).bead) == (f"{name}/{bead}", bead)
    (place.town.places.home(address) / "half").write_text("half\n")
    primed(place, address)
    place.town.terminal.stop(live(place, address))
    ensured(place, address)
    assert branch(place, address) == f"{name}/{bead}"
    assert (place.town.places.home(address) / "half").exists()
    assert place.told("custody.secured") == []


def test_work_is_taken_up_where_it_stands_if_something_there_is_not_committed(place: SessionsTown) -> None:
    ensured(place, place.want(ANN))
    (place.town.places.home(ANN) / "README").write_text("my own\n")
    place.hook(ANN)
    primed(place, ANN)
    assert branch(place, ANN) == "crew-ann/home"
    assert (place.town.places.home(ANN) / "README").read_text() == "my own\n"
    work = agents.open_assignment(place.ledger, ANN)
    assert work is not None
    assert (work.branch, place.newest(ANN).generation) == (None, work.generation)


def test_an_older_session_switches_nothing(place: SessionsTown) -> None:
    ensured(place, place.want(ANN))
    newest = place.newest(ANN)
    place.town.terminal.stop(live(place, ANN))
    ensured(place, ANN)
    place.hook(ANN)
    assert not branch_off(place.town, Caller(ANN, newest.id, newest.generation, is_current=False))
    assert not branch_off(place.town, HUMAN)
    assert branch(place, ANN) == "crew-ann/home"


@pytest.mark.parametrize(
    "has_work, has_mail, resumed, goes_on, told",
    [
        pytest.param(False, False, False, False, "", id="nothing to do"),
        pytest.param(True, False, False, False, "first", id="work"),
        pytest.param(False, True, False, False, "first", id="mail"),
        pytest.param(False, False, False, True, "first", id="its predecessor's note"),
        pytest.param(True, True, True, False, GO_ON, id="resumed with work"),
        pytest.param(False, True, True, False, READ_MAIL, id="resumed with mail alone"),
        pytest.param(False, False, True, False, "", id="resumed with nothing to do"),
    ],
)
def test_nobody_is_told_of_work_that_is_not_there(
    place: SessionsTown, told: str, *, has_work: bool, has_mail: bool, resumed: bool, goes_on: bool
) -> None:
    role = replace(role_of(place.town, MAYOR), first_words="first")
    features = Features(primes=True)
    words = first_words(
        role, features, has_work=has_work, has_mail=has_mail, resumed=resumed, goes_on=goes_on
    )
    assert words == told
