"""The status line and the keys as a person's terminal shows them: a second tmux plays that terminal."""

import os
import shlex
import time
from collections.abc import Callable, Generator

import psutil
import pytest

from gastown.domain.terminal import Session
from tests.component.tmux_place import PATIENCE, TmuxPlace, a_tmux_place
from tests.support import eventually

pytestmark = pytest.mark.needs("tmux")

HOSTILE = [
    "#(touch pwned) #{pid} #[fg=red]x",
    "##(touch pwned) ##{pid}",
    "%H %s %% #H #S",
    "ends in #",
    "ends in ##",
    "}#{?1,a,b},,",
    'it\'s "so" \\ $HOME `x`; }',
    "#,#}#:",
]


@pytest.fixture
def place() -> Generator[TmuxPlace]:
    with a_tmux_place() as place:
        yield place


@pytest.fixture
def toast(place: TmuxPlace) -> Session:
    """A session that somebody looks at, of a supervisor that is alive."""
    session = place.start("we-Toast", gt_agent="web/Toast")
    place.terminal.set_options({}, {"@gt_beat": str(int(time.time()))})
    place.watch(*place.attaching("we-Toast"))
    settles(place, lambda line: line.startswith(" web/Toast"))
    return session


def settles(place: TmuxPlace, wanted: Callable[[str], bool]) -> str:
    """Wait until the status line is as wanted, and return it."""
    return eventually(
        lambda: line if wanted(line := place.status_line()) else "", within=PATIENCE, what="the line"
    )


def says(place: TmuxPlace, text: str) -> str:
    return settles(place, lambda line: text in line)


def is_silent_about(place: TmuxPlace, text: str) -> str:
    return settles(place, lambda line: text not in line)


def show(place: TmuxPlace, name: str = "we-Toast", **options: str) -> None:
    place.terminal.set_options({name: {f"@gt_{key}": value for key, value in options.items()}}, {})


def everywhere(place: TmuxPlace, **options: str) -> None:
    place.terminal.set_options({}, {f"@gt_{key}": value for key, value in options.items()})


@pytest.mark.usefixtures("toast")
def test_a_quiet_session_shows_its_agent_and_the_clock(place: TmuxPlace) -> None:
    left, clock = place.status_line().split()
    assert left == "web/Toast"
    assert len(clock) == len("14:32")


