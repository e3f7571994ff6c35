"""Many beads written down in Markdown or JSON lines: what is understood, and what is said to be wrong."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.filing import Filing, Leaning, checked, leanings
from gastown.domain.filing_draft import FIELDS
from gastown.domain.filing_text import MOST_PROBLEMS, read_filings
from gastown.errors import Invalid

DUE = datetime(2026, 12, 1, tzinfo=UTC)

PLAN = """\
# The plan

An introduction that nobody files.

## Add login ##

People want it.

```
## not a title
```

### Steps to reproduce

1. none

### ACCEPTANCE
tests pass
### Priority
P1
### Type
Feature
### Labels
- auth, ui
- urgent
### Assignee
ann
### Deps
- Write the schema, or don't: two of them
- related: outside-1, waits-for:outside-2
### Parent
The epic

## Write the schema, or don't: two of them
### description
All of it.
### Due
2026-12-01

## The epic
### type
epic
### Name
top
"""


def read(text: str) -> list[Filing]:
    return list(read_filings(text, lambda _: DUE))


def problems(text: str) -> list[str]:
    with pytest.raises(Invalid) as wrong:
        read(text)
    return wrong.value.hint.splitlines()


def test_a_plan_in_markdown_becomes_its_beads() -> None:
    login, schema, epic = read(PLAN)
    assert (login.title, login.type, login.priority, login.assignee) == ("Add login", "feature", 1, "ann")
    assert (
        login.description
        == "People want it.\n\n```\n## not a title\n```\n\n### Steps to reproduce\n\n1. none"
    )
    assert (login.acceptance, login.labels, login.parent) == ("tests pass", ("auth", "ui", "urgent"), "#3")
    assert login.deps == (
        Leaning("blocks", "#2"),
        Leaning("related", "outside-1"),
        Leaning("waits-for", "outside-2"),
    )
    assert (schema.description, schema.due, schema.place[:7]) == ("All of it.", DUE, "line 34")
    assert (epic.type, epic.description, epic.name) == ("epic", "", "top")


def test_texts_in_markdown_keep_every_character_of_their_lines() -> None:
    (one,) = read("## A\r\none\x0btwo\u2028three\r\n\r\n\tfour  \n\n### Notes\n\n    code\n")
    assert (one.description, one.notes) == ("one\x0btwo\u2028three\n\n\tfour  ", "    code")


def test_a_child_that_waits_for_its_parent_is_refused() -> None:
    text = PLAN.replace("waits-for:outside-2", "waits-for:#3")
    assert problems(text) == ['line 5 (Add login): it is beneath "The epic", so it cannot wait for it']


def test_json_lines_are_known_by_their_content() -> None:
    lines = [
        {"title": "One", "name": "one", "priority": 0, "labels": ["a", "b"], "ephemeral": True, "parent": None},
        {"title": "Two", "issue_type": "bug", "priority": "P3", "deps": "one,related:x-1", "labels": "c,d"},
        {"title": "Three", "acceptance-criteria": "so", "external_ref": "gh-1", "deps": ["#2", "discovered-from:One"]},
    ]  # fmt: skip
    one, two, three = read("\ufeff" + "\n\n".join(json.dumps(line) for line in lines))
    assert (one.priority, one.labels, one.ephemeral) == (0, ("a", "b"), True)
    assert (two.type, two.priority, two.labels) == ("bug", 3, ("c", "d"))
    assert two.deps == (Leaning("blocks", "#1"), Leaning("related", "x-1"))
    assert (three.acceptance, three.external_ref) == ("so", "gh-1")
    assert three.deps == (Leaning("blocks", "#2"), Leaning("discovered-from", "#1"))


WRONG = {
    "nothing": ("", "there is no bead in this"),
    "only an introduction": ("# Plan\n\ntext", "there is no bead in this"),
    "no title": ("## \ntext", "line 1 (no title): a bead needs a title"),
    "a priority that is none": ("## A\n### Priority\nhigh", "line 1 (A): high is no priority"),
    "two priorities": ("## A\n### Priority\n1\n2", "line 1 (A): priority holds 2 lines; it takes one"),
    "a type that is none": ("## A\n### Type\nconvoy", "line 1 (A): 'convoy' is no type of work"),
    "a heading that was meant": ("## A\n### Prioirty\n1", "line 1 (A): 'Prioirty' is no section: Priority?"),
    "a kind that is none": ("## A\n### Deps\nneeds:x-1", "line 1 (A): 'needs' is no kind of dependency"),
    "a place that is none": ("## A\n### Deps\n#4", "line 1 (A): #4 is not here: the last is #1"),
    "an ambiguous title": (
        "## A\n## A\n## B\n### Deps\na",
        "line 3 (B): 2 beads here are called 'a': give them a name each",
    ),
    "two of one name": (
        "## A\n### Name\nx\n## B\n### Name\nX",
        "line 1 (A): two beads here have the name 'x'",
    ),
    "two parents": (
        "## A\n### Parent\nx-1\n### Deps\nparent-child:y-1",
        "line 1 (A): a bead has one parent at most",
    ),
    "a circle": ("## A\n### Deps\nB\n## B\n### Parent\nA", 'line 1 (A): a circle: "A" → "B" → "A"'),
    "itself": ("## A\n### Deps\nA", 'line 1 (A): a circle: "A" → "A"'),
    "code without an end": (
        "## A\n\n~~~ python\n```\n## B\n",
        "line 1 (A): the block of code that begins at line 3 has no end",
    ),
    "an array": ("[1]", 'line 1: no JSON object: each line is one, like {"title": "…"}'),
    "a line cut off": (
        '{"title": "A"}\n{"title": "B',
        "line 2: no JSON (Unterminated string starting at: line 1 column 11 (char 10))",
    ),
    "an unknown field": (
        '{"title": "A", "colour": 1}',
        f"line 1: 'colour' is no field; fields: {', '.join(FIELDS)}",
    ),
    "a value that does not fit": ('{"title": ["A"]}', "line 1: 'title' cannot be [\"A\"]"),
    "a truth that is no number": ('{"title": "A", "priority": true}', "line 1: 'priority' cannot be true"),
    "a label of commas only": (
        '{"title": "A", "labels": ["a\\u0007"]}',
        "line 1: the label holds control characters",
    ),
    "half a character": (
        '{"title": "A", "description": "\\ud800"}',
        "line 1: the description cannot be kept: it is not valid UTF-8",
    ),
    "a NUL": (
        '{"title": "A", "notes": "\\u0000"}',
        "line 1: the notes cannot be kept: it holds a NUL character",
    ),
}


@pytest.mark.parametrize("text, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        read(text)
    assert said in (wrong.value.message, *wrong.value.hint.splitlines())


def test_all_that_is_wrong_is_told_at_once_but_not_endlessly() -> None:
    told = problems("\n".join(["{"] * 50))
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == "… and 30 more"


def test_a_long_chain_is_read_quickly_whichever_way_it_goes() -> None:
    size = 3_000
    forward = [{"title": f"t{n}", "deps": f"#{n + 1}"} for n in range(1, size)] + [{"title": "end"}]
    assert len(read("\n".join(json.dumps(line) for line in forward))) == size
    forward[-1]["deps"] = "#1"
    assert problems("\n".join(json.dumps(line) for line in forward))[0].startswith(
        'line 1: a circle: "t1" → "t2"'
    )


@given(st.text(alphabet='#ab -`~\n:,{}[]"', max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(Invalid):
        assert read(text)


@given(
    st.lists(
        st.integers(0, 7).flatmap(lambda _: st.lists(st.integers(1, 8), max_size=3)), min_size=8, max_size=8
    )
)
def test_a_circle_is_found_exactly_when_there_is_one(needs: list[list[int]]) -> None:
    text = "\n".join(
        json.dumps({"title": f"t{n}", "deps": [f"#{m}" for m in of]}) for n, of in enumerate(needs, 1)
    )

    def beyond(start: int) -> set[int]:
        seen, edge = set[int](), {start}
        while edge:
            edge = {m for n in edge for m in needs[n - 1]} - seen
            seen |= edge
        return seen

    circular = any(n in beyond(n) for n in range(1, 9))
    try:
        read(text)
        assert not circular
    except Invalid:
        assert circular


def test_leanings_of_an_option() -> None:
    assert leanings(["we-1", "Related: we-2"]) == (Leaning("blocks", "we-1"), Leaning("related", "we-2"))
    with pytest.raises(Invalid, match="only convoys"):
        leanings(["tracks:we-1"])


def test_a_filing_is_tidied() -> None:
    filing = checked(
        Filing(
            " a \t b ",
            labels=("x", "x", " y "),
            deps=(Leaning("parent-child", "e-1"), Leaning("blocks", "b-1")),
        )
    )
    assert (filing.title, filing.labels, filing.parent, filing.deps) == (
        "a b",
        ("x", "y"),
        "e-1",
        (Leaning("blocks", "b-1"),),
    )
