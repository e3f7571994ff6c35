import tomllib

import pytest

from gastown.errors import Invalid
from gastown.settings.editing import with_value

TEXT = """# mine
[town]
name = "x"   # a comment

[agents]
runtime = "claude"
"""


def test_a_missing_table_is_added_at_the_end_and_all_else_stays() -> None:
    edited = with_value(TEXT, "ledger", "remote", value="git@example.org:a/b.git")
    assert edited == TEXT + '\n[ledger]\nremote = "git@example.org:a/b.git"\n'


def test_a_key_is_added_to_its_table() -> None:
    edited = with_value(TEXT, "town", "share", value=True)
    assert edited == TEXT.replace("a comment\n", "a comment\nshare = true\n")


def test_a_key_that_is_there_is_replaced_and_can_be_taken_out() -> None:
    edited = with_value(with_value(TEXT, "town", "share", value=True), "town", "share", value=False)
    assert tomllib.loads(edited)["town"] == {"name": "x", "share": False}
    assert with_value(edited, "town", "share", value=None) == TEXT
    assert with_value(TEXT, "town", "share", value=None) == TEXT


@pytest.mark.parametrize(
    "text",
    ['town = {name = "x"}\n', 'town.name = "x"\n', '[town]\nname = """\n[town]\nx = 1\n"""\n[[', "[town\n"],
)
def test_what_cannot_be_edited_safely_is_left_to_the_person(text: str) -> None:
    with pytest.raises(Invalid, match=r"town\.share"):
        with_value(text, "town", "share", value=True)


def test_brackets_inside_texts_mislead_nobody() -> None:
    text = 'a = """\n[town]\n"""\n[town]\nname = "x"\n'
    with pytest.raises(Invalid):
        with_value(text, "town", "share", value=True)
