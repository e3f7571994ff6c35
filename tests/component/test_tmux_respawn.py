"""A fresh program in an agent's pane: people stay, the old process tree is gone, and nothing leaks into the new one."""

import os
import signal
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gastown.domain.observed import Absent, Present
from gastown.domain.terminal import Session
from gastown.errors import NotFound, Unavailable
from gastown.world.tmux.door import Door
from tests.component.tmux_place import ENV, PATIENCE, TmuxPlace, a_tmux_place
from tests.support import eventually

pytestmark = pytest.mark.needs("tmux")

SHELL_ENV = {**ENV, "LC_ALL": "C.UTF-8"}


@pytest.fixture
def place() -> Generator[TmuxPlace]:
    with a_tmux_place() as place:
        yield place


def respawn(
    place: TmuxPlace, session: Session, *argv: str, env: dict[str, str] | None = None, **options: str
) -> Session:
    marks = {f"@{key}": value for key, value in options.items()}
    return place.terminal.respawn(
        session, argv or ("cat",), cwd=place.work, env=env or dict(ENV), options=marks, incarnation=2
    )


def environment_of(pid: int) -> dict[str, str]:
    return eventually(
        lambda: env if "TMUX_PANE" in (env := psutil.Process(pid).environ()) else {},
        within=PATIENCE,
        what="its environment",
    )


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def watched(place: TmuxPlace, session: Session) -> None:
    place.watch(*place.attaching(session.name))
    eventually(lambda: place.attached(session) == "1", within=PATIENCE, what="the client")


def open_window(place: TmuxPlace, session: Session) -> int:
    made = place.tmux(
        "new-window", "-d", "-P", "-F", "#{pane_pid}", "-t", f"{session.id}:", "exec sleep 1000"
    )
    return int(made)


def test_whoever_watches_stays_and_sees_the_new_program(place: TmuxPlace) -> None:
    session = place.start("we-Toast", "sh", "-c", "echo the old one; exec cat")
    watched(place, session)
    fresh = respawn(place, session, "sh", "-c", "echo the new one; exec cat")
    eventually(lambda: "the new one" in place.screen(), within=PATIENCE, what="the new one on the screen")
    assert place.attached(fresh) == "1"
    assert fresh.ever_attached


def test_the_old_process_tree_is_gone_with_children_of_its_own_sessions(place: TmuxPlace) -> None:
    note = place.work / "pids"
    script = f"trap '' TERM HUP; setsid sleep 1000 & sleep 1000 & echo $! > {note}; exec cat"
    session = place.start("we-Toast", "sh", "-c", script)
    child = psutil.Process(
        int(
            eventually(
                lambda: note.read_text().strip() if note.exists() else "", within=PATIENCE, what="a child"
            )
        )
    )
    old = psutil.Process(session.pane_pid)
    tree = [old, *old.children(recursive=True)]
    fresh = respawn(place, session)
    assert not any(is_alive(each) for each in [*tree, child])
    assert psutil.pid_exists(fresh.pane_pid)


def test_what_its_screen_showed_becomes_history_without_a_word_of_tmux(place: TmuxPlace) -> None:
    session = place.start("we-Toast", "sh", "-c", "for i in 1 2 3; do echo old $i; done; exec cat")
    place.shows(session, "old 3")
    fresh = respawn(place, session, "sh", "-c", "echo new; exec cat")
    assert place.shows(fresh, "new").split() == ["old", "1", "old", "2", "old", "3", "new"]


