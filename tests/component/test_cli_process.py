"""The command line as whole processes: pipes that break, full disks, Ctrl-C, poor terminals, and real ones."""

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gastown.cli.tables import columns
from gastown.domain.permission import Permission
from gastown.domain.runtime import Usage
from gastown.ledger import conversations, incarnations
from gastown.town import Town
from tests.support import a_repository, eventually
from tests.towns import a_rig, a_town, put_to_work, start, write_rig

PROGRAMS = Path(sys.executable).parent
BD = "bd"


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def run(
    town: Town,
    words: Sequence[str],
    *,
    program: str = "gt",
    env: Mapping[str, str] | None = None,
    pipe: str = "",
) -> Ended:
    """Run one of our programs; `pipe` is what the shell adds to its command line, like `| head -1`."""
    argv = [str(PROGRAMS / program), *words]
    if pipe:
        argv = ["bash", "-c", f'set -o pipefail; "$0" "$@" {pipe}', *argv]
    done = subprocess.run(
        argv, cwd=town.root, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def test_all_names_of_the_program_are_the_same(town: Town) -> None:
    versions = [run(town, ["--version"], program=name).out for name in ("gt", "gastown")]
    by_module = subprocess.run(
        [sys.executable, "-m", "gastown", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert {*versions, by_module.stdout} == {versions[0]}
    assert run(town, ["ready", "--json"], program=BD) == run(town, ["bead", "ready", "--json"])


@pytest.mark.parametrize(
    "words",
    ["bead create x -l a,b --deps we-1 --due +3d --no-up", "bead dep add we-1 we-2 --no-up",
     "bead dep remove we-1 we-2 --no-up", "bead update we-2 --claim -p 1 --add-label a --no-up",
     "bead close we-2 --no-up", "bead reopen we-2 --no-up", "bead delete we-2 --no-up", "bead comment we-2 so --no-up",
     "bead label add we-2 a --no-up", "bead ready", "bead show we-1 --json", "bead show we-1",
     "bead ready we-1", "bead list -s open", "bead children we-1", "bead search thing", "bead history we-1",
     "bead blocked", "bead mol current we-1", "bead cook polecat-work --var bead=x",
     "hook Toast", "log -n 5", "rig list", "sling we-1 web/Toast --no-up", "prime Toast"],
)  # fmt: skip
def test_what_agents_run_all_day_loads_neither_typer_nor_anything_heavy(town: Town, words: str) -> None:
    for bead in ("we-1", "we-2"):
        run(town, ["create", "Something", "--id", bead, "--rig", "web", "--no-up"], program=BD)
    run(town, ["sling", "we-1", "web/Toast", "--no-up"])
    argv = [sys.executable, "-X", "importtime", "-m", "gastown", *words.split()]
    done = subprocess.run(argv, cwd=town.root, capture_output=True, text=True, timeout=60, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "gastown" in loaded
    assert not loaded & {
        "libtmux",
        "psutil",
        "pydantic",
        "pygit2",
        "rich",
        "sqlite_utils",
        "textual",
        "typer",
    }


@pytest.mark.parametrize(
    "words, status",
    [(["status"], 0), (["bead", "show", "we-nope"], 1), (["nope"], 64), (["bead", "create", ""], 65)],
)
def test_exit_codes_reach_the_shell(town: Town, words: list[str], status: int) -> None:
    ended = run(town, words)
    assert (ended.status, bool(ended.out)) == (status, status == 0)


def test_a_reader_that_has_read_enough_is_no_error(town: Town) -> None:
    for number in range(3):
        run(town, ["create", f"Bead {number} {'x' * 400}", "--no-up"], program=BD)
    ended = run(town, ["bead", "ready", "--json"], pipe="| head -c 1")
    assert (ended.status, ended.err.count("Error")) == (0, 0)
    assert run(town, ["status"], pipe=">&-").status == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_result_that_was_lost_is_an_error(town: Town) -> None:
    assert run(town, ["status"], pipe="> /dev/full").status == 69


def test_a_terminal_with_a_poor_alphabet_breaks_nothing(town: Town) -> None:
    poor = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert run(town, ["create", "Grüße an 日本", "--no-up"], program=BD, env=poor).status == 0
    shown = run(town, ["ready"], program=BD, env=poor)
    assert "Gr??e an ??" in shown.out
    assert "Grüße an 日本" in run(town, ["ready"], program=BD).out


def test_a_follower_tells_what_happens_and_ends_quietly_with_ctrl_c(town: Town) -> None:
    follower = subprocess.Popen(
        [str(PROGRAMS / "gt"), "log", "--follow"],
        cwd=town.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert follower.stdout is not None
        bead = run(town, ["create", "Something new", "--no-up"], program=BD).out.split()[1]
        readable, _, _ = select.select([follower.stdout], [], [], 20)
        assert readable
        assert f'overseer      filed {bead} "Something new"' in follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        assert follower.wait(20) == 130
        assert follower.stderr is not None
        assert "Traceback" not in follower.stderr.read()
    finally:
        follower.kill()
        follower.communicate()


class Screen:
    """A program on a terminal of 80 columns, as a person has it."""

    def __init__(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.pid, self._leader = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(argv[0], list(argv), {**os.environ, "COLUMNS": "80", **env})  # noqa: S606 - a program of ours
        self.shown = ""

    def read(self) -> str:
        """All that was shown so far."""
        while select.select([self._leader], [], [], 0)[0]:
            try:
                piece = os.read(self._leader, 4096)
            except OSError:  # it has ended
                break
            if not piece:
                break
            self.shown += piece.decode("utf-8", "replace")
        return self.shown

    def sees(self, text: str) -> None:
        """Wait until it shows `text`."""
        eventually(lambda: text in self.read(), within=30, what=f"{text!r} on the screen")

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self._leader, f"{line}\n".encode())

    def end(self) -> int:
        """Wait for its end; gives the exit status."""
        ended: list[int] = []

        def over() -> bool:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                ended.append(status)
            return bool(pid)

        eventually(over, within=60, what="the program to end")
        self.read()
        os.close(self._leader)
        return os.waitstatus_to_exitcode(ended[0])


def on_a_terminal(town: Town, *words: str, program: str = "gt", **env: str) -> Screen:
    return Screen([str(PROGRAMS / program), *words], town.root, {"TERM": "xterm", **env})


def test_a_terminal_gets_colour_unless_it_wants_none(town: Town) -> None:
    coloured = on_a_terminal(town, "status")
    assert coloured.end() == 0
    assert "\x1b[1mGas Town\x1b[0m" in coloured.shown
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = on_a_terminal(town, "status", **env)
        assert plain.end() == 0
        assert "\x1b" not in plain.shown
        assert max(map(len, plain.shown.splitlines()[1:])) <= 80


@pytest.mark.parametrize(
    "words",
    ["", "status", "agents", "session list", "seance", "seance web/Toast", "role list", "role show polecat",
     "role show mayor", "role check", "rig list", "trail web/Toast", "log"],
)  # fmt: skip
def test_no_page_is_wider_than_the_terminal(tmp_path: Path, words: str) -> None:
    town = a_town(
        tmp_path / ("a-folder-with-quite-a-long-name-for-a-town" * 2), ("web", "a-project-of-more-letters")
    )
    long = replace(
        a_rig(), permissions=Permission.UNATTENDED, trust=True, gate="make lint test package && true"
    )
    write_rig(town.root / "web", long)
    put_to_work(town)
    for number in range(3):
        start(town)
        newest = incarnations.newest(town.ledger, "web/polecats/Toast")
        assert newest is not None
        with town.ledger.transaction() as ledger:
            conversations.add(
                ledger,
                f"{number}1111111-aaaa",
                newest,
                runtime="scripted",
                transcript="",
                now=town.clock.now(),
            )
            incarnations.end(ledger, newest.id, "handoff", town.clock.now())
        with town.ledger.transaction() as ledger:
            for over in conversations.ended(ledger, town.clock.now()):
                conversations.archive(ledger, over, None, Usage(123_456, 78_910, 12.34), town.clock.now())
    town.close()
    screen = on_a_terminal(town, *words.split(), NO_COLOR="1")
    screen.end()
    lines = screen.shown.replace("\r", "").splitlines()
    assert lines
    assert [line for line in lines if columns(line) > 80] == []


@pytest.mark.parametrize("words", ["agents", "session list"])
def test_who_looks_at_agents_does_not_load_what_packages_are_installed(town: Town, words: str) -> None:
    run(town, ["sling", "Mend the door", "web/Toast", "--no-up"])
    argv = [sys.executable, "-X", "importtime", "-m", "gastown", *words.split()]
    done = subprocess.run(argv, cwd=town.root, capture_output=True, text=True, timeout=60, check=True)
    assert "importlib.metadata" not in done.stderr


def test_the_next_step_stands_beneath_the_result_on_a_terminal(town: Town) -> None:
    screen = on_a_terminal(town, "create", "Something", "--no-up", program=BD, NO_COLOR="1")
    assert screen.end() == 0
    first, second = screen.shown.splitlines()
    assert (first.split()[0], second.split()[0]) == ("created", "next:")


@pytest.mark.needs("git")
def test_rig_add_asks_what_was_not_given_and_takes_the_careful_answer(town: Town, tmp_path: Path) -> None:
    source = a_repository(tmp_path / "source", {"Makefile": "test:\n\ttrue\n"})
    screen = on_a_terminal(town, "rig", "add", "shop", str(source), "--trust", "--no-up")
    screen.sees("ask / edits / unattended [ask]: ")
    screen.type("everything")
    screen.sees("[ask]: everything\r\n")
    screen.type("")
    screen.sees("gate (a command, or none) [make test]: ")
    screen.type("")
    assert screen.end() == 0
    rig = town.rig("shop")
    assert (rig.gate, rig.permissions, rig.no_gate) == ("make test", "ask", False)


@pytest.mark.needs("git")
def test_rig_add_takes_other_answers_too_and_none_is_an_answer(town: Town, tmp_path: Path) -> None:
    source = a_repository(tmp_path / "source", {"README": "hello\n"})
    screen = on_a_terminal(
        town, "rig", "add", "shop", str(source), "--no-trust", "--permissions", "edits", "--no-up"
    )
    screen.sees("gate (a command, or none) []: ")
    screen.type("")
    screen.type("none")
    assert screen.end() == 0
    assert (town.rig("shop").no_gate, town.rig("shop").permissions) == (True, "edits")


@pytest.mark.needs("git")
def test_rig_add_without_a_terminal_asks_nothing_and_names_the_proposal(town: Town, tmp_path: Path) -> None:
    source = a_repository(tmp_path / "source", {"Makefile": "test:\n\ttrue\n"})
    refused = run(town, ["rig", "add", "shop", str(source)])
    assert refused.status == 1
    assert refused.out == ""
    assert '--gate "make test", or --no-gate' in refused.err
    assert not (town.root / "shop").exists()
    assert run(town, ["rig", "add", "shop", str(source), "--gate", "make test", "--no-up"]).status == 0
    assert (town.rig("shop").permissions, town.rig("shop").trust) == ("ask", False)


@pytest.mark.needs("tmux")
def test_attach_needs_a_terminal_and_a_session(town: Town) -> None:
    run(town, ["sling", "Do something", "web/Toast", "--no-up"])
    ended = run(town, ["attach", "Toast"])
    assert ended.status == 1
    assert "web/polecats/Toast has no session now" in ended.err
    assert "needs a terminal" in run(town, ["attach"]).err


def test_the_start_callback_answers_even_when_the_ledger_cannot(town: Town) -> None:
    (town.root / "gastown.db").write_text("this is no database, whatever its name says", encoding="utf-8")
    ended = run(town, ["prime", "--hook"], env={"GT_TOWN": str(town.root), "GT_CREDENTIAL": "x"})
    assert ended.status == 0
    assert "Run `gt prime`" in ended.out
    assert "damaged or not a database" in ended.err
    assert "prime" in (town.root / "logs" / "callbacks.log").read_text(encoding="utf-8")
