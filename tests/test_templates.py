"""Templates: five variables and no more, whatever stands in the values."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgraph.domain.templates import VARIABLES, render, render_header, unknown, values

USUAL = values(
    datetime(2021, 9, 28, 22, 30, tzinfo=UTC),
    "Europe/Berlin",
    dashboard="Sales & <Costs>",
    owner='Ada "Countess" Lovelace',
    schedule="Each morning",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales report for {{$today}}", "Sales report for 2021-09-29 Wed"),
        ("{{$now}}", "2021-09-29 Wed 00:30 +02:00"),
        (
            "{{$dashboard}} by {{$owner}} ({{$schedule}})",
            'Sales & <Costs> by Ada "Countess" Lovelace (Each morning)',
        ),
        ("{{ $today }}{{$today}}", "2021-09-29 Wed2021-09-29 Wed"),
        ("{{{$today}}}", "{2021-09-29 Wed}"),
        ("{{$tomorrow}} {{today}} {{$Today}} {{$owner.email}}", "{{$tomorrow}} {{today}} {{$Today}} {{$owner.email}}"),
        (
            "{{$to{{$today}}day}} {{ {$today} }} {$today} {{$today",
            "{{$to2021-09-29 Wedday}} {{ {$today} }} {$today} {{$today",
        ),
        ("", ""),
    ],
)
def test_variables_are_replaced_and_nothing_else(text: str, expected: str) -> None:
    assert render(text, USUAL) == expected


@pytest.mark.parametrize(
    ("zone", "today", "now"),
    [
        ("UTC", "2021-09-28 Tue", "2021-09-28 Tue 22:30 +00:00"),
        ("America/St_Johns", "2021-09-28 Tue", "2021-09-28 Tue 20:00 -02:30"),
        ("Pacific/Kiritimati", "2021-09-29 Wed", "2021-09-29 Wed 12:30 +14:00"),
    ],
)
def test_today_and_now_are_those_of_the_zone(zone: str, today: str, now: str) -> None:
    found = values(datetime(2021, 9, 28, 22, 30, tzinfo=UTC), zone, dashboard="", owner="", schedule="")

    assert (found["$today"], found["$now"]) == (today, now)


@pytest.mark.skipif(shutil.which("localedef") is None, reason="localedef, which makes a locale, is not installed")
def test_today_is_the_same_in_every_locale(tmp_path: Path) -> None:
    german = tmp_path / "german"
    german.write_text('LC_TIME\ncopy "de_DE"\nEND LC_TIME\n', encoding="ascii")
    subprocess.run(["localedef", "-c", "-i", german, "-f", "UTF-8", tmp_path / "de_DE.UTF-8"], check=False)
    if not (tmp_path / "de_DE.UTF-8").exists():
        pytest.skip("the sources of the locale de_DE are not installed")
    script = """if True:
        import locale
        from datetime import UTC, datetime
        from dashgraph.domain.templates import values
        locale.setlocale(locale.LC_TIME, "")
        at = datetime(2021, 9, 29, tzinfo=UTC)
        print(f"{at:%a}", values(at, "UTC", dashboard="", owner="", schedule="")["$today"])
    """

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"LOCPATH": str(tmp_path), "LC_TIME": "de_DE.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["Mi", "2021-09-29", "Wed"]


def test_each_day_of_the_week_has_its_name() -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 8)]

    found = [values(day, "UTC", dashboard="", owner="", schedule="")["$today"] for day in days]

    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert found == [f"2024-01-0{number} {name}" for number, name in enumerate(names, 1)]


def test_the_set_of_variables_is_closed() -> None:
    assert render("{{$week}}", {**USUAL, "$week": "39"}) == "{{$week}}"


def test_what_a_value_says_is_not_a_template() -> None:
    tricky = {**USUAL, "$dashboard": "{{$owner}}", "$owner": "{{$"}

    assert render("{{$dashboard}} {{$owner}}today}}", tricky) == "{{$owner}} {{$today}}"


def test_a_header_is_one_line() -> None:
    broken = {**USUAL, "$dashboard": "Sales\r\nBcc: everybody@x.example\0", "$owner": "a\u2028b\u2029c\x85d\x1be\vf"}

    assert render_header("{{$dashboard}}\n of\t {{$owner}} ", broken) == (
        "Sales Bcc: everybody@x.example of a b c d e f"
    )


def test_unknown_variables_are_named_once_in_their_order() -> None:
    text = "{{$week}} {{$today}} {{ $owner }} {{today}} {{$week}} {{}} {$x} {{$Now}}"

    assert unknown(text) == ["{{$week}}", "{{today}}", "{{}}", "{{$Now}}"]
    assert unknown("".join(f"{{{{{name}}}}}" for name in VARIABLES)) == []


@given(st.text(alphabet="{}$ to\n<&day", max_size=60), st.text(alphabet="{}$today<\r\n", max_size=20))
def test_any_text_can_be_rendered(text: str, value: str) -> None:
    filled = dict.fromkeys(VARIABLES, value)

    assert render(text, dict.fromkeys(VARIABLES, "")).count("{{$today}}") <= text.count("{")
    assert "\n" not in render_header(text, filled)
    assert "\r" not in render_header(text, filled)
    if "{{" not in text:
        assert render(text, filled) == text
        assert unknown(text) == []
