from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.beads import LONGEST_ID, LONGEST_TITLE, check_id, check_title
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.fields import check_label
from gastown.errors import Invalid


@pytest.mark.parametrize(
    "text",
    [
        "we-x7k2m",
        "issue-123",
        "JIRA-42",
        "1-a",
        "my_app-7",
        "a-1.2",
        "gt-a-b-c",
        "a-" + "x" * (LONGEST_ID - 2),
    ],
)
def test_a_bead_may_be_called_so(text: str) -> None:
    assert check_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "issue", "-1", "a-", "a--b", "a b-1", "a/b-1", "a-1\n", "a-é"),
        *("a-1.", "a-1..2", "a-1.lock", "--id-1", "a-$(x)", "a-1;x", "a-" + "x" * (LONGEST_ID - 1)),
    ],
)
def test_a_bead_may_not_be_called_so(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be a bead's id"):
        check_id(text)


@given(st.text("ab1.-/\\@{~^:?*[ \n", max_size=12))
def test_an_id_that_passes_is_always_good_in_a_branch_name(text: str) -> None:
    try:
        check_id(text)
    except Invalid:
        return
    assert not any(bad in text for bad in ("..", "@{", "~", "^", ":", "?", "*", "[", "\\", " ", "/", "\n"))
    assert not text.endswith((".", ".lock"))
    assert not text.startswith((".", "-"))


TITLES = {
    "a plain one": ("Mend the door", "Mend the door"),
    "blanks around it": ("  Mend the door \n", "Mend the door"),
    "on several lines": ("Mend\nthe\r\n\tdoor", "Mend the door"),
    "separated by what Unicode calls a line": ("Mend\u2028the\x85door", "Mend the door"),
    "in any script": ("دروازه را تعمیر کن 🚪", "دروازه را تعمیر کن 🚪"),
    "with a joined emoji": ("Ask 👩‍💻 first", "Ask 👩‍💻 first"),
    "that looks like an option": ("--force", "--force"),
    "that looks like a command": ("$(rm -rf ~); `x` 'y' \"z\"", "$(rm -rf ~); `x` 'y' \"z\""),
    "that looks like SQL": ("'; DROP TABLE beads; --", "'; DROP TABLE beads; --"),
    "that looks like markup": ("[red]{x}%s #{pane}", "[red]{x}%s #{pane}"),
}


@pytest.mark.parametrize("text, title", TITLES.values(), ids=TITLES)
def test_a_title_is_kept_on_one_line(text: str, title: str) -> None:
    assert check_title(text) == title


BAD_TITLES = {
    "nothing": ("", "needs a title"),
    "blanks": (" \n\t\u2003", "needs a title"),
    "too long": ("x" * (LONGEST_TITLE + 1), f"{LONGEST_TITLE + 1} characters"),
    "an escape sequence": ("\x1b[2J", "control characters"),
    "an 8-bit escape sequence": ("\x9b2J", "control characters"),
    "a bell": ("ding\x07", "control characters"),
    "a backspace": ("good\x08bad", "control characters"),
    "a NUL": ("a\0b", "control characters"),
    "text turned around": ("invoice\u202efdp.exe", "control characters"),
    "half a character": ("x\udcff", "control characters"),
}


@pytest.mark.parametrize("text, why", BAD_TITLES.values(), ids=BAD_TITLES)
def test_a_title_that_could_do_harm_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        check_title(text)


@given(st.text(st.characters(max_codepoint=0x3000) | st.sampled_from("\ud800\udcff\u2069😀"), max_size=20))
def test_a_title_that_passes_is_one_printable_line_and_passes_again(text: str) -> None:
    try:
        title = check_title(text)
    except Invalid:
        return
    assert title.splitlines() == [title]
    assert title == title.strip() == check_title(title)
    title.encode()


ZONES = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))]


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.sampled_from(ZONES)))  # noqa: DTZ001 - it gets one
def test_a_written_moment_reads_the_same_to_the_millisecond_and_sorts_as_text(when: datetime) -> None:
    read = moment(stamp(when))
    assert abs(read - when) < timedelta(milliseconds=1)
    assert stamp(read) == stamp(when)
    assert stamp(when) < stamp(when + timedelta(milliseconds=1))


def test_a_moment_that_is_not_there_stays_so() -> None:
    assert moment_or_none(None) is None
    assert moment_or_none("2026-01-02T03:04:05.006Z") == moment("2026-01-02T03:04:05.006Z")
    assert stamp(moment("2026-01-02T03:04:05.006Z")) == "2026-01-02T03:04:05.006Z"


@pytest.mark.parametrize("text", ["\u200b", "\u2060 \ufeff", "\u3164", "\u2800\u2800", "\ufe0f", "\u00ad"])
def test_a_title_and_a_label_can_be_seen(text: str) -> None:
    with pytest.raises(Invalid, match="nobody could see"):
        check_title(text)
    with pytest.raises(Invalid, match="is no label"):
        check_label(text)
    assert check_title(f"{text}a") == f"{text}a".strip()


@pytest.mark.parametrize("text", ["é", "…", "修", "👩\u200d🔧", "٣"])
def test_whatever_can_be_seen_is_a_title(text: str) -> None:
    assert check_title(text) == check_label(text) == text
