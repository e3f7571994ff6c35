"""bd's commands that read, in process: what they print, as JSON, in 80 columns, and of hostile text."""

import json
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, asked, exits
from gastown.cli.render_bead import bead_text, ready_list
from gastown.cli.render_graph import circles, epics, tree
from gastown.cli.render_list import bead_lines, found_lines, parts_head, stale_lines
from gastown.cli.render_past import files_text, history_text, stats_text
from gastown.cli.render_reasons import blocked_list, explanation, explanations
from gastown.cli.tables import columns
from gastown.domain.beads import BeadStatus
from gastown.errors import Invalid
from gastown.ledger.lists import Wanted
from gastown.ledger.search import match_of
from gastown.town import Town
from gastown.views.bead_list import bead_list, children
from gastown.views.bead_page import bead_page
from gastown.views.blocked import blocked
from gastown.views.dep_tree import Circle, dep_tree
from gastown.views.epic_status import epic_status
from gastown.views.explain import explain, explain_first
from gastown.views.files_touched import CommitLine, FilesTouched, Touch
from gastown.views.history import history
from gastown.views.ready import ready
from gastown.views.search import search
from gastown.views.stale import stale
from gastown.views.stats import stats
from tests.component.view_town import NOW
from tests.towns import a_town
from tests.unit.test_cli_render import a_terminal

EVIL = (
    "Evil\x1b[2J\x9b1m words\u202e that go on and on, far beyond what a terminal of eighty columns can show"
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = a_town(tmp_path, ("web", "api"))
    monkeypatch.chdir(town.root / "web")
    return town


@pytest.fixture
def bd(town: Town, capsys: pytest.CaptureFixture[str]) -> "Bd":
    return Bd(town, capsys)


class Bd:
    """Runs bd and keeps what the last command printed."""

    def __init__(self, town: Town, capsys: pytest.CaptureFixture[str]) -> None:
        self.town, self._capsys = town, capsys
        self.out = self.err = ""

    def __call__(self, *words: str, expect: int = 0) -> str:
        status = app.run("bd", ["bead", *words])
        self.out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, self.out, self.err)
        return self.out

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self(*words, "--json"))

    def file(self, title: str, *words: str) -> str:
        return str(self.json("create", title, "--no-up", *words)["id"])

    def ids(self, *words: str) -> list[str]:
        return [bead["id"] for bead in self.json("list", *words)]


def test_a_list_is_told_what_it_is_wanted_for(bd: Bd) -> None:
    one = bd.file("First", "-p", "1", "-t", "bug", "-l", "api,ui", "--due", "2020-01-01")
    two = bd.file("Second", "-p", "3", "-d", "the parser", "--assignee", "ann", "--parent", one)
    three = bd.file("Third", "-p", "0", "--rig", "api", "--ephemeral")
    bd("close", three, "--no-up")
    assert bd.ids() == [one, two]
    assert bd.ids("--all") == [three, one, two]
    assert bd.ids("--all", "--reverse") == [two, one, three]
    assert (
        bd.ids("-s", "closed") == bd.ids("--closed-after", "1h") == bd.ids("--all", "--ephemeral") == [three]
    )
    assert bd.ids("-t", "bug") == bd.ids("-p", "0-1") == bd.ids("-l", "api", "-l", "ui") == [one]
    assert bd.ids("--any-label", "nope,ui") == bd.ids("--overdue") == bd.ids("--unassigned") == [one]
    assert bd.ids("--text", "PARSER") == bd.ids("--assignee", "ann") == bd.ids("--parent", one) == [two]
    assert bd.ids("--rig", "web", "--sort", "title", "--reverse") == [two, one]
    assert bd.ids("--created-before", "yesterday") == []
    assert bd.ids("--updated-after", "yesterday", "--status", "open,hooked") == [one, two]
    assert bd("list", "-n", "1").split()[0] == one
    assert "and 1 more: -n 0 shows all" in bd.err
    bd("list", "--long", "--all")
    assert " api · ui · 1 part · due 2020-01-01" in bd.out
    assert f"part of {one}" in bd.out
    assert bd("list", "--text", "nothing like it") == ""
    assert bd.err.startswith("no bead is like that\nnext:  bd list --all")


