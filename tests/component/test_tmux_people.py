"""What people do in an agent's session: windows of their own, half a line, another name; none of it is in the way."""

import os
import signal
from collections.abc import Generator

import psutil
import pytest

from gastown.domain.observed import Absent, Present
from gastown.domain.terminal import Session
from gastown.errors import Busy, NotFound, Refused
from gastown.world.tmux import keys
from gastown.world.tmux.door import Door
from gastown.world.tmux.terminal import CONFIG, Tmux
from tests.component.tmux_place import ENV, PATIENCE, TmuxPlace, a_tmux_place
from tests.support import eventually

pytestmark = pytest.mark.needs("tmux")

IDENTITY = {
    "GT_ADDRESS": "web/polecats/Toast",
    "GT_INCARNATION": "7",
    "GT_CREDENTIAL": "5ecret",
    "GIT_AUTHOR_NAME": "web/polecats/Toast",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "ANTHROPIC_API_KEY": "5ecret",
    "CLAUDE_CODE_OAUTH_TOKEN": "5ecret",
}
SHARED = {**ENV, "GT_TOWN": "/town", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def place() -> Generator[TmuxPlace]:
    with a_tmux_place() as place:
        yield place


def environment_of(pid: int) -> dict[str, str]:
    return eventually(
        lambda: env if "TMUX_PANE" in (env := psutil.Process(pid).environ()) else {},
        within=PATIENCE,
        what="its environment",
    )


def open_window(place: TmuxPlace, session: Session) -> int:
    """A window of the person's own, as `prefix c` makes it; gives the pid of what runs in it."""
    made = place.tmux(
        "new-window", "-d", "-P", "-F", "#{pane_pid}", "-t", f"{session.id}:", "exec sleep 1000"
    )
    return int(made)


def watched(place: TmuxPlace, session: Session) -> None:
    place.watch(*place.attaching(session.name))
    eventually(lambda: place.attached(session) == "1", within=PATIENCE, what="the client")


def seen(place: TmuxPlace, name: str = "we-Toast") -> Session | None:
    match place.terminal.look([name])[name]:
        case Present(session):
            return session
        case other:
            assert other == Absent()
            return None


def names(place: TmuxPlace) -> list[str]:
    return sorted(place.tmux("list-sessions", "-F", "#{session_name}").split("\n"))


# --- windows of their own


def test_a_window_that_a_person_opens_has_nothing_of_the_agents_identity(place: TmuxPlace) -> None:
    session = place.start("we-Toast", env=SHARED | IDENTITY)
    env = environment_of(open_window(place, session))
    assert not env.keys() & IDENTITY.keys()
    assert {name: env[name] for name in SHARED} == SHARED
    split = place.tmux("split-window", "-d", "-P", "-F", "#{pane_pid}", "-t", session.pane, "exec sleep 1000")
    assert not environment_of(int(split)).keys() & IDENTITY.keys()
    assert environment_of(session.pane_pid).items() >= (SHARED | IDENTITY).items()


def test_stopping_an_agent_leaves_the_windows_of_a_person_who_is_there(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    watched(place, session)
    shell = open_window(place, session)
    place.terminal.stop(session)
    assert not psutil.pid_exists(session.pane_pid)
    assert psutil.pid_exists(shell)
    assert place.attached(session) == "1"
    assert seen(place) is None
    place.terminal.stop(session)
    assert psutil.pid_exists(shell)


def test_where_nobody_ever_was_all_that_an_agent_opened_ends_with_it(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    other = open_window(place, session)
    place.terminal.stop(session)
    assert not psutil.pid_exists(other)


def test_a_session_ends_with_its_agent_when_who_was_there_left_nothing_in_it(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.start("we-Ash")
    place.visit(session, "hello")
    place.terminal.stop(session)
    assert names(place) == ["we-Ash"]


def test_what_is_left_of_a_session_makes_way_for_the_next_one(place: TmuxPlace) -> None:
    shells: list[int] = []
    for number in (1, 2):
        session = place.start("we-Toast", gt_agent="web/Toast", gt_hook="we-x7k2m")
        watched(place, session)
        shells.append(open_window(place, session))
        os.kill(session.pane_pid, signal.SIGKILL)
        eventually(lambda: seen(place) is None, within=PATIENCE, what="it to be absent")
        again = place.start("we-Toast", gt_agent="web/Toast")
        assert all(map(psutil.pid_exists, shells))
        assert names(place) == ["we-Toast", *(f"we-Toast-left-{left + 1}" for left in range(number))]
        assert place.attached(session) == "1"
        found = seen(place)
        assert found is not None
        assert (found.id, found.ever_attached) == (again.id, False)
        assert place.tmux("show-options", "-t", f"{session.id}:").find("@gt_") == -1
        place.terminal.stop(again)
    assert seen(place, "we-Toast-left-1") is not None


# --- half a line


def test_who_switches_to_a_session_from_another_one_was_there_too(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    watched(place, place.start("we-Ash"))
    place.tmux("switch-client", "-t", "=we-Toast:")
    place.tmux("switch-client", "-t", "=we-Ash:")
    with pytest.raises(Refused, match="a person has been in we-Toast"):
        place.terminal.type_line(session, "hello", untouched=True)


def test_who_looks_through_a_session_of_their_own_was_there_too(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("new-session", "-d", "-t", "=we-Toast", "-s", "mine")
    found = seen(place)
    assert found is not None
    assert found.ever_attached
    with pytest.raises(Refused, match="a person has been in we-Toast"):
        place.terminal.type_line(session, "hello", untouched=True)


def test_who_has_the_window_in_a_session_of_their_own_was_there_too(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("new-session", "-d", "-s", "mine", "exec cat")
    place.tmux("link-window", "-d", "-s", "=we-Toast:", "-t", "=mine:")
    with pytest.raises(Refused, match="a person has been in we-Toast"):
        place.terminal.type_line(session, "hello", untouched=True)


def test_who_comes_between_the_look_and_the_keys_is_not_typed_over(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.visit(session, "half a")
    screen = place.shows(session, "half a")
    with pytest.raises(Refused, match="a person has been in we-Toast"):
        keys.type_line(Door(place.socket, CONFIG, PATIENCE), session, "hello", untouched=True)
    assert place.terminal.capture(session, 50) == screen


# --- another name


def test_a_session_that_a_person_renames_is_still_the_agents(place: TmuxPlace) -> None:
    session = place.start("we-Toast", gt_hook="we-1")
    place.start("we-Ash")
    place.tmux("rename-session", "-t", "=we-Toast", "the big one")
    found = seen(place)
    assert found is not None
    assert (found.name, found.id, found.pane_pid) == ("we-Toast", session.id, session.pane_pid)
    with pytest.raises(Busy, match="we-Toast is already running"):
        place.start("we-Toast")
    place.terminal.set_options({"we-Toast": {"@gt_hook": "we-2"}, "we-Gone": {"@gt_hook": "we-3"}}, {})
    assert place.tmux("show-options", "-v", "-t", f"{session.id}:", "@gt_hook") == "we-2"
    place.terminal.type_line(found, "hello")
    place.shows(found, "hello")
    watched(place, found)
    place.terminal.stop(found)
    assert seen(place) is None
    with pytest.raises(NotFound):
        place.terminal.attach_command("we-Toast")


def test_an_agent_is_started_though_anothers_session_was_given_its_name(place: TmuxPlace) -> None:
    toast = place.start("we-Toast")
    place.tmux("rename-session", "-t", "=we-Toast", "we-Ash")
    assert seen(place, "we-Ash") is None
    ash = place.start("we-Ash")
    both = [seen(place, name) for name in ("we-Toast", "we-Ash")]
    assert [each.id for each in both if each] == [toast.id, ash.id]
    assert names(place) == ["we-Ash", "we-Toast"]


# --- an answer that comes too late


def test_a_start_that_tmux_answers_too_late_is_no_failure(
    place: TmuxPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.start("we-Ash")
    folder = place.root / "bin"
    folder.mkdir()
    slow = folder / "tmux"
    slow.write_text(
        f"""#!/bin/sh
PATH={ENV["PATH"]}
[ "$5" = source-file ] || exec tmux "$@"
text=$(cat)
printf '%s\\n' "$text" | tmux "$@"
case $text in *new-session*) exec sleep 60;; esac
"""
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{ENV['PATH']}")
    session = Tmux(place.socket, deadline=2.0).start(
        "we-Toast", ["cat"], cwd=place.work, env=ENV, options={}, incarnation=7
    )
    found = seen(place)
    assert found is not None
    assert (session.id, session.incarnation) == (found.id, 7)
