"""Moments as people type them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.clock import moment, stamp
from gastown.domain.when import parse_when
from gastown.errors import Invalid

NOW = datetime(2026, 11, 20, 14, 30, 5)  # noqa: DTZ001 - a clock on a wall; a Friday

MOMENTS = {
    "2026-12-01": datetime(2026, 12, 1),  # noqa: DTZ001
    "2026-12-01T09:00": datetime(2026, 12, 1, 9),  # noqa: DTZ001
    "2026-12-01 09:00:30": datetime(2026, 12, 1, 9, 0, 30),  # noqa: DTZ001
    "2026-12-01T09:00Z": datetime(2026, 12, 1, 9, tzinfo=UTC),
    "2026-12-01t09:00z": datetime(2026, 12, 1, 9, tzinfo=UTC),
    "2026-12-01T09:00+02:00": datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=2))),
    "+90m": datetime(2026, 11, 20, 16, 0, 5),  # noqa: DTZ001
    "+6h": datetime(2026, 11, 20, 20, 30, 5),  # noqa: DTZ001
    "+3d": datetime(2026, 11, 23, 14, 30, 5),  # noqa: DTZ001
    "+2W": datetime(2026, 12, 4, 14, 30, 5),  # noqa: DTZ001
    "now": NOW,
    "today": datetime(2026, 11, 20),  # noqa: DTZ001
    " Tomorrow ": datetime(2026, 11, 21),  # noqa: DTZ001
    "saturday": datetime(2026, 11, 21),  # noqa: DTZ001
    "friday": datetime(2026, 11, 27),  # noqa: DTZ001
    "next  Thursday": datetime(2026, 11, 26),  # noqa: DTZ001
}


@pytest.mark.parametrize("text, moment", MOMENTS.items(), ids=MOMENTS)
def test_a_moment_is_understood(text: str, moment: datetime) -> None:
    assert parse_when(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    ["", "soon", "3d", "+3y", "-3d", "+99999999d", "2026-13-01", "2026-02-30", "2026-12-01T25:00", "12/1/2026",
     "2026-12-01T09", "20261201", "2026-W01", "next", "+3d\x00", "+\u0663d"],
)  # fmt: skip
def test_what_is_no_moment_is_said_so_with_the_forms(text: str) -> None:
    with pytest.raises(Invalid, match="is no moment") as wrong:
        parse_when(text, NOW)
    assert "+3d" in wrong.value.hint


@given(st.text(max_size=24))
def test_no_text_does_more_than_be_understood_or_refused(text: str) -> None:
    with suppress(Invalid):
        parse_when(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59:59-23:00",
        "9999-12-31",
        "9999-12-31T00:00Z",
        "0999-12-31",
    ],
)
def test_a_moment_at_the_ends_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="too far away"):
        parse_when(text, NOW)
    with pytest.raises(Invalid):
        parse_when("+1d", datetime(9999, 12, 31, 12))  # noqa: DTZ001


@given(st.datetimes(timezones=st.timezones()))
def test_a_stamp_of_any_year_is_read_again(at: datetime) -> None:
    with suppress(OverflowError):  # another time zone has no date for it
        text = stamp(at)
        assert len(text) == len("2026-11-20T14:30:05.000Z")
        assert timedelta() <= at - moment(text) < timedelta(milliseconds=1)