@pytest.mark.parametrize(
    "words, said",
    [
        (["list", "-s", "done"], "'done' is no status"),
        (["list", "-t", "bogus"], "'bogus' is no type"),
        (["list", "-n", "-1"], "--limit takes no number below 0"),
        (["ready", "-n", "-1"], "--limit takes no number below 0"),
        (["search", "x", "-n", "-1"], "--limit takes no number below 0"),
        (["history", "x", "-n", "-1"], "--limit takes no number below 0"),
        (["epic", "status", "-n", "-1"], "--limit takes no number below 0"),
        (["dep", "tree", "x", "--depth", "-1"], "--depth takes no number below 0"),
        (["stale", "--days", "-1"], "--days takes no number below 0"),
        (["search", "\udc80"], "not valid UTF-8"),
        (["show", "\udc80"], "not valid UTF-8"),
        (["list", "--created-after", "0001-01-01"], "is too far away"),
        (["list", "--created-before", "9999-12-31T23:59:59-23:00"], "is too far away"),
        (["create", "x", "--due", "0001-01-01"], "is too far away"),
        (["list", "-p", "9"], "9 is no priority"),
        (["list", "--sort", "size"], "nothing can be sorted by 'size'"),
        (["list", "--created-after", "soon"], "'soon' is no moment"),
        (["list", "--created-after", "99999w"], "too long ago"),
        (["stale", "--days", "999999999999"], "nothing is"),
        (["search", " "], "nothing to look for"),
        (["files", "/etc/passwd"], "lies in no worktree"),
    ],
)
def test_what_cannot_be_asked_is_refused(bd: Bd, words: list[str], said: str) -> None:
    bd(*words, expect=exits.INVALID)
    assert said in bd.err.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [["list", "--rig", "nope"], ["ready", "--rig", "nope"], ["children", "we-x"], ["dep", "tree", "we-x"],
     ["history", "we-x"], ["epic", "status", "we-x"], ["show", "we-x"], ["ready", "we-x"]],
)  # fmt: skip
def test_what_is_not_there_is_not_found(bd: Bd, words: list[str]) -> None:
    bd(*words, expect=exits.NOT_POSSIBLE)


def test_ready_says_how_many_more_there_are(bd: Bd) -> None:
    ids = [bd.file(f"Work {number}") for number in range(3)]
    assert [bead["id"] for bead in bd.json("ready", "-n", "2")] == ids[:2]
    assert "and 1 more: bd ready -n 0" in bd.err
    assert len(bd.json("ready", "-n", "0")) == 3
    assert len(bd.json("ready")) == 3
    assert "more" not in bd.err


def test_ready_explains_one_bead_or_the_first_of_all(bd: Bd) -> None:
    one, two = bd.file("First"), bd.file("Second")
    bd("dep", "add", two, one, "--no-up")
    assert bd("ready", two) == f'{two}  Second\n is not ready:\n   waits for {one} "First" (open)\n'
    assert f"next:  bd show {two}    bd show {one}" in bd.err
    assert bd("ready", one).splitlines()[1] == " is ready"
    told = bd.json("ready", "--explain")
    assert [(each["id"], each["ready"], each["reasons"][0]["kind"]) for each in told] == [
        (one, True, "ready"),
        (two, False, "waits"),
    ]
    assert bd("ready", "--explain").count("\n") == 6


def test_very_large_limits_are_all(bd: Bd) -> None:
    one = bd.file("Work")
    for words in (("list",), ("ready",), ("search", "work")):
        assert one in bd(*words, "-n", "99999999999999999999")


