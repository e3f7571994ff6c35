"""What only tmux can get wrong: environments, sockets, servers, people at the keyboard."""

import os
import signal
import stat
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.terminal import Session
from gastown.errors import Busy, Invalid, NotFound, Refused, Unavailable
from gastown.world.tmux.door import too_old
from gastown.world.tmux.place import LONGEST, socket_path
from gastown.world.tmux.terminal import CONFIG, Tmux
from tests.component.tmux_place import ENV, PATIENCE, TmuxPlace, a_tmux_place
from tests.support import eventually

pytestmark = pytest.mark.needs("tmux")

TMUX_ADDS = {"PWD", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TMUX", "TMUX_PANE", "COLORTERM"}
SHELL_ADDS = {"_", "SHLVL", "OLDPWD"}


@pytest.fixture
def place() -> Generator[TmuxPlace]:
    with a_tmux_place() as place:
        yield place


def is_present(place: TmuxPlace, name: str) -> bool:
    return isinstance(place.terminal.look([name])[name], Present)


def environment_of(session: Session) -> dict[str, str]:
    """What the program was started with, once it has replaced tmux in the new process."""
    return eventually(
        lambda: env if "TMUX_PANE" in (env := psutil.Process(session.pane_pid).environ()) else {},
        within=PATIENCE,
        what="its environment",
    )


def saying_its_pid(path: Path) -> str:
    """A shell line that writes the shell's process id into `path`."""
    return f"echo $$ > {path}.new; mv {path}.new {path}"


def written(path: Path) -> int:
    return int(eventually(lambda: path.read_text() if path.exists() else "", within=PATIENCE, what=path.name))


# --- what a session gets


def test_the_environment_is_exactly_the_given_one(place: TmuxPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GT_CREDENTIAL", "the caller's own")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    hostile = {
        "QUOTES": """it's "so" \\'""",
        "LINES": "one\n  two # three\n\n\tfour\r\n",
        "FORMATS": "#{pid} #(touch pwned) %H $HOME ~ `x`",
        "BRACES": "} { ; \\;",
        "SEMICOLON": ";",
        "EMPTY": "",
        "BYTES": os.fsdecode(b"\xff\xfe\x80 \xe9"),
        "CONTROLS": "".join(map(chr, range(1, 32))) + "\x7f",
        "WORDS": "häß 日本語 \U0001f9a8",
        "SHELL": "/bin/bash",
        "TERM": "dumb",
        "TMUX": "mine",
    }
    out = place.work / "out"
    script = f"env -0 > {out}.new; mv {out}.new {out}; exec cat"
    session = place.start("we-Toast", "/bin/bash", "-c", script, env={**ENV, **hostile})
    text = eventually(
        lambda: out.read_bytes() if out.exists() else b"", within=PATIENCE, what="the environment"
    )
    found = dict(word.split("=", 1) for word in os.fsdecode(text).split("\0") if word)
    kept = {**ENV, **{name: value for name, value in hostile.items() if name not in {"TERM", "TMUX"}}}
    assert {name: value for name, value in found.items() if name not in TMUX_ADDS | SHELL_ADDS} == kept
    assert found["TERM"] in {"tmux-256color", "screen-256color"}
    assert found["TMUX"].startswith(f"{place.socket},")
    assert found["TMUX_PANE"] == session.pane
    assert not (place.work / "pwned").exists()


def test_nothing_of_the_first_caller_reaches_later_sessions(place: TmuxPlace) -> None:
    place.start("we-Toast", env={**ENV, "GT_CREDENTIAL": "first"})
    second = environment_of(place.start("we-Ash", env={"PATH": ENV["PATH"]}))
    assert set(second) - TMUX_ADDS == {"PATH", "SHELL"}
    assert set(psutil.Process(place.server()).environ()) == {"PATH"}


def test_the_path_is_the_sessions_own_and_not_the_callers(place: TmuxPlace) -> None:
    place.start("we-Toast")
    found = environment_of(place.start("we-Ash", "/bin/cat", env={"PATH": "/nowhere:/bin"}))
    assert found["PATH"] == "/nowhere:/bin"


def test_no_process_shows_the_credential_in_its_arguments(place: TmuxPlace) -> None:
    session = place.start("we-Toast", env={**ENV, "GT_CREDENTIAL": "5ecret"})
    environment_of(session)
    for process in (place.server(), session.pane_pid):
        assert "5ecret" not in " ".join(psutil.Process(process).cmdline())


@pytest.mark.parametrize("argv", [["cat"], ["cat", "-u", "-"], ["sh", "-c", "exec cat #{pid} -"]])
def test_the_pane_is_the_program_itself(place: TmuxPlace, argv: list[str]) -> None:
    session = place.terminal.start("we-Toast", argv, cwd=place.work, env=ENV, options={})
    eventually(
        lambda: psutil.Process(session.pane_pid).name() in {"cat", "sh"}, within=PATIENCE, what="the program"
    )


def test_arguments_arrive_as_they_are(place: TmuxPlace) -> None:
    argv = ["it's", "", "#{pid}", "a\n  b", "$HOME", ";", "x;", "{", "-d", "~", "%H", "\\n"]
    out = place.work / "out"
    place.start(
        "we-Toast",
        "sh",
        "-c",
        f"printf '%s\\0' \"$@\" > {out}.new; mv {out}.new {out}; exec cat",
        "sh",
        *argv,
    )
    text = eventually(lambda: out.read_text() if out.exists() else "", within=PATIENCE, what="the arguments")
    assert text.split("\0")[:-1] == argv


def test_a_program_with_an_equals_sign_in_its_path_is_started(place: TmuxPlace) -> None:
    odd = place.work / "a=b"
    odd.mkdir()
    (odd / "agent").symlink_to("/bin/cat")
    session = place.start("we-Toast", str(odd / "agent"))
    environment_of(session)
    assert is_present(place, "we-Toast")


def test_the_folder_may_have_any_name(place: TmuxPlace) -> None:
    folders = [
        place.work / name for name in ("we#{pid}rd", "#(touch pwned)", "50%d", "it's", "a;", "-x", "häß")
    ]
    for number, folder in enumerate(folders):
        folder.mkdir()
        session = place.terminal.start(f"we-{number}", ["cat"], cwd=folder, env=ENV, options={})
        environment_of(session)
        assert Path(psutil.Process(session.pane_pid).cwd()) == folder
    assert set(place.work.iterdir()) == set(folders)


def test_a_missing_program_is_unavailable_before_tmux_is_asked(place: TmuxPlace) -> None:
    with pytest.raises(Unavailable, match="no-such-agent is not installed"):
        place.start("we-Toast", "no-such-agent")
    with pytest.raises(Unavailable, match="not installed"):
        place.start("we-Toast", "./no-such-agent")
    eventually(lambda: not place.running_servers(), within=PATIENCE, what="the end of its last child")


def test_a_malformed_environment_is_invalid(place: TmuxPlace) -> None:
    for env in ({"A=B": "c"}, {"": "c"}, {"A": "b\0c"}):
        with pytest.raises(Invalid):
            place.start("we-Toast", env={**ENV, **env})


def test_a_window_that_a_person_opens_has_their_own_shell(place: TmuxPlace) -> None:
    place.start("we-Toast", env={**ENV, "SHELL": "/bin/bash"})
    assert place.tmux("show-options", "-v", "-t", "=we-Toast:", "default-shell") == "/bin/bash"


# --- the server


def test_the_configuration_is_understood_to_the_last_line(place: TmuxPlace) -> None:
    place.start("we-Toast")
    assert place.tmux("source-file", str(CONFIG)) == ""
    assert place.tmux("show-options", "-sv", "exit-empty") == "off"
    assert place.tmux("show-options", "-gv", "history-limit") == "5000"
    assert place.tmux("show-options", "-gv", "remain-on-exit") == "off"


def test_a_server_without_sessions_is_empty_and_goes_on(place: TmuxPlace) -> None:
    place.terminal.stop(place.start("we-Toast"))
    server = place.server()
    assert place.terminal.sessions() == []
    place.start("we-Toast")
    assert place.server() == server


def test_a_server_that_lost_its_socket_is_brought_back(place: TmuxPlace) -> None:
    place.start("we-Toast")
    place.socket.unlink()
    assert is_present(place, "we-Toast")
    assert place.socket.exists()


def test_a_server_that_lost_its_whole_folder_is_brought_back(place: TmuxPlace) -> None:
    place.start("we-Toast")
    place.socket.unlink()
    place.socket.parent.rmdir()
    assert is_present(place, "we-Toast")


def test_a_start_without_socket_finds_the_server_again(place: TmuxPlace) -> None:
    place.start("we-Toast")
    place.socket.unlink()
    with pytest.raises(Busy):
        place.start("we-Toast")
    assert len(place.running_servers()) == 1


def test_a_frozen_server_without_socket_is_unknown(place: TmuxPlace) -> None:
    place.start("we-Toast")
    with place.frozen():
        place.socket.unlink()
        seen = place.terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Unknown)
    assert "without its socket" in seen.why


