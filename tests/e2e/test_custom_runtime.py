"""The example of docs/runtimes.md as it stands there: an agent CLI by one TOML file, from sling to landed."""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.supervisor.act import Hands
from gastown.supervisor.tick import Tick
from gastown.town import Town
from tests.conftest import ROOT
from tests.e2e.stage import PROGRAMS, Stage, a_stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git")]

EXAMPLE = (ROOT / "docs" / "runtimes.md").read_text(encoding="utf-8").partition("### An example")[2]


def example(language: str) -> str:
    [block] = re.findall(rf"```{language}\n(.*?)```", EXAMPLE, re.DOTALL)
    return str(block)


class FastClock:
    """The computer's own, but for what it is put forward by."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A town that knows the agent `tiny`, and in which nobody supervises."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "tiny-agent").write_text(example("sh"))
    (programs / "tiny-agent").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    stage = a_stage(tmp_path / "town")
    stage.gt("down")
    (stage.root / "runtimes").mkdir()
    (stage.root / "runtimes" / "tiny.toml").write_text(example("toml"))
    yield stage
    stage.end()


def test_an_agent_that_knows_nothing_of_us_lands_its_work(tiny: Stage, tmp_path: Path) -> None:
    bead = tiny.file("Write a file")
    tiny.gt("sling", bead, "Toast", "--runtime", "tiny", "--no-up")
    clock = FastClock()
    with closing(Town(tiny.root, clock=clock)) as town:
        hands = Hands(town)
        tick = Tick(town, hands)

        def happens(event: str) -> None:
            def happened() -> bool:
                tick.run()
                return bool(tiny.events(event))

            eventually(happened, within=60, what=event, every=0.2)

        happens("agent.started")
        clock.ahead = timedelta(minutes=1)  # for so long it was not told its work
        happens("agent.rung")
        happens("bead.landed")
        happens("agent.stopped")
        assert hands.rest(10)
    assert git("show", "main:tiny.txt", cwd=tmp_path / "origin.git") == "from web/polecats/Toast"
    assert len(tiny.events("agent.rung")) == len(tiny.events("agent.started")) == 1


def test_it_is_listed_and_can_be_tried(tiny: Stage) -> None:
    [line] = [line for line in tiny.json("runtime", "list") if line["name"] == "tiny"]
    assert (line["program"], line["ours"], line["features"]) == ("tiny-agent", False, [])
    found = {finding["what"]: finding["went"] for finding in tiny.json("runtime", "check", "tiny")}
    assert found == {
        "installed": "unknown",
        "starts": "yes",
        "shows that it is ready": "yes",
        "calls us at its start": "unknown",
        "what is typed reaches it": "yes",
        "ends, with all that it started": "yes",
    }
    assert not list((tiny.root / "run" / "check").iterdir())