def test_show_and_long_lists_stay_readable_however_much_there_is(bd: Bd) -> None:
    one = bd.file("Large", "-d", "d" * 900_000)
    for number in range(23):
        bd("comment", one, f"remark {number}", "--no-up")
    shown = bd("show", one)
    assert len(shown) < 22_000
    assert "… 880,000 more characters: --all shows them" in shown
    assert "… 3 older comments: --all shows them" in shown
    assert ("remark 2\n" in shown, "remark 3\n" in shown, "remark 22" in shown) == (False, True, True)
    whole = bd("show", one, "--all")
    assert "d" * 900_000 in whole
    assert "remark 0\n" in whole
    assert max(map(len, bd("list", "--long").splitlines())) <= 200


def test_show_takes_several_and_knows_the_deleted(bd: Bd) -> None:
    one, two = bd.file("First", "--due", "2030-05-01", "--defer", "2030-04-01"), bd.file("Second")
    assert [page["id"] for page in bd.json("show", one, two)] == [one, two]
    assert bd.json("show", one)["due"].startswith("2030-0")
    shown = bd("show", one, two)
    assert " due 2030-05-01   in " in shown
    assert " deferred until 2030-04-01" in shown
    assert f"\n\n{two}  Second\n" in shown
    bd("delete", two, "--reason", "a mistake", "--no-up")
    assert bd("show", two).splitlines()[1:] == [" deleted 0 s ago by overseer", " because a mistake"]
    assert f"next:  bd undelete {two}" in bd.err
    assert bd.json("show", two)["deleted"]["why"] == "a mistake"
    assert "deleted it: a mistake" in bd("history", two)


def test_parts_epics_and_trees_are_shown(bd: Bd) -> None:
    epic = bd.file("Large", "-t", "epic")
    one, two = bd.file("One", "--parent", epic), bd.file("Two", "--parent", epic)
    bd("close", one, "--no-up")
    assert bd("children", epic).splitlines()[0] == f"{epic}  Large  █████░░░░░ 1/2 closed"
    assert [part["id"] for part in bd.json("children", epic, "--all")["children"]["lines"]] == [one, two]
    assert bd("epic", "status") == f" {epic}  █████░░░░░ 1/2  Large\n"
    bd("close", two, "--no-up")
    assert bd("epic", "status", epic).endswith("Large  (can be closed)\n")
    assert bd.err.startswith(f"next:  bd close {epic}")
    assert bd("dep", "tree", epic, "--up").splitlines() == [
        f"{epic}  Large  (open)", f"├─ {one}  One  (closed, a part)", f"└─ {two}  Two  (closed, a part)",
    ]  # fmt: skip
    assert bd("dep", "tree", epic).splitlines()[1] == " nothing: it leans on no bead"
    assert bd("children", two).splitlines() == [f"{two}  Two  no parts"]
    bd("dep", "cycles")
    assert bd.err == "there is no circle\n"


def test_what_there_is_nothing_of_is_said_on_the_side(bd: Bd) -> None:
    for words, said in {
        ("blocked",): "nothing waits",
        ("stale",): "nothing has been left alone for 30 days",
        ("search", "x"): "nothing open was found",
        ("search", "x", "--all"): "nothing was found",
        ("epic", "status"): "there is no open epic",
        ("ready", "--explain"): "there is no open work",
        ("list",): "no bead is like that",
    }.items():
        assert bd(*words) == ""
        assert bd.err.splitlines()[0] == said
    assert bd.json("blocked") == bd.json("stale") == bd.json("search", "x") == bd.json("dep", "cycles") == []
    assert bd("stats").startswith(" Beads   0\n")


