"""Commands inside a town, in process: what they print where, in words and as JSON, and what they refuse."""

import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, exits
from gastown.ledger import bead_writes
from gastown.ledger.database import FILE_NAME
from gastown.ledger.sqlite import sqlite3
from gastown.town import Town
from tests.towns import a_town

HOSTILE = "Wipe\x1b[2J it\x07 \x9b31m"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = a_town(tmp_path, ("web", "api"))
    monkeypatch.chdir(town.root / "web")
    return town


@pytest.fixture
def run(town: Town, capsys: pytest.CaptureFixture[str]) -> "Run":
    del town
    return Run(capsys)


class Run:
    """Runs commands and keeps what the last one printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str, program: str = "gt", expect: int = 0) -> str:
        given = ["bead", *words] if program == "bd" else list(words)
        status = app.run(program, given)
        self.out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, self.out, self.err)
        return self.out

    def bd(self, *words: str, expect: int = 0) -> str:
        return self(*words, program="bd", expect=expect)

    def json(self, *words: str, program: str = "gt") -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self(*words, "--json", program=program))

    def file(self, title: str, *words: str) -> str:
        """File a bead; gives its id."""
        return str(self.json("create", title, "--no-up", *words, program="bd")["id"])


def test_the_result_goes_to_stdout_and_the_story_to_stderr(run: Run) -> None:
    out = run.bd("create", "Add pagination", "--no-up")
    word, bead, title = out.split(maxsplit=2)
    assert (word, title) == ("created", '"Add pagination"\n')
    assert run.err == f"next:  gt sling {bead}    bd dep add {bead} OTHER    bd show {bead}\n"


def test_a_bead_is_filed_with_all_its_fields_and_shown_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("one\n\ntwo\n"))
    bead = run.file(
        "T", "--id", "issue-7", "-d", "-", "--acceptance", "tests pass", "--design", "small", "-t", "bug", "-p", "0",
        "--rig", "api",
    )  # fmt: skip
    assert bead == "issue-7"
    shown = run.json("show", "issue-7", program="bd")
    assert (shown["description"], shown["acceptance"], shown["design"]) == (
        "one\n\ntwo\n",
        "tests pass",
        "small",
    )
    assert (shown["type"], shown["priority"], shown["rig"], shown["status"]) == ("bug", 0, "api", "open")
    page = run.bd("show", "issue")
    assert page.splitlines()[:2] == ["issue-7  T", " open · bug · priority 0 · api"]
    assert " Description\n   one\n\n   two\n" in page


def test_without_a_rig_the_folder_decides(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.file("Here").startswith("we-")
    monkeypatch.chdir(town.root)
    assert run.file("Nowhere").startswith("hq-")


def test_dependencies_decide_what_is_ready(run: Run) -> None:
    one, two = run.file("First"), run.file("Second", "-p", "0")
    assert run.bd("dep", "add", two, one, "--no-up") == f"linked  {two} waits for {one}\n"
    assert run.bd("dep", "add", two, one, "--no-up") == f"linked before  {two} waits for {one}\n"
    assert [line["id"] for line in run.json("ready", program="bd")] == [one]
    assert run.bd("ready").split()[0] == one
    assert f" waits for {one}" in run.bd("show", two)
    run.bd("dep", "add", one, two, "--no-up", expect=exits.NOT_POSSIBLE)
    assert "circle" in run.err


def test_when_nothing_is_ready_stdout_stays_empty(run: Run) -> None:
    assert run.bd("ready") == ""
    assert run.err.startswith("nothing is ready\nnext:  bd create")
    assert run.json("ready", program="bd") == []


@pytest.mark.parametrize(
    "words, code, said",
    [
        (["show", "we-nope"], 1, "there is no bead 'we-nope'"),
        (["create", " "], 65, "needs a title"),
        (["create", "x", "--rig", "nope"], 1, "there is no rig 'nope'"),
        (["create", "x", "--id", "a b"], 65, "cannot be a bead's id"),
        (["create", "x", "-t", "convoy"], 65, "no type of work"),
        (["create", "x", "-p", "9"], 65, "9 is no priority"),
        (["create", HOSTILE], 65, "control characters"),
        (["dep", "add", "we-nope", "we-nope"], 1, "there is no bead"),
    ],
)
def test_bad_input_is_refused_with_its_code(run: Run, words: list[str], code: int, said: str) -> None:
    assert run.bd(*words, expect=code) == ""
    assert run.err.startswith("bd: ")
    assert said in run.err.splitlines()[0]


@pytest.mark.parametrize(
    "words, code, said",
    [
        (["sling", "we-nope", "web"], 1, "there is no bead 'we-nope'"),
        (["sling", "Do this", "nope/x/y"], 65, "nope"),
        (["sling", "Do this", "crew/ann"], 1, "there is no web/crew/ann"),
        (["sling", "Do this", "web/crew/ann"], 1, "there is no web/crew/ann"),
        (["sling", "Do this", "web", "--runtime", "nope"], 1, "nope"),
        (["hook"], 1, "you have no hook"),
        (["hook", "Nobody"], 1, "there is no agent 'Nobody'"),
        (["unsling", "Nobody"], 1, "'Nobody'"),
        (["prime"], 1, "you are the human"),
        (["done"], 1, "agent's command"),
        (["peek", "Nobody"], 1, "there is no agent 'Nobody'"),
        (["log", "nobody"], 1, "'nobody'"),
        (["mq", "list", "nope"], 1, "there is no rig 'nope'"),
        (["mq", "show", "mr-nope"], 1, "mr-nope"),
        (["mq", "retry", "mr-nope"], 1, "mr-nope"),
        (["rig", "remove", "nope"], 1, "there is no rig 'nope'"),
        (["rig", "add", "Bad Name", "x"], 65, "cannot name a rig"),
    ],
)
def test_what_is_not_possible_is_refused_with_its_code(
    run: Run, words: list[str], code: int, said: str
) -> None:
    assert run(*words, expect=code) == ""
    assert run.err.startswith("gt: ")
    assert said in run.err.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        ["seance", "-n", "-1"],
        ["trail", "mayor", "-n", "-5"],
        ["sling", "Do this", "web", "-n", "-1"],
        ["ledger", "log", "-n", "-1"],
    ],
)
def test_no_command_takes_less_than_none(run: Run, words: list[str]) -> None:
    run("sling", "Plan the week", "mayor", "--no-up")
    assert run(*words, expect=exits.INVALID) == ""
    assert "takes no number below 0" in run.err


def test_a_story_of_no_lines_has_none(run: Run) -> None:
    run("sling", "Plan the week", "mayor", "--no-up")
    assert run.json("trail", "mayor", "-n", "1")["lines"]
    assert run.json("trail", "mayor", "-n", "0")["lines"] == []


def test_options_that_contradict_each_other_are_refused(run: Run) -> None:
    run("mail", "send", "overseer", "Hello", "--urgent", "--high", "--no-up", expect=exits.INVALID)
    assert "urgent or high, not both" in run.err
    run("sling", "Plan the week", "web/Toast", "--no-up")
    run("handoff", "Toast", "--collect", "--no-up", expect=exits.NOT_POSSIBLE)
    assert "--collect is for your own session" in run.err
    assert run.err.splitlines()[1].strip() == "gt handoff Toast -m NOTE, without it"


def test_what_is_said_next_means_one_agent(run: Run) -> None:
    """The pool of names gives every rig's first polecat the same."""
    run("sling", "Mend the door", "web/polecats/Toast", "--no-up")
    assert run.err == "next:  gt attach Toast    gt log --follow Toast\n"
    run("sling", "Mend the door", "api/polecats/Toast", "--no-up")
    assert run.err == "next:  gt attach api/Toast    gt log --follow api/Toast\n"
    run("sling", "Look at it", "deacon/dogs/rex", "--no-up")
    assert run.err.startswith("next:  gt attach rex ")
    run("sling", "Look at it", "web/polecats/rex", "--no-up")
    assert run.err.startswith("next:  gt attach web/rex ")
    run("unsling", "deacon/dogs/rex", "--no-up")
    run("sling", "Look again", "deacon/dogs/rex", "--no-up")
    assert run.err.startswith("next:  gt attach deacon/dogs/rex ")
    run("sling", "Plan the week", "mayor", "--no-up")
    assert run.err.startswith("next:  gt attach mayor ")
    run("sling", "Judge it", "api/witness", "--no-up")
    assert run.err.startswith("next:  gt attach api/witness ")


