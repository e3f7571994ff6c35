"""`bd`'s writing commands inside a town, in process: what they print where, as JSON, and what they refuse."""

import io
import json
from pathlib import Path

import pytest

from gastown.cli import exits
from gastown.ledger import bead_writes, beads
from gastown.town import Town
from tests.unit.test_cli_in_town import HOSTILE, Run, run, town

__all__ = ["run", "town"]


def reads(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_create_takes_every_field(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(monkeypatch, "from standard input\n")
    epic = run.file("Epic", "-t", "Epic")
    one = run.json(
        "create", "One", "--parent", epic, "-l", "a,b", "-l", "c", "--deps", f"related:{epic}", "--notes", "-", "-p",
        "P1", "--assignee", "ann", "--due", "2027-01-01T09:00Z", "--defer", "+3d", "--external-ref", "gh-1",
        "--ephemeral", "--no-up", program="bd",
    )  # fmt: skip
    assert (one["notes"], one["priority"], one["assignee"], one["external_ref"]) == (
        "from standard input\n",
        1,
        "ann",
        "gh-1",
    )
    assert (one["due"], one["ephemeral"]) == ("2027-01-01T09:00:00+00:00", True)
    assert run.json("label", "list", one["id"], program="bd") == ["a", "b", "c"]


def test_a_plan_from_a_file_or_a_pipe(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = tmp_path / "plan.md"
    plan.write_text("## A\n### Deps\nB\n\n## B\n", encoding="utf-8")
    lines = run.bd("create", "-f", str(plan), "--no-up").splitlines()
    assert [line.split()[0] for line in lines] == ["created", "created"]
    reads(monkeypatch, '{"title": "C"}\n')
    (made,) = run.json("create", "--file", "-", "--no-up", program="bd")
    assert made["title"] == "C"
    plan.write_bytes(b"## A\n\xff\n")
    run.bd("create", "-f", str(plan), "--no-up", expect=exits.INVALID)
    assert "line 2 is not valid UTF-8" in run.err
    reads(monkeypatch, "## A\n### Priority\nhigh\n## \n")
    run.bd("create", "-f", "-", "--no-up", expect=exits.INVALID)
    assert run.err.splitlines() == [
        "bd: 2 things are wrong here, so nothing was filed",
        "    line 1 (A): high is no priority",
        "    line 4 (no title): a bead needs a title",
    ]


@pytest.mark.parametrize(
    "words, code, said",
    [
        (["create"], 65, "needs a title"),
        (["create", "x", "-f", "y"], 65, "a file has its own titles"),
        (["create", "-f", "/nope"], 1, "there is no file"),
        (["create", "-f", "/"], 65, "is a folder"),
        (["create", "x", "-d", "-", "--notes", "-"], 65, "read once only"),
        (["create", "x", "--due", "soon"], 65, "'soon' is no moment"),
        (["create", "x", "--deps", "needs:we-1"], 65, "no kind of dependency"),
        (["create", "x", "--deps", "we-nope"], 1, "there is no bead 'we-nope'"),
        (["create", "x", "-p", "high"], 65, "high is no priority"),
        (["create", "x", "-l", "a\x1b"], 65, "control characters"),
        (["create", "x", "-d", "\udcff"], 65, "not valid UTF-8"),
        (["update", "we-nope", "--claim"], 1, "there is no bead 'we-nope'"),
        (["update", "we-nope", "--claim", "--status", "open"], 65, "--claim sets status"),
        (["update"], 64, "missing argument 'BEAD"),
        (["close"], 64, "missing argument 'BEAD"),
        (["close", "a", "b", "--continue"], 65, "closes one step"),
        (["comment", "we-nope", ""], 65, "the comment is empty"),
        (["label", "add", "we-nope"], 65, "a bead and a label are needed"),
        (["undelete", "we-nope"], 1, "there is no bead 'we-nope'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(run: Run, words: list[str], code: int, said: str) -> None:
    assert run.bd(*words, "--no-up", expect=code) == ""
    assert said in run.err.splitlines()[0]


def test_a_life_of_a_bead_in_words(run: Run) -> None:
    one, two = run.file("One"), run.file("Two")
    run.bd("dep", "add", two, one, "--no-up")
    assert run.bd("update", one, "--claim", "--no-up") == f'claimed  {one}  "One"\n'
    assert run.bd("update", one, "--claim", "--no-up") == f'claimed before  {one}  "One"\n'
    assert run.bd("update", one, "-p", "0", "--add-label", "x,y", "--no-up") == (
        f'updated  {one}  "One"  priority 2 → 0, labels +x +y\n'
    )
    assert run.bd("update", one, "-p", "P0", "--no-up") == f'unchanged  {one}  "One"\n'
    assert run.bd("comment", one, "well", "--no-up") == f"commented  {one}  as overseer\n"
    assert run.bd("label", "remove", one, "x", "--no-up") == f"labels  {one}  y\n"
    assert run.err.splitlines()[0] == f"undo:  bd label add {one} 'x'"
    assert run.bd("label", "list") == " y  1\n"
    assert run.bd("close", one, "-r", "done", "--no-up") == f'closed  {one}  "One"\nunblocked: {two}\n'
    assert run.err == f"next:  gt sling {two}    bd ready    bd reopen {one}\n"
    assert run.bd("close", one, "--no-up") == f'closed before  {one}  "One"\n'
    assert run.bd("reopen", one, "--no-up") == f'reopened  {one}  "One"\n'
    assert run.bd("dep", "remove", two, one, "--no-up") == f"unlinked  {two} → {one}  (blocks)\n"
    assert run.err.splitlines()[0] == f"undo:  bd dep add {two} {one} -t blocks"
    assert run.bd("dep", "remove", two, one, "--no-up") == f"not linked  {two} → {one}\n"
    assert run.bd("delete", one, "--no-up") == f'deleted  {one}  "One"\n'
    assert run.err == f"undo:  bd undelete {one}\n"
    assert run.bd("undelete", one, "--no-up") == f'undeleted  {one}  "One"  open\n'
    told = [line.split(maxsplit=2)[2] for line in run("log", one).splitlines()]
    assert told == [
        f'filed {one} "One"',
        f"claimed {one}",
        f"changed {one}: priority 2 → 0, labels +x +y",
        f"wrote beneath {one}: well",
        f"took x off {one}",
        f"closed {one}: done",
        f"opened {one} again",
        f'deleted {one} "One"',
        f'brought {one} "One" back',
    ]  # fmt: skip


def test_json_of_what_changed(run: Run) -> None:
    one = run.file("One")
    (updated,) = run.json("update", one, "--claim", "--no-up", program="bd")
    assert (updated["claimed"], updated["status"], updated["assignee"]) == (True, "in_progress", "overseer")
    closed = run.json("close", one, "--no-up", program="bd")
    assert (closed["beads"][0]["already"], closed["unblocked"]) == (False, [])
    assert run.json("reopen", one, "--no-up", program="bd")[0]["status"] == "open"
    assert run.json("delete", one, "--no-up", program="bd")[0]["wisp"] is False
    assert run.json("undelete", one, "--no-up", program="bd")["left_out"] == []
    assert run.json("comment", one, "x", "--no-up", program="bd")["text"] == "x"
    assert run.json("label", "add", one, "x", "--no-up", program="bd")[0]["labels"] == ["x"]
    assert run.json("label", "list", program="bd") == [{"label": "x", "beads": 1}]


def test_a_forced_close_of_work_is_told_as_one(run: Run) -> None:
    one = run.file("One")
    run("sling", one, "Toast", "--no-up")
    run.bd("close", one, "--no-up", expect=exits.NOT_POSSIBLE)
    assert "it closes when its commits land" in run.err
    assert "gt done, by the agent" in run.err
    assert run.bd("close", one, "--force", "-r", "moot", "--no-up") == f'closed  {one}  "One"  by force\n'
    assert f"closed {one} by force, without a landing: moot" in run("log", one)


def test_hostile_words_stay_words(run: Run, town: Town) -> None:
    one = run.file("One")
    run.bd("update", one, "-d", HOSTILE, "--append-notes", HOSTILE, "--no-up")
    run.bd("comment", one, HOSTILE, "--no-up")
    run.bd("close", one, "-r", HOSTILE, "--no-up")
    for words in (["show", one], ["delete", one, "-r", HOSTILE, "--no-up"], ["undelete", one, "--no-up"]):
        assert not set(run.bd(*words) + run.err) & {"\x1b", "\x07", "\x9b"}
    assert not set(run("log")) & {"\x1b", "\x07", "\x9b"}
    assert beads.get(town.ledger, one).description == HOSTILE
    assert json.loads(run.bd("show", one, "--json"))["notes"] == HOSTILE


def test_when_no_bead_has_a_label_that_is_said(run: Run) -> None:
    assert run.bd("label", "list") == ""
    assert run.err.startswith("no bead has a label\n")


def test_who_takes_work_from_somebody_is_told_from_whom(run: Run, town: Town) -> None:
    def claimed(title: str) -> str:
        bead = run.file(title)
        with town.ledger.transaction() as ledger:
            bead_writes.claim(ledger, bead, by="ann\x1b[31m", now=town.clock.now())
        return bead

    one, two, three = claimed("One"), claimed("Two"), claimed("Three")
    told = "it was ann\ufffd[31m's work"
    assert run.bd("update", one, "--assignee", "bob", "--no-up").strip().endswith(f"assignee  {told}")
    assert run.bd("close", two, "--no-up").strip().endswith(told)
    assert run.bd("delete", three, "--no-up").strip().endswith(told)
    assert run.json("update", claimed("Four"), "--status", "open", "--no-up", program="bd")[0]["taken_from"]
    run.bd("update", one, "--status", "open", "--no-up")
    assert "  it was assigned to bob; unslung it is nobody's" in run("sling", one, "--no-up")