def test_its_environment_is_exactly_the_new_one(place: TmuxPlace) -> None:
    old = {
        **SHELL_ENV,
        "ONLY_OLD": "x\nFAKE=1",
        "GT_TOWN": "/town",
        "GT_CREDENTIAL": "old",
        "ANTHROPIC_API_KEY": "old",
    }
    session = place.start("we-Toast", env=old)
    new = {**ENV, "GT_TOWN": "/town", "GT_CREDENTIAL": "it's #{pid} $HOME \n;", "ONLY_NEW": "new"}
    fresh = respawn(place, session, env=new)
    env = environment_of(fresh.pane_pid)
    added = {"PWD", "SHELL", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TMUX", "TMUX_PANE"}
    assert {key: value for key, value in env.items() if key not in added} == new
    beside = environment_of(open_window(place, fresh))
    assert "GT_CREDENTIAL" not in beside
    assert "ONLY_OLD" not in beside
    assert beside["ONLY_NEW"] == "new"


def test_arguments_arrive_as_they_are(place: TmuxPlace) -> None:
    note = place.work / "args"
    words = ["it's", "#{pid}", "$HOME", ";", "a\nb", "-x", "", "\\"]
    session = place.start("we-Toast")
    respawn(place, session, "sh", "-c", f'printf "%s|" "$@" > {note}; exec cat', "sh", *words)
    wanted = "".join(f"{word}|" for word in words)
    eventually(lambda: note.exists() and note.read_text() == wanted, within=PATIENCE, what="the arguments")


def test_marks_of_the_old_one_are_gone(place: TmuxPlace) -> None:
    session = place.start("we-Toast", gt_agent="web/Toast", gt_hook="we-1 Old", gt_queue="3")
    fresh = respawn(place, session, gt_agent="web/Toast", gt_hook="we-1 New")
    shown = place.tmux("show-options", "-t", f"{fresh.id}:")
    assert "New" in shown
    assert "Old" not in shown
    assert "@gt_queue" not in shown
    assert "remain-on-exit" not in place.tmux("show-options", "-p", "-t", fresh.pane)


def test_a_persons_own_panes_stay(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    watched(place, session)
    shell = open_window(place, session)
    split = int(
        place.tmux("split-window", "-d", "-P", "-F", "#{pane_pid}", "-t", session.pane, "exec sleep 1000")
    )
    fresh = respawn(place, session)
    assert psutil.pid_exists(shell)
    assert psutil.pid_exists(split)
    assert (fresh.id, fresh.pane, place.attached(fresh)) == (session.id, session.pane, "1")


def test_a_session_that_a_person_renamed_goes_on_under_that_name(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("rename-session", "-t", f"{session.id}:", "mine; #{pid}")
    fresh = respawn(place, session)
    assert fresh.name == "we-Toast"
    assert place.tmux("list-sessions", "-F", "#{session_name}").startswith("mine")
    match place.terminal.look(["we-Toast"])["we-Toast"]:
        case Present(seen):
            assert (seen.id, seen.incarnation) == (session.id, 2)
        case other:
            raise AssertionError(other)


def test_copy_mode_does_not_hinder_it(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    watched(place, session)
    place.tmux("copy-mode", "-t", session.pane)
    fresh = respawn(place, session, "sh", "-c", "echo fresh; exec cat")
    place.shows(fresh, "fresh")
    place.terminal.type_line(fresh, "typed")
    place.shows(fresh, "typed")


def test_a_program_on_the_alternate_screen_leaves_none_of_it(place: TmuxPlace) -> None:
    session = place.start("we-Toast", "sh", "-c", "printf 'before\n\033[?1049hfull screen'; exec cat")
    place.shows(session, "full screen")
    fresh = respawn(place, session, "sh", "-c", "echo after; exec cat")
    shown = place.shows(fresh, "after")
    assert "full screen" not in shown
    assert place.tmux("display-message", "-p", "-t", fresh.pane, "#{alternate_on}") == "0"


def test_when_the_new_program_ends_its_session_ends_as_ever(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.start("we-Ash")
    fresh = respawn(place, session)
    os.kill(fresh.pane_pid, signal.SIGKILL)
    eventually(
        lambda: place.tmux("list-sessions", "-F", "#{session_name}") == "we-Ash",
        within=PATIENCE,
        what="its end",
    )


def test_a_pane_that_was_left_empty_counts_as_no_session_and_makes_way(
    place: TmuxPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = place.start("we-Toast")
    told = Door.tell

    def cut_off(self: Door, lines: list[str], *, path: str | None = None) -> object:
        if path is not None:
            raise Unavailable("cut off")
        return told(self, lines, path=path)

    monkeypatch.setattr(Door, "tell", cut_off)
    with pytest.raises(Unavailable, match="cut off"):
        respawn(place, session)
    monkeypatch.undo()
    assert place.terminal.look(["we-Toast"])["we-Toast"] == Absent()
    with pytest.raises(NotFound):
        place.terminal.type_line(replace(session, pane_pid=1), "x")
    again = place.start("we-Toast")
    assert again.id != session.id


def test_a_program_that_ended_just_before_is_not_found(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.start("we-Ash")
    os.kill(session.pane_pid, signal.SIGKILL)
    eventually(
        lambda: place.terminal.look(["we-Toast"])["we-Toast"] == Absent(), within=PATIENCE, what="its end"
    )
    with pytest.raises(NotFound, match="we-Toast has ended"):
        respawn(place, session)


def test_a_program_that_is_not_there_is_said_before_anything_ends(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    with pytest.raises(Unavailable, match="is not installed"):
        respawn(place, session, "there-is-no-such-program")
    assert psutil.pid_exists(session.pane_pid)


def test_the_folder_is_the_one_that_was_asked_for(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    odd = place.work / "it's #{pid}"
    odd.mkdir()
    fresh = place.terminal.respawn(session, ["cat"], cwd=odd, env=dict(ENV), options={})
    process = psutil.Process(fresh.pane_pid)
    eventually(lambda: Path(process.cwd()) == odd, within=PATIENCE, what="it to be there")
    assert fresh.incarnation is None