@pytest.mark.parametrize(
    "words", [["session", "stop", "nope"], ["crew", "remove", "nope"], ["agent", "pause", "nope"]]
)
def test_who_is_not_there_is_told_of_as_that(
    run: Run, words: list[str], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.root)
    run(*words, expect=exits.NOT_POSSIBLE)
    assert run.err == "gt: there is no agent 'nope'\n    gt agents lists them\n"


def test_crew_without_a_name_is_told_so_before_its_rig_is_asked_for(
    run: Run, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.root)
    run("crew", "add", "", "--no-up", expect=exits.INVALID)
    assert run.err.startswith("gt: '' cannot name a crew member\n")


def test_who_never_spoke_cannot_be_asked(run: Run) -> None:
    for prepared in ("", "mayor"):
        if prepared:
            run("sling", "Plan the week", prepared, "--no-up")
        run("seance", "mayor", "-p", "What was it?", expect=exits.NOT_POSSIBLE)
        assert run.err.splitlines()[:2] == [
            "gt: mayor has had no conversation that can be asked",
            "    gt seance lists those of all",
        ]
        assert run("seance", "mayor") == "no conversations yet\n"


def test_an_unknown_credential_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GT_CREDENTIAL", "not ours")
    run("hook", expect=exits.NOT_POSSIBLE)
    assert "credential" in run.err
    assert "tell you your work" in run("prime", "--hook")


