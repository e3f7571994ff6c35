from collections.abc import Generator

import pytest

from gastown.domain.terminal import Session
from gastown.errors import NotFound, Refused
from tests.component.tmux_place import TmuxPlace, a_tmux_place
from tests.support import eventually

pytestmark = pytest.mark.needs("tmux")

WORDS = ["hello", "it's; #{pid} ~ \\ {x} -l", "-b", "日本語", "x" * 3000 + ";"]


@pytest.fixture
def place() -> Generator[TmuxPlace]:
    with a_tmux_place() as place:
        yield place


def reader(place: TmuxPlace, *, bracketed: bool) -> Session:
    """A program that writes down what reaches it, and tells the terminal whether it knows pastes."""
    know = r"printf '\033[?2004h';" if bracketed else ""
    script = f"stty -icanon -echo; {know} echo ready; exec dd bs=4096 of={place.work}/out 2>/dev/null"
    session = place.start("we-Toast", "sh", "-c", script)
    place.shows(session, "ready")
    return session


def arrives(place: TmuxPlace, text: str) -> None:
    out = place.work / "out"
    eventually(lambda: out.exists() and out.read_text() == text, within=10, what="what was typed")


@pytest.mark.parametrize("text", WORDS, ids=lambda text: text[:20])
def test_a_paste_arrives_as_one_and_enter_after_it(place: TmuxPlace, text: str) -> None:
    place.terminal.type_line(reader(place, bracketed=True), text, paste=True)
    arrives(place, f"\033[200~{text}\033[201~\n")
    assert not place.tmux("list-buffers")


def test_a_program_that_knows_no_pastes_gets_the_text_alone(place: TmuxPlace) -> None:
    place.terminal.type_line(reader(place, bracketed=False), "hello", paste=True)
    arrives(place, "hello\n")


def test_nothing_is_pasted_over_a_person_nor_into_what_has_ended(place: TmuxPlace) -> None:
    session = place.start("we-Toast")
    place.visit(session, "mine")
    with pytest.raises(Refused, match="a person has been"):
        place.terminal.type_line(session, "hello", untouched=True, paste=True)
    place.terminal.stop(session)
    with pytest.raises(NotFound):
        place.terminal.type_line(session, "hello", paste=True)
