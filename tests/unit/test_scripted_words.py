import re
import subprocess
import sys
from pathlib import Path

import pytest

from gastown.scripted.conversation import new_id
from gastown.scripted.directives import Directive, from_environment, from_labels, parse
from gastown.scripted.keyboard import Key, Keyboard, Line, Typed
from gastown.scripted.misbehave import DEEDS, TRAITS, unknown
from gastown.scripted.screen import cells, harmless
from gastown.scripted.steps import Bead

PAGE = Path(__file__).parents[2] / "docs" / "scripted-agent.md"


@pytest.mark.parametrize(
    "word,directive",
    [
        ("crash", Directive("crash", always=False, at=None, value=None)),
        ("crash-always", Directive("crash", always=True, at=None, value=None)),
        ("rate-limit-always@2=0.5", Directive("rate-limit", always=True, at=2, value=0.5)),
        ("exit@0=7", Directive("exit", always=False, at=0, value=7)),
        ("slow=2", Directive("slow", always=False, at=None, value=2)),
    ],
)
def test_a_directive_is_a_name_and_when_and_how(word: str, directive: Directive) -> None:
    assert parse([word]) == [directive]


def test_words_that_are_no_directives_are_dropped_or_named() -> None:
    assert not parse(["", "crash@", "crash@x", "@1", "Crash!"])
    assert unknown(parse(["explode", "crash", "slow=1"])) == ["explode"]


def test_directives_come_from_the_environment_and_from_labels() -> None:
    assert from_environment({"GT_SCRIPTED_DO": "crash@1, slow=2 hang"}) == ["crash@1", "slow=2", "hang"]
    assert from_labels(Bead("we-1", "", "", ["urgent", "scripted:auth"])) == ["auth"]


def test_a_deed_is_due_before_the_last_step_unless_it_says_when() -> None:
    (early, late) = parse(["crash@1", "crash"])
    assert [done for done in range(4) if early.is_due(done, 3)] == [1]
    assert [done for done in range(4) if late.is_due(done, 3)] == [2]


@pytest.mark.parametrize("name", [*DEEDS, *TRAITS])
def test_each_directive_is_documented(name: str) -> None:
    assert re.search(rf"^\| `{name}[`@=]", PAGE.read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "data,typed",
    [
        (b"hello\r", [Line("hello")]),
        (b"a\rb\n", [Line("a"), Line("b")]),
        (b"hallo\x7fo\x15hello\r", [Line("hello")]),
        (b"one two\x17three\r", [Line("one three")]),
        (b"a\tb\x01c\r", [Line("abc")]),
        (b"one\\\rtwo\r", [Line("one\ntwo")]),
        (b"\x03", [Key.INTERRUPT]),
        (b"\x04", [Key.END]),
        (b"a\x04\r", [Line("a")]),
        (b"\x1b", [Key.ESCAPE]),
        (b"\x1b\x1b", [Key.ESCAPE, Key.ESCAPE]),
        (b"\x1bgo\r", [Key.ESCAPE, Line("go")]),
        (b"\x1b[A\x1b[1;5C\x1bOPx\r", [Line("x")]),
        (b"\x1b[200~pasted\x1b[201~\r", [Line("pasted")]),
        ("käse 猫\r".encode(), [Line("käse 猫")]),
        (b"\xff\r", [Line("\N{REPLACEMENT CHARACTER}")]),
    ],
)
def test_keys_mean_what_people_mean(data: bytes, typed: list[Typed]) -> None:
    whole, split = Keyboard(), Keyboard()
    assert whole.feed(data) + whole.flush() == typed
    assert [one for byte in data for one in split.feed(bytes([byte]))] + split.flush() == typed


def test_foreign_text_cannot_touch_the_terminal() -> None:
    assert harmless("\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J\ttab\x08\x9b1m") == "red tab1m"
    assert cells("käse") == 4
    assert cells("猫") == 2


def test_ids_of_conversations_are_uuids() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", new_id())
    assert new_id() != new_id()


def test_it_loads_little_and_nothing_else_of_ours() -> None:
    heavy = ("argparse", "asyncio", "dataclasses", "inspect", "logging", "shutil", "tempfile", "uuid")
    code = (
        "import sys, gastown.scripted.__main__\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('gastown.') and '.scripted' not in name])\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n[]\n"