@pytest.mark.usefixtures("toast")
def test_all_parts_fit_into_80_columns(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination to the users page", queue="3 ▸ pytest")
    everywhere(place, waiting="2")
    line = says(place, "? 2 for you")
    assert len(line) <= 80
    assert line.startswith(" web/Toast  we-x7k2m Add pagination")
    assert "…  queue 3 ▸ pytest   ? 2 for you   " in line.replace("… ", "…  ")


@pytest.mark.usefixtures("toast")
def test_a_wide_terminal_shows_the_role_and_the_whole_title(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination to the users page", role="polecat", queue="3 ▸ pytest")
    place.resize(130)
    says(place, " web/Toast polecat  we-x7k2m Add pagination to the users page ")


@pytest.mark.usefixtures("toast")
def test_a_narrow_terminal_keeps_what_matters_most(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination", queue="3 ▸ pytest")
    everywhere(place, waiting="2", beat="1")
    place.resize(44)
    line = says(place, "? 2   supervisor down")
    assert line.startswith(" web/Toast ")
    assert "queue" not in line


@pytest.mark.usefixtures("toast")
def test_each_part_disappears_when_it_has_nothing_to_say(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination", queue="3 ▸ pytest")
    everywhere(place, waiting="2")
    says(place, "? 2 for you")
    everywhere(place, waiting="0")
    is_silent_about(place, "for you")
    show(place, queue="")
    is_silent_about(place, "queue")
    show(place, hook="")
    is_silent_about(place, "we-x7k2m")


@pytest.mark.usefixtures("toast")
def test_a_supervisor_without_a_sign_of_life_is_down(place: TmuxPlace) -> None:
    assert "supervisor" not in place.status_line()
    everywhere(place, beat=str(int(time.time()) - 61))
    says(place, "supervisor down")
    everywhere(place, stale="600")
    is_silent_about(place, "supervisor")
    everywhere(place, beat="")
    says(place, "supervisor down")
    everywhere(place, beat=str(int(time.time())))
    is_silent_about(place, "supervisor")


@pytest.mark.usefixtures("toast")
def test_a_supervisor_that_falls_silent_is_noticed_without_a_process(place: TmuxPlace) -> None:
    place.tmux("set-option", "-g", "status-interval", "1")
    everywhere(place, stale="2", beat=str(int(time.time())))
    is_silent_about(place, "supervisor")
    says(place, "supervisor down")
    assert {child.pid for child in psutil.Process(place.server()).children()} == {
        int(pid) for pid in place.tmux("list-panes", "-a", "-F", "#{pane_pid}").split()
    }


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.usefixtures("toast")
def test_a_hostile_title_is_shown_and_does_nothing(place: TmuxPlace, text: str) -> None:
    place.resize(200)
    show(place, hook=text, queue="then " + text[:8])
    says(place, f" web/Toast  {text} ")
    says(place, f" queue then {text[:8]} ")
    assert not list(place.root.rglob("pwned*"))
    place.press("C-b", "a")
    eventually(lambda: "(0)" in place.screen() and text in place.screen(), within=PATIENCE, what="the menu")
    assert not list(place.root.rglob("pwned*"))


@pytest.mark.usefixtures("toast")
def test_control_characters_become_blanks(place: TmuxPlace) -> None:
    show(place, hook="one\ntwo\x1b[31m\tthree\u202efour\u200b.")
    says(place, " web/Toast  one two [31m three four . ")


@pytest.mark.usefixtures("toast")
def test_wide_letters_are_cut_by_their_width(place: TmuxPlace) -> None:
    show(place, hook="日本語のタイトルはどうですか" * 4)
    line = says(place, "…")
    assert sum(2 if ord(letter) > 0x2E80 else 1 for letter in line) <= 80
    assert line.endswith(time.strftime("%H:")) or ":" in line[-3:]


def test_a_session_without_an_agent_shows_its_name(place: TmuxPlace) -> None:
    place.start("hq-supervisor")
    place.watch(*place.attaching("hq-supervisor"))
    says(place, " hq-supervisor ")


@pytest.mark.usefixtures("toast")
def test_further_windows_are_listed_only_when_there_are_some(place: TmuxPlace) -> None:
    place.tmux("new-window", "-d", "-t", "=we-Toast:", "-n", "shell", "exec cat")
    says(place, "0 we-Toast 1 shell")
    place.tmux("kill-window", "-t", "=we-Toast:shell")
    is_silent_about(place, "shell")


@pytest.mark.usefixtures("toast")
def test_prefix_n_and_p_cycle_within_the_group(place: TmuxPlace) -> None:
    place.start("we-Ash", gt_agent="web/Ash", gt_next="we-Toast", gt_prev="we-Toast")
    place.start("ap-Bo", gt_agent="api/Bo")
    show(place, next="we-Ash", prev="we-Ash")
    place.press("C-b", "n")
    says(place, " web/Ash ")
    place.press("C-b", "p")
    says(place, " web/Toast ")


@pytest.mark.usefixtures("toast")
def test_prefix_n_alone_in_the_group_says_so(place: TmuxPlace) -> None:
    place.press("C-b", "n")
    says(place, "No other agent in this group.")


@pytest.mark.usefixtures("toast")
def test_prefix_n_runs_nothing_that_an_option_holds(place: TmuxPlace) -> None:
    for text in (
        "x'; run-shell 'touch pwned",
        '#(touch pwned)"; run-shell "touch pwned',
        "x ; run-shell touch\\ pwned",
    ):
        place.tmux("set-option", "-t", "=we-Toast:", "@gt_next", text)
        place.press("C-b", "n")
        settles(place, lambda line: "find session" in line)
        place.press("Escape")
        says(place, " web/Toast ")
    assert not list(place.root.rglob("pwned*"))


@pytest.mark.usefixtures("toast")
def test_prefix_a_opens_a_menu_of_agents(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination")
    place.start("we-Ash", gt_agent="web/Ash", gt_hook="we-9qk4d Cache the feed")
    place.start("hq-supervisor")
    place.press("C-b", "a")
    menu = eventually(
        lambda: text if "Cache" in (text := place.screen()) else "", within=PATIENCE, what="the menu"
    )
    lines = menu.split("\n")
    assert "web/Ash                    we-9qk4d Cache the feed" in lines[0]
    assert "web/Toast                  we-x7k2m Add pagination" in lines[1]
    assert "hq-supervisor" not in menu
    place.press("Up")
    place.press("Enter")
    says(place, " web/Ash ")


@pytest.mark.usefixtures("toast")
def test_nothing_blinks(place: TmuxPlace) -> None:
    show(place, hook="we-x7k2m Add pagination", queue="3 ▸ pytest")
    everywhere(place, waiting="2", beat="1")
    says(place, "supervisor down")
    options = place.tmux("show-options", "-g") + place.tmux("show-options", "-gw")
    styles = [line for line in options.split("\n") if "style" in shlex.split(line.replace("'", ""))[0]]
    assert styles
    assert not [line for line in styles if "blink" in line]
    assert os.linesep not in place.status_line()