@pytest.fixture
def evil(bd: Bd) -> str:
    """A bead that waits, is part of an epic, has a remark, a label and a history; all its texts are hostile."""
    epic, other = bd.file("Epic", "-t", "epic"), bd.file("Other")
    bead = bd.file("Plain", "--parent", epic, "--deps", other, "-d", EVIL, "--design", EVIL)
    bd("comment", bead, f"remark {EVIL}", "--no-up")
    bd("dep", "add", epic, other, "--no-up")
    with bd.town.ledger.transaction() as ledger:
        ledger.define(
            f"UPDATE beads SET title = '{EVIL}', external_ref = '{EVIL}', assignee = '{EVIL}' WHERE type <> 'x'"  # noqa: S608
        )
        ledger.define(f"INSERT INTO labels SELECT id, '{EVIL}' FROM beads")  # noqa: S608
    return bead


def shown(town: Town, bead: str) -> dict[str, str]:
    """Everything that can be said of the bead."""
    commit = CommitLine("c0ffee" * 6, EVIL, EVIL, NOW)
    touch = Touch(bead, EVIL, "hooked", EVIL, "hooked", None, (commit,) * 5)
    page = FilesTouched("web", EVIL, "main", (touch,), (touch,), (commit,), (EVIL,))
    epic = bead_page(town, bead).parent
    assert epic is not None
    every = bead_list(town, Wanted(closed=True)).lines
    found = search(town, "remark", closed=True, rig=None, most=9).found
    assert found
    return {
        "ready": ready_list(ready(town), NOW),
        "list": bead_lines(every, NOW),
        "long": bead_lines(every, NOW, long=True),
        "stale": stale_lines(stale(town, days=-1, statuses=(), rig=None, most=9).lines, NOW),
        "found": found_lines(found),
        "parts": parts_head(children(town, epic.id, closed=True, most=9)),
        "blocked": blocked_list(blocked(town, None, 9).lines),
        "why": explanation(explain(town, bead)),
        "explained": explanations(explain_first(town, None, 9)),
        "tree": tree(dep_tree(town, bead)),
        "circles": circles([Circle((bead, epic.id), ("blocks", "parent-child"))]),
        "epics": epics([epic_status(town, epic.id)]),
        "history": history_text(history(town, bead, 0), NOW),
        "stats": stats_text(stats(town, None), NOW),
        "files": files_text(page, NOW),
    }


def test_hostile_text_changes_nothing(bd: Bd, evil: str) -> None:
    every = {**shown(bd.town, evil), "show": bead_text(bead_page(bd.town, evil), NOW)}
    for name, text in every.items():
        assert not [c for c in text if c != "\n" and not c.isprintable()], name
        assert "Evil" in text or name == "circles", name


def test_every_page_fits_80_columns(bd: Bd, evil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_terminal(monkeypatch):
        every = shown(bd.town, evil)
    for name, text in every.items():
        assert max(columns(line) for line in text.splitlines()) <= 80, name


def test_statuses_and_priorities_are_read_leniently_and_refused_strictly() -> None:
    assert asked.statuses(["open,IN-progress", "closed"]) == tuple(
        BeadStatus(word) for word in ("open", "in_progress", "closed")
    )
    assert asked.statuses(None) == ()
    assert [asked.priorities(text) for text in ("1", "P2", "0-2", "p3..P1", None)] == [
        (1, 1), (2, 2), (0, 2), (1, 3), None,
    ]  # fmt: skip
    for wrong in ("", "-", "0-", "1-9", "high", "-1"):
        if wrong != "0-":
            with pytest.raises(Invalid):
                asked.priorities(wrong)


@pytest.mark.parametrize(
    "typed, query",
    [
        ("mend door", '"mend" "door"'),
        ("doo*", '"doo" *'),
        ('"the door" x', '"the door" "x"'),
        ('a AND b"c', '"a" "AND" "b" "c"'),
        ("we-x7k2m col:val ^a (b)", '"we-x7k2m" "col:val" "^a" "(b)"'),
        ('* - ( "" \'', ""),
        ("", ""),
    ],
)
def test_words_become_quoted_queries(typed: str, query: str) -> None:
    assert match_of(typed) == query