def test_where_no_socket_can_be_made_a_start_says_what_tmux_said(place: TmuxPlace) -> None:
    place.socket.parent.mkdir()
    place.socket.mkdir()
    with pytest.raises(Unavailable, match=r"tmux did not start: .*tmux\.sock"):
        place.start("we-Toast")


def test_a_killed_server_is_absent_and_the_next_start_makes_a_new_one(place: TmuxPlace) -> None:
    first = place.start("we-Toast")
    server = place.server()
    os.kill(server, signal.SIGKILL)
    eventually(
        lambda: not psutil.pid_exists(server) or not place.running_servers(), within=PATIENCE, what="its end"
    )
    assert place.terminal.look(["we-Toast"]) == {"we-Toast": Absent()}
    second = place.start("we-Toast")
    assert second.pane_pid != first.pane_pid
    place.terminal.stop(first)
    assert is_present(place, "we-Toast")


def test_eight_who_start_the_server_at_once_share_one(place: TmuxPlace) -> None:
    problems: list[BaseException] = []

    def start(name: str) -> None:
        try:
            mine = Tmux(place.socket, deadline=30)
            mine.start(name, ["cat"], cwd=place.work, env=ENV, options={})
        except BaseException as problem:  # noqa: BLE001 - shown below
            problems.append(problem)

    threads = [threading.Thread(target=start, args=[f"we-{number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(place.running_servers()) == 1
    seen = place.terminal.sessions()
    assert not isinstance(seen, Unknown)
    assert len(seen) == 8


def test_of_two_who_start_one_session_one_is_told(place: TmuxPlace) -> None:
    answers: list[str] = []

    def start() -> None:
        try:
            answers.append(
                Tmux(place.socket, deadline=30)
                .start("we-Toast", ["cat"], cwd=place.work, env=ENV, options={})
                .id
            )
        except Busy:
            answers.append("busy")

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["$0", "busy"]


def test_closing_ends_a_server_that_lost_its_socket(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.socket.unlink()
    place.terminal.close()
    eventually(lambda: not place.running_servers(), within=PATIENCE, what="the end of its last child")
    assert not psutil.pid_exists(session.pane_pid)


def test_closing_ends_a_frozen_server(place: TmuxPlace) -> None:
    place.start("we-Toast")
    os.kill(place.server(), signal.SIGSTOP)
    place.impatient.close()
    eventually(lambda: not place.running_servers(), within=PATIENCE, what="the end of its last child")


def test_closing_ends_programs_that_ignore_everything(place: TmuxPlace) -> None:
    notes = [place.work / str(number) for number in range(4)]
    for number, note in enumerate(notes):
        place.start(
            f"we-{number}", "sh", "-c", f"trap '' HUP TERM; {saying_its_pid(note)}; while :; do sleep 1; done"
        )
    pids = [written(note) for note in notes]
    place.terminal.close()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_a_persons_own_server_is_left_alone(place: TmuxPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX_TMPDIR", str(place.root))
    env = {**ENV, "TMUX_TMPDIR": str(place.root)}

    def own(*words: str) -> str:
        return subprocess.run(
            ["tmux", *words], env=env, capture_output=True, text=True, timeout=10, check=True
        ).stdout

    def everything() -> list[str]:
        return [
            own(*words)
            for words in (["show-options", "-s"], ["show-options", "-g"], ["show-options", "-gw"], ["list-keys"],
                          ["show-hooks", "-g"], ["show-environment", "-g"], ["list-sessions", "-F", "#{session_name}"])
        ]  # fmt: skip

    own("-f", os.devnull, "new-session", "-d", "-s", "mine")
    try:
        before = everything()
        monkeypatch.setenv("TMUX", f"{place.root}/tmux-{os.getuid()}/default,1,0")
        place.terminal.stop(place.start("we-Toast"))
        place.terminal.set_options({}, {"@gt_waiting": "2"})
        place.terminal.close()
        assert everything() == before
    finally:
        own("kill-server")


def test_an_old_or_missing_tmux_is_named_with_what_to_do(
    place: TmuxPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = place.root / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    assert place.terminal.version() == Absent()
    assert place.terminal.sessions() == Unknown("tmux is not installed")
    with pytest.raises(Unavailable, match="tmux is not installed") as missing:
        place.start("we-Toast")
    assert missing.value.hint in {"apt install tmux", "brew install tmux"}
    (tools / "tmux").write_text(
        "#!/bin/sh\n[ $1 = -V ] && echo tmux 3.1c || { echo no server running on x >&2; exit 1; }\n"
    )
    (tools / "tmux").chmod(0o755)
    assert place.terminal.version() == Present("3.1c")
    with pytest.raises(Unavailable, match=r"tmux 3\.1c is too old, 3\.2 is needed"):
        place.start("we-Toast")


@pytest.mark.parametrize(
    "version,old",
    [("3.1c", True), ("2.9a", True), ("3.2", False), ("3.5a", False), ("next-3.8", False), ("master", False)],
)
def test_versions_are_compared_by_number(version: str, old: bool) -> None:  # noqa: FBT001 - a table's column
    assert too_old(version) == old


def test_the_installed_tmux_says_its_version(place: TmuxPlace) -> None:
    version = place.terminal.version()
    assert isinstance(version, Present)
    assert (
        f"tmux {version.value}"
        == subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    )


# --- ends


def test_stopping_ends_the_whole_process_tree(place: TmuxPlace) -> None:
    deaf, apart = place.work / "deaf", place.work / "apart"
    script = (
        f"sh -c \"trap '' HUP TERM; {saying_its_pid(deaf)}; while :; do sleep 1; done\" & "
        f"setsid sh -c '{saying_its_pid(apart)}; exec sleep 1000' & exec cat"
    )
    session = place.start("we-Toast", "sh", "-c", script)
    pids = [session.pane_pid, written(deaf), written(apart)]
    place.terminal.stop(session)
    assert not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]


def test_a_program_may_say_goodbye(place: TmuxPlace) -> None:
    note = place.work / "note"
    session = place.start(
        "we-Toast", "sh", "-c", f"trap 'echo 1 > {note}; exit' TERM; echo ready; while :; do sleep .05; done"
    )
    place.shows(session, "ready")
    place.terminal.stop(session)
    assert note.read_text() == "1\n"


def test_stopping_is_fenced_by_the_pane_too(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("respawn-pane", "-k", "-t", session.pane, "exec cat")
    place.terminal.stop(session)
    assert is_present(place, "we-Toast")
    with pytest.raises(NotFound):
        place.terminal.type_line(session, "hello")


def test_a_persons_split_does_not_keep_a_dead_agent_alive(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("split-window", "-d", "-t", session.pane, "exec sleep 1000")
    os.kill(session.pane_pid, signal.SIGKILL)
    eventually(lambda: not is_present(place, "we-Toast"), within=PATIENCE, what="it to be absent")
    assert place.tmux("list-sessions", "-F", "#{session_name}") == "we-Toast"
    again = place.start("we-Toast")
    assert place.tmux("list-panes", "-a", "-F", "#{pane_id}") == again.pane


def test_a_pane_that_stays_when_its_program_ended_is_absent(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("set-option", "-t", session.pane, "remain-on-exit", "on")
    os.kill(session.pane_pid, signal.SIGKILL)
    eventually(lambda: not is_present(place, "we-Toast"), within=PATIENCE, what="it to be absent")
    assert place.start("we-Toast").id != session.id


def test_a_session_that_a_person_made_is_seen_too(place: TmuxPlace) -> None:
    place.start("we-Toast")
    place.tmux("new-session", "-d", "-s", "my own", "exec cat")
    seen = place.terminal.sessions()
    assert not isinstance(seen, Unknown)
    assert {session.name: session.incarnation for session in seen} == {"we-Toast": None, "my own": None}


def test_hostile_names_and_options_forge_no_session(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    forged = "1\n$9[0]we-Ash[0]1[0]1[0]1[0]1[0]%9[0]1[0]0[0]0[0][0]2"
    place.tmux("set-option", "-t", "=we-Toast:", "@gt_incarnation", forged)
    place.tmux("rename-session", "-t", session.id, "we]\n$9 [we-Ash")
    seen = place.terminal.sessions()
    assert not isinstance(seen, Unknown)
    assert [(each.id, each.incarnation) for each in seen] == [(session.id, None)]


# --- typing


def test_long_text_arrives_whole_and_in_pieces(place: TmuxPlace) -> None:
    out = place.work / "out"
    session = place.start(
        "we-Toast", "sh", "-c", f"stty -icanon -echo; echo ready; exec dd bs=4096 of={out} 2>/dev/null"
    )
    place.shows(session, "ready")
    text = "".join(f"{number:04} it's; #{{x}} ~ \\ " for number in range(100)) + "the end;"
    place.terminal.type_line(session, text)
    eventually(lambda: out.read_text() == text + "\n", within=PATIENCE, what="all of it")


def test_odd_text_is_typed_as_it_is(place: TmuxPlace) -> None:
    words = [
        "",
        "-l",
        "--",
        ";",
        "\\;",
        "}",
        "'",
        '"',
        "Enter",
        "C-c",
        "/help",
        "日本語 \U0001f9a8",
        "a\u00a0b",
        "\\",
    ]
    out = place.work / "out"
    session = place.start("we-Toast", "sh", "-c", f"stty -echo; echo ready; exec cat > {out}")
    place.shows(session, "ready")
    for text in words:
        place.terminal.type_line(session, text)
    eventually(lambda: out.read_text().split("\n") == [*words, ""], within=PATIENCE, what="all of them")


def test_nobody_is_typed_over_while_reading(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.watch(*place.attaching("we-Toast"))
    eventually(lambda: "we-Toast" in place.status_line(), within=PATIENCE, what="the client")
    place.tmux("copy-mode", "-t", session.pane)
    with pytest.raises(Refused, match="copy mode"):
        place.terminal.type_line(session, "hello")
    place.tmux("send-keys", "-t", session.pane, "-X", "cancel")
    place.terminal.type_line(session, "hello")
    place.shows(session, "hello")


def test_a_mode_that_nobody_looks_at_is_left(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.tmux("copy-mode", "-t", session.pane)
    place.terminal.type_line(session, "hello")
    place.shows(session, "hello")


# --- people


def test_who_is_attached_is_counted(place: TmuxPlace) -> None:
    place.start("we-Toast")
    place.watch(*place.attaching("we-Toast"))

    def attached() -> bool:
        seen = place.terminal.look(["we-Toast"])["we-Toast"]
        return isinstance(seen, Present) and seen.value.attached == 1

    eventually(attached, within=PATIENCE, what="one client")


def test_inside_another_tmux_one_attaches_nested_and_inside_this_one_switches(place: TmuxPlace) -> None:
    place.start("we-Toast")
    other = Tmux(place.socket, environ={"TMUX": f"{place.root}/other,sock,1,0"}).attach_command("we-Toast")
    assert list(other[:5]) == ["/usr/bin/env", "-u", "TMUX", "-u", "TMUX_PANE"]
    assert "attach-session" in other
    inside = Tmux(place.socket, environ={"TMUX": f"{place.socket},1,0"})
    assert list(inside.attach_command("we-Toast")[-3:]) == ["switch-client", "-t", "=we-Toast:"]
    assert "choose-tree" in inside.attach_command(None)
    assert "attach-session" not in inside.attach_command(None)


def test_switching_from_a_pane_of_this_server_shows_the_other_session(place: TmuxPlace) -> None:
    place.start("we-Ash")
    switch = Tmux(place.socket, environ={"TMUX": f"{place.socket},1,0"}).attach_command("we-Ash")
    session = place.start("we-Toast", "sh", "-c", 'read go; "$@"; exec cat', "sh", *switch)
    place.watch(*place.attaching("we-Toast"))
    eventually(lambda: "we-Toast" in place.status_line(), within=PATIENCE, what="the first session")
    place.terminal.type_line(session, "go")
    eventually(lambda: "we-Ash" in place.status_line(), within=PATIENCE, what="the other session")


def test_without_a_name_one_picks_from_our_sessions(place: TmuxPlace) -> None:
    place.start("we-Toast", gt_agent="web/Toast", gt_hook="we-x7k2m Add pagination")
    place.start("api-Ash", gt_agent="api/Ash")
    place.tmux("new-session", "-d", "-s", "private", "exec cat")
    place.watch(*place.attaching())
    screen = eventually(
        lambda: text if "api/Ash" in (text := place.screen()) else "", within=PATIENCE, what="the menu"
    )
    assert "we-Toast: web/Toast                  we-x7k2m Add pagination" in screen
    assert "private" not in screen


# --- the doorbell


@pytest.fixture
def bell(place: TmuxPlace) -> Generator[int]:
    """A FIFO `wake` that somebody holds open."""
    os.mkfifo(place.root / "wake")
    fd = os.open(place.root / "wake", os.O_RDWR | os.O_NONBLOCK)
    yield fd
    os.close(fd)


def rings(bell: int) -> bool:
    try:
        return bool(os.read(bell, 100))
    except BlockingIOError:
        return False


def test_the_end_of_a_session_rings(place: TmuxPlace, bell: int) -> None:
    place.start("we-Toast")
    place.terminal.watch_ends(place.root / "wake")
    assert not rings(bell)
    place.start("we-Ash", "true")
    eventually(lambda: rings(bell), within=PATIENCE, what="a ring for a program that ended")
    place.tmux("kill-session", "-t", "=we-Toast:")
    eventually(lambda: rings(bell), within=PATIENCE, what="a ring for a session that was killed")


def test_the_end_of_an_agents_pane_rings_though_its_session_lives(place: TmuxPlace, bell: int) -> None:
    place.terminal.watch_ends(place.root / "wake")
    session = place.start("we-Toast")
    place.tmux("split-window", "-d", "-t", session.pane, "exec sleep 1000")
    os.kill(session.pane_pid, signal.SIGKILL)
    eventually(lambda: rings(bell), within=PATIENCE, what="a ring")


def test_a_later_server_rings_too_whoever_starts_it(place: TmuxPlace, bell: int) -> None:
    Tmux(place.socket, wake=place.root / "wake").start(
        "we-Ash", ["true"], cwd=place.work, env=ENV, options={}
    )
    eventually(lambda: rings(bell), within=PATIENCE, what="a ring")


def test_ringing_where_nobody_listens_leaves_nothing_behind(place: TmuxPlace) -> None:
    odd = place.root / "it's #{pid} $HOME;"
    os.mkfifo(odd)
    for fifo in (odd, place.root / "missing"):
        place.start("we-Toast")
        place.terminal.watch_ends(fifo)
        place.tmux("kill-session", "-t", "=we-Toast:")
    server = psutil.Process(place.server())
    eventually(lambda: not server.children(), within=PATIENCE, what="the server to have no child")
    assert stat.S_ISFIFO(odd.stat().st_mode)
    assert not (place.root / "missing").exists()


def test_a_fifo_with_an_odd_name_rings(place: TmuxPlace) -> None:
    odd = place.root / "it's #{pid} $HOME `x`;"
    os.mkfifo(odd)
    bell = os.open(odd, os.O_RDWR | os.O_NONBLOCK)
    try:
        place.start("we-Toast")
        place.terminal.watch_ends(odd)
        place.tmux("kill-session", "-t", "=we-Toast:")
        eventually(lambda: rings(bell), within=PATIENCE, what="a ring")
    finally:
        os.close(bell)


# --- the socket's place


def test_the_socket_lies_in_the_town_where_its_path_is_short_enough(tmp_path: Path) -> None:
    town = Path("/t")
    assert socket_path(town) == town / "run" / "tmux.sock"
    long = tmp_path / ("x" * LONGEST)
    short = socket_path(long)
    try:
        assert short == socket_path(long)
        assert short != socket_path(tmp_path / ("y" * LONGEST))
        assert len(os.fsencode(short)) <= LONGEST
        assert stat.S_IMODE(short.parent.stat().st_mode) == 0o700
        short.parent.chmod(0o777)
        socket_path(long)
        assert stat.S_IMODE(short.parent.stat().st_mode) == 0o700
    finally:
        for name in "xy":
            socket_path(tmp_path / (name * LONGEST)).parent.rmdir()


def test_a_short_folder_that_somebody_else_has_made_is_refused(tmp_path: Path) -> None:
    long = tmp_path / ("x" * LONGEST)
    folder = socket_path(long).parent
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(Refused, match="belongs to somebody else"):
            socket_path(long)
    finally:
        folder.unlink()