def test_slinging_and_taking_back(run: Run, town: Town) -> None:
    bead = run.file("Add pagination to /users")
    out = run("sling", bead, "polecat/Toast", "--no-up")
    assert out.startswith(
        f'slung  {bead} "Add pagination to /users" → web/polecats/Toast   (generation 1, convoy cv-'
    )
    assert run.err == "next:  gt attach Toast    gt log --follow Toast\n"
    assert run("sling", bead, "polecat/Toast", "--no-up").startswith("slung before  ")
    assert run("hook", "Toast").startswith(f"HOOK  {bead}  Add pagination to /users\n")
    assert run.json("hook", "web/Toast")["bead"] == bead
    run("sling", bead, "polecat/Shadow", "--no-up", expect=exits.NOT_POSSIBLE)
    assert run.err.startswith(f"gt: {bead} is on web/polecats/Toast's hook since ")
    assert run("unsling", bead, "--no-up") == f"unslung  {bead} ← web/polecats/Toast\n"
    assert run("hook", "Toast") == "nothing is on the hook of web/Toast\n"
    other = run.json("sling", "Something else", "polecat/Toast", "--no-up")
    assert (other["created"], other["agent"]) == (True, "web/polecats/Toast")
    run("unsling", bead, "--no-up", expect=exits.NOT_POSSIBLE)
    assert f"{bead} is on nobody's hook" in run.err
    assert run.json("hook", "Toast")["bead"] == other["bead"]
    told = [line.split(maxsplit=2)[2] for line in run("log").splitlines()]
    assert f"slung {bead} to web/Toast" in told
    assert not (town.places.run / "supervisor.pid").exists()


def test_text_from_elsewhere_reaches_no_terminal_raw(run: Run, town: Town) -> None:
    bead = run.file("Innocent", "-d", f"Look:\n{HOSTILE}\n\tend")
    with town.ledger.transaction() as ledger:
        bead_writes.add_comment(ledger, bead, HOSTILE, by="web/\x1bx", now=town.clock.now())
    with closing(sqlite3.connect(town.root / FILE_NAME)) as careless:
        careless.execute("UPDATE beads SET title = ? WHERE id = ?", (HOSTILE, bead))
        careless.commit()
    for words in (["show", bead], ["ready"], ["show", bead, "--json"], ["ready", "--json"]):
        shown = run.bd(*words) + run.err
        assert not set(shown) & {"\x1b", "\x07", "\x9b"}
    run("sling", bead, "web", "--no-up")
    for words in (["hook", "Toast"], ["log"], ["log", "--json"], ["mq", "list"], ["rig", "list"]):
        shown = run(*words) + run.err
        assert not set(shown) & {"\x1b", "\x07", "\x9b"}
    assert json.loads(run.bd("show", bead, "--json"))["title"] == HOSTILE


