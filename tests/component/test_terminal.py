"""The contract of `Terminal`, over tmux and over the fake that other tests use for it."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.terminal import Session, Terminal
from gastown.errors import Busy, Invalid, NotFound, Refused, Unavailable
from tests.component.tmux_place import a_tmux_place
from tests.fakes import FakeTerminal
from tests.support import eventually


@dataclass
class Stage:
    """A terminal, and the hands that the outside world has on it."""

    terminal: Terminal
    cwd: Path
    crash: Callable[[Session], None]
    silence: Callable[[], AbstractContextManager[None]]
    impatient: Terminal
    """The same terminal, to be asked when it is silent."""
    visit: Callable[[Session, str], None]
    """A person attaches, types a text without Enter, and detaches."""

    def start(self, name: str = "we-Toast", incarnation: int | None = None) -> Session:
        """Start a session that mirrors what is typed into it."""
        env = {"PATH": os.environ["PATH"]}
        return self.terminal.start(
            name, ["cat"], cwd=self.cwd, env=env, options={"@gt_agent": name}, incarnation=incarnation
        )

    def respawn(self, session: Session, incarnation: int | None = None) -> Session:
        """Have the session mirror what is typed in a new process."""
        env = {"PATH": os.environ["PATH"]}
        return self.terminal.respawn(
            session,
            ["cat"],
            cwd=self.cwd,
            env=env,
            options={"@gt_agent": session.name},
            incarnation=incarnation,
        )

    def is_there(self, name: str) -> bool:
        match self.terminal.look([name])[name]:
            case Unknown(why):
                raise AssertionError(why)
            case seen:
                return isinstance(seen, Present)

    def shows(self, session: Session, text: str) -> str:
        return eventually(
            lambda: screen if text in (screen := self.terminal.capture(session, 50)) else "",
            within=10,
            what=f"{text!r} on the screen",
        )


@contextmanager
def fake_stage(tmp_path: Path) -> Generator[Stage]:
    fake = FakeTerminal()

    @contextmanager
    def silence() -> Generator[None]:
        fake.silent = "it is silent"
        yield
        fake.silent = ""

    def visit(session: Session, text: str) -> None:
        fake.change(session.name, attached=1)
        fake.live[session.name].screen.append(text)
        fake.change(session.name, attached=0)

    yield Stage(fake, tmp_path, lambda session: fake.crash(session.name), silence, fake, visit)


@contextmanager
def tmux_stage() -> Generator[Stage]:
    with a_tmux_place() as place:

        def crash(session: Session) -> None:
            os.kill(session.pane_pid, signal.SIGKILL)

        yield Stage(place.terminal, place.work, crash, place.frozen, place.impatient, place.visit)


@pytest.fixture(params=["fake", pytest.param("tmux", marks=pytest.mark.needs("tmux"))])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Stage]:
    with fake_stage(tmp_path) if cast("str", request.param) == "fake" else tmux_stage() as stage:
        yield stage


def test_before_the_first_start_all_is_absent(stage: Stage) -> None:
    assert stage.terminal.look(["we-Toast", "we-Ash"]) == {"we-Toast": Absent(), "we-Ash": Absent()}
    assert stage.terminal.sessions() == []


def test_a_started_session_is_seen_as_it_was_started(stage: Stage) -> None:
    started = stage.start(incarnation=17)
    assert (started.name, started.incarnation, started.attached) == ("we-Toast", 17, 0)
    seen = stage.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert (seen.value.id, seen.value.pane_pid, seen.value.incarnation) == (started.id, started.pane_pid, 17)
    assert [session.id for session in cast("list[Session]", stage.terminal.sessions())] == [started.id]


def test_a_session_without_an_agent_has_no_incarnation(stage: Stage) -> None:
    assert stage.start("hq-supervisor").incarnation is None


def test_a_name_is_not_mistaken_for_a_longer_one(stage: Stage) -> None:
    stage.start("we-Toast")
    assert not stage.is_there("we-To")
    short = stage.start("we-To")
    stage.terminal.set_options({"we-To": {"@gt_hook": "x"}}, {})
    stage.terminal.stop(short)
    assert stage.is_there("we-Toast")
    assert not stage.is_there("we-To")


def test_a_live_name_is_busy(stage: Stage) -> None:
    first = stage.start()
    with pytest.raises(Busy, match="we-Toast is already running"):
        stage.start()
    seen = stage.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert seen.value.id == first.id


def test_a_session_whose_process_has_ended_is_absent_and_its_name_free(stage: Stage) -> None:
    first = stage.start(incarnation=1)
    stage.crash(first)
    eventually(lambda: not stage.is_there("we-Toast"), within=10, what="it to be absent")
    assert stage.start(incarnation=2).id != first.id


def test_stopping_twice_is_no_error(stage: Stage) -> None:
    session = stage.start()
    stage.terminal.stop(session)
    assert not stage.is_there("we-Toast")
    stage.terminal.stop(session)


def test_stopping_a_session_leaves_its_successor_alone(stage: Stage) -> None:
    first = stage.start()
    stage.terminal.stop(first)
    second = stage.start()
    stage.terminal.stop(first)
    assert stage.is_there("we-Toast")
    stage.terminal.stop(second)
    assert not stage.is_there("we-Toast")


def test_a_session_goes_on_with_another_program_in_its_place(stage: Stage) -> None:
    first = stage.start(incarnation=1)
    stage.terminal.type_line(first, "what was said before")
    stage.shows(first, "what was said before")
    second = stage.respawn(first, incarnation=2)
    assert (second.name, second.id, second.pane) == (first.name, first.id, first.pane)
    assert second.pane_pid != first.pane_pid
    assert second.incarnation == 2
    seen = stage.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert (seen.value.pane_pid, seen.value.incarnation) == (second.pane_pid, 2)
    stage.terminal.type_line(second, "what is said now")
    assert "what was said before" in stage.shows(second, "what is said now")


def test_a_session_that_went_on_with_another_is_no_longer_the_one_that_was_seen(stage: Stage) -> None:
    first = stage.start(incarnation=1)
    second = stage.respawn(first, incarnation=2)
    stage.terminal.stop(first)
    assert stage.is_there("we-Toast")
    for late in (lambda: stage.respawn(first), lambda: stage.terminal.type_line(first, "hello")):
        with pytest.raises(NotFound, match="we-Toast has ended"):
            late()
    stage.terminal.stop(second)
    assert not stage.is_there("we-Toast")
    with pytest.raises(NotFound, match="we-Toast has ended"):
        stage.respawn(second)


def test_a_session_stays_as_it_is_when_what_is_to_take_its_place_cannot_be_started(stage: Stage) -> None:
    session = stage.start(incarnation=1)
    long = {"PATH": os.environ["PATH"], "LONG": "x" * 16_000}
    with pytest.raises(Refused, match="bytes"):
        stage.terminal.respawn(session, ["cat"], cwd=stage.cwd, env=long, options={})
    with pytest.raises(NotFound, match="there is no such folder"):
        stage.terminal.respawn(session, ["cat"], cwd=stage.cwd / "gone", env={}, options={})
    seen = stage.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert seen.value.pane_pid == session.pane_pid


def test_names_that_tmux_would_read_otherwise_are_invalid(stage: Stage) -> None:
    for name in ("", "we.Toast", "we:Toast", "we Toast", "=we", "$1", "we*", "we\n", "wé", "#{pid}"):
        with pytest.raises(Invalid):
            stage.start(name)
        with pytest.raises(Invalid):
            stage.terminal.set_options({name: {"@gt_hook": "x"}}, {})
        assert stage.terminal.look([name]) == {name: Absent()}


def test_a_command_that_is_too_large_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="bytes"):
        stage.terminal.start("we-Toast", ["echo", "x" * 16_000], cwd=stage.cwd, env={}, options={})
    with pytest.raises(Refused, match="bytes"):
        stage.terminal.start("we-Toast", ["echo"], cwd=stage.cwd, env={"LONG": "x" * 16_000}, options={})
    assert not stage.is_there("we-Toast")


def test_a_folder_that_is_gone_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound, match="there is no such folder"):
        stage.terminal.start("we-Toast", ["cat"], cwd=stage.cwd / "gone", env={}, options={})


def test_what_is_typed_arrives_and_can_be_captured(stage: Stage) -> None:
    session = stage.start()
    stage.terminal.type_line(session, "Read your mail; it's about $HOME \\ and #{pid};")
    assert "Read your mail; it's about $HOME \\ and #{pid};" in stage.shows(session, "mail").split("\n")


def test_a_capture_has_the_last_lines_and_no_blank_ones_after_them(stage: Stage) -> None:
    session = stage.start()
    for word in ("one", "two", "three"):
        stage.terminal.type_line(session, word)
    stage.shows(session, "three")
    assert stage.terminal.capture(session, 1) == "three"
    assert "two" in stage.terminal.capture(session, 3)
    assert stage.terminal.capture(session, 0) == ""


def test_keys_cannot_be_typed_as_text(stage: Stage) -> None:
    session = stage.start()
    for text in ("a\nb", "a\rb", "a\tb", "\x1b[A", "a\x03", "a\x9bb", "a\u2028b"):
        with pytest.raises(Refused, match="control characters"):
            stage.terminal.type_line(session, text)


def test_typing_into_a_session_that_has_ended_is_not_found(stage: Stage) -> None:
    session = stage.start()
    stage.terminal.stop(session)
    stage.start()
    with pytest.raises(NotFound, match="we-Toast has ended"):
        stage.terminal.type_line(session, "hello")
    with pytest.raises(NotFound, match="we-Toast has ended"):
        stage.terminal.capture(session, 10)


def test_what_a_person_has_left_in_the_input_box_is_not_typed_over(stage: Stage) -> None:
    session = stage.start()
    assert not session.ever_attached
    stage.terminal.type_line(session, "before", untouched=True)
    stage.shows(session, "before")
    stage.visit(session, "!rm -r precious-")
    screen = stage.shows(session, "precious-")
    with pytest.raises(Refused, match="a person has been in we-Toast"):
        stage.terminal.type_line(session, "hello", untouched=True)
    assert stage.terminal.capture(session, 50) == screen
    seen = stage.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert (seen.value.attached, seen.value.ever_attached) == (0, True)


def test_options_of_a_session_that_is_gone_are_passed_over(stage: Stage) -> None:
    stage.terminal.set_options({"we-Gone": {"@gt_hook": "x"}}, {"@gt_waiting": "1"})
    stage.start()
    stage.terminal.set_options(
        {"we-Gone": {"@gt_hook": "x"}, "we-Toast": {"@gt_hook": ""}}, {"@gt_waiting": ""}
    )
    stage.terminal.set_options({}, {})


def test_only_user_options_can_be_set(stage: Stage) -> None:
    stage.start()
    with pytest.raises(Invalid):
        stage.terminal.set_options({"we-Toast": {"default-command": "rm -r /"}}, {})


def test_a_person_attaches_to_a_session_by_its_exact_name(stage: Stage) -> None:
    with pytest.raises(NotFound, match="no session is running"):
        stage.terminal.attach_command(None)
    stage.start("we-Toast")
    assert "=we-Toast:" in stage.terminal.attach_command("we-Toast")
    assert "attach-session" in stage.terminal.attach_command(None)
    with pytest.raises(NotFound, match="we-To is not running"):
        stage.terminal.attach_command("we-To")


def test_closing_ends_all_and_again_is_no_error(stage: Stage) -> None:
    stage.start("we-Toast")
    stage.start("we-Ash")
    stage.terminal.close()
    assert stage.terminal.sessions() == []
    stage.terminal.close()
    assert stage.start("we-Toast").name == "we-Toast"


def test_thirty_sessions_are_seen_at_once(stage: Stage) -> None:
    names = [f"we-{number}" for number in range(30)]
    for number, name in enumerate(names):
        stage.start(name, incarnation=number)
    seen = stage.terminal.look(names)
    assert [each.value.incarnation for each in seen.values() if isinstance(each, Present)] == list(range(30))


def test_silence_is_unknown_and_never_absent(stage: Stage) -> None:
    session = stage.start()
    with stage.silence():
        seen = stage.impatient.look(["we-Toast", "we-Gone"])
        assert isinstance(seen["we-Toast"], Unknown)
        assert isinstance(seen["we-Gone"], Unknown)
        assert isinstance(stage.impatient.sessions(), Unknown)
    assert stage.is_there(session.name)


def test_nothing_can_be_done_in_silence_nor_is_done_later(stage: Stage) -> None:
    session = stage.start()
    env = {"PATH": os.environ["PATH"]}
    attempts: list[Callable[[Terminal], object]] = [
        lambda it: it.start("we-Ash", ["cat"], cwd=stage.cwd, env=env, options={}),
        lambda it: it.stop(session),
        lambda it: it.respawn(session, ["cat"], cwd=stage.cwd, env=env, options={}),
        lambda it: it.capture(session, 10),
        lambda it: it.type_line(session, "hello"),
        lambda it: it.set_options({"we-Toast": {"@gt_hook": "x"}}, {}),
    ]
    with stage.silence():
        for attempt in attempts:
            with pytest.raises(Unavailable):
                attempt(stage.impatient)
    assert [session.name for session in cast("list[Session]", stage.terminal.sessions())] == ["we-Toast"]
