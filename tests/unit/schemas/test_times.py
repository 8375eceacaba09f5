"""Times: one way to write, a total way to read."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform_status_contract.model.times import TIME_PATTERN, duration, format_time, parse_time

from .strategies import JSON

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001 - bounds are naive


@given(MOMENTS)
def test_a_written_time_comes_back_without_its_fraction(moment: datetime) -> None:
    text = format_time(moment)
    assert re.search(TIME_PATTERN, text)
    assert parse_time(text) == moment.astimezone(UTC).replace(microsecond=0)


@given(JSON | st.text(alphabet="0123456789-+:.TZtz \n\u0660", max_size=30))
@example("2026-02-26T10:30:00Z\n")
@example("2026-02-26T10:30:00+24:00")
@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59-14:00")
@example("0000-01-01T00:00:00Z")
def test_reading_is_total_and_yields_whole_seconds_in_utc(value: object) -> None:
    moment = parse_time(value)
    assert moment is None or (moment.tzinfo is UTC and moment.microsecond == 0)
    assert moment is None or parse_time(format_time(moment)) == moment


@given(st.from_regex(TIME_PATTERN))
def test_what_the_schema_allows_is_readable_unless_the_calendar_lacks_that_day(text: str) -> None:
    moment = parse_time(text)
    assert moment is None or format_time(moment) == text
    assert moment is not None or text.startswith("0000") or int(text[8:10]) > 28


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-26T10:30:00Z", datetime(2026, 2, 26, 10, 30, tzinfo=UTC)),
        ("2026-02-26T10:30:00.999999999Z", datetime(2026, 2, 26, 10, 30, tzinfo=UTC)),
        ("2026-02-26T12:30:00+02:00", datetime(2026, 2, 26, 10, 30, tzinfo=UTC)),
        ("2026-02-26T12:30:00.5+02:00", datetime(2026, 2, 26, 10, 30, tzinfo=UTC)),
        ("2024-02-29T00:00:00-00:00", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_these_are_read(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1772101800,
        ["2026-02-26T10:30:00Z"],
        "",
        "2026-02-26",
        "2026-02-26T10:30:00",
        "2026-02-26 10:30:00Z",
        "2026-02-26t10:30:00z",
        "2026-02-30T10:30:00Z",
        "2026-02-26T24:00:00Z",
        "2026-02-26T10:30:60Z",
        "2026-02-26T10:30:00.Z",
        "2026-02-26T10:30:00.1234567890Z",
        "2026-02-26T10:30:00+0200",
        "2026-02-26T10:30:00Z\n",
        " 2026-02-26T10:30:00Z",
        "2026-02-26T10:30:00+25:00",
        "2026-02-26T10:30:00+23:60",
        "٢٠٢٦-02-26T10:30:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_these_are_not_read(value: object) -> None:
    assert parse_time(value) is None


def test_early_years_have_four_digits() -> None:
    assert format_time(datetime(7, 1, 2, 3, 4, 5, tzinfo=UTC)) == "0007-01-02T03:04:05Z"


def test_a_moment_without_a_zone_is_refused_instead_of_guessed() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        format_time(datetime(2026, 2, 26, 10, 30))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0s"),
        (0, "0s"),
        (59.9, "59s"),
        (119, "119s"),
        (120, "2m"),
        (310, "5m10s"),
        (3600, "1h"),
        (7500, "2h5m"),
        (86400, "1d"),
        (86400 + 60, "1d"),
        (90000, "1d1h"),
        (10**12, "11574074d1h"),
    ],
)
def test_a_duration_is_spelled_in_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text