def test_the_log_tells_what_happened(run: Run) -> None:
    assert run("log") == ""
    assert run.err == "nothing has happened yet\n"
    bead = run.file("First")
    run.file("Second")
    assert run("log", bead).split(maxsplit=2)[1:] == ["overseer", f'filed {bead} "First"\n']
    assert [line["type"] for line in run.json("log", "-n", "1")] == ["bead.created"]


def test_rigs_are_listed(run: Run) -> None:
    head, api, web = run("rig", "list").splitlines()
    assert head.split()[:4] == ["rig", "target", "prefix", "gate"]
    assert api.split()[:3] == ["api", "main", "ap"]
    assert "make test" in web
    assert [one["rig"]["name"] for one in run.json("rig", "list")] == ["api", "web"]


def test_the_queues_are_listed(run: Run) -> None:
    assert run("mq", "list", "web").splitlines()[1:] == [
        "   empty",
        " last hour  0 landed · 0 gate runs · 0 sent back",
    ]
    assert [queue["rig"] for queue in run.json("mq", "list")] == ["api", "web"]


def test_the_page_of_a_quiet_town(run: Run) -> None:
    page = run()
    assert "2 rigs · 0 agents · supervisor DOWN · 0 ready" in page
    assert "gate make test" in page
    assert "agents: ask" in page
    assert run.err.startswith("next:  ")
    assert run("status") == page
    assert run.json("status")["supervisor"]["state"] == "down"


def test_doctor_speaks_inside_a_town_and_outside(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (
        [check["name"] for check in run.json("doctor")["checks"]] if app.run("gt", ["doctor"]) == 0 else []
    )
    monkeypatch.chdir(tmp_path)
    status = app.run("gt", ["doctor", "--json"])
    assert status in (exits.DONE, exits.UNAVAILABLE)
    assert "Python" in names or status == exits.UNAVAILABLE


def test_broken_settings_are_65_and_name_the_file(run: Run, town: Town) -> None:
    (town.root / "web" / "rig.toml").write_text("[rig\n", encoding="utf-8")
    assert "api" in run("rig", "list", expect=exits.INVALID)
    assert "web/rig.toml" in run.err


def test_a_ledger_that_is_none_is_65(run: Run, town: Town) -> None:
    for file in town.root.glob(f"{FILE_NAME}*"):
        file.unlink()
    (town.root / FILE_NAME).write_text("this is no database, whatever its name says", encoding="utf-8")
    run.bd("ready", expect=exits.INVALID)
    assert FILE_NAME in run.err


def test_a_ledger_that_is_gone_is_1(run: Run, town: Town) -> None:
    for file in town.root.glob(f"{FILE_NAME}*"):
        file.unlink()
    run.bd("ready", expect=exits.NOT_POSSIBLE)


def test_a_busy_ledger_is_75(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gastown.ledger.database.BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(town.root / FILE_NAME, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        run.bd("create", "x", "--no-up", expect=exits.BUSY)
    finally:
        holder.close()
    assert "busy" in run.err


def test_a_bug_is_70_and_its_story_is_kept(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("what a day")

    monkeypatch.setattr("gastown.views.ready.ready", broken)
    run.bd("ready", expect=exits.BUG)
    assert run.err.startswith("bd: this is a bug of ours: ZeroDivisionError: what a day\n")
    (kept,) = (town.root / "logs").glob("bug-*.txt")
    assert str(kept) in run.err
    assert "Traceback" not in run.err
    assert 'raise ZeroDivisionError("what a day")' in kept.read_text(encoding="utf-8")
    monkeypatch.setenv("GT_DEBUG", "1")
    run.bd("ready", expect=exits.BUG)
    assert "Traceback" in run.err


def test_a_full_disk_is_69(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/town/file")

    monkeypatch.setattr("gastown.operations.work.create.file", full)
    run.bd("create", "x", "--no-up", expect=exits.UNAVAILABLE)
    assert run.err == "bd: /town/file: No space left on device\n    make room, then try again\n"
