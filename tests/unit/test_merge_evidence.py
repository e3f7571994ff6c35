import pytest

from gastown.operations.merge.evidence import LINES, WIDTH, fenced, last_lines, plain

SHOWN = {
    "colours": ("\x1b[1;31mred\x1b[0m", "red"),
    "a title and a link": ("\x1b]0;evil\x07\x1b]8;;http://x\x1b\\text", "text"),
    "a bar that is drawn over": ("10%\r50%\r100%\ndone", "100%\ndone"),
    "Windows' line ends": ("one\r\ntwo\r\n", "one\ntwo\n"),
    "a bell and backspaces": ("a\x07b\x08c\x00", "abc"),
    "tabs and other alphabets stay": ("\tä — 好", "\tä — 好"),
}


@pytest.mark.parametrize("printed, shown", SHOWN.values(), ids=SHOWN)
def test_output_is_shown_without_what_would_steer_a_terminal(printed: str, shown: str) -> None:
    assert plain(printed) == shown


def test_only_the_last_lines_are_shown_and_none_without_end() -> None:
    lines = last_lines("\n".join(f"line {n}" for n in range(1000)) + "\n" + "x" * 10_000 + "\n\n").split("\n")
    assert len(lines) == LINES
    assert lines[-2] == "line 999"
    assert len(lines[-1]) < WIDTH + 5


def test_nothing_in_an_output_closes_the_block_that_quotes_it() -> None:
    quoted = fenced("```\n````\nend")
    assert quoted.split("\n")[0] == quoted.split("\n")[-1] == "`````"
