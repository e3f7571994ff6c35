"""Steps in a real town: an agent closes them one by one, is killed in between, and its next session goes on there."""

from pathlib import Path

import pytest

from tests.e2e.stage import Stage
from tests.support import git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

CLOSE = "bd close $(bd mol current | awk '$2 == \"{0}.\" {{print $3}}') --continue > closed{0}.txt"
"""Closes the step of that number; typed again, it changes nothing."""


def test_an_agent_that_is_killed_between_steps_goes_on_at_the_same_step(stage: Stage, tmp_path: Path) -> None:
    bead = stage.file(
        "Two steps", CLOSE.format(1), CLOSE.format(2), "gt prime > prime.txt", "bd mol current > current.txt",
        words=["-l", "scripted:crash@2"],
    )  # fmt: skip
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    origin = tmp_path / "origin.git"
    assert len(stage.events("agent.started")) == 2
    prime, current = (git("show", f"main:{file}.txt", cwd=origin) for file in ("prime", "current"))
    assert "\nSteps: 2 of 5 done; you are at step 3, we-" in prime
    assert [line.split()[:2] for line in current.splitlines() if line[1:5] in ("done", "now ", "next")] == [
        ["done", "1."], ["done", "2."], ["now", "3."], ["next", "4."], ["next", "5."],
    ]  # fmt: skip
    assert "step 2 of 5" in git("show", "main:closed1.txt", cwd=origin)
    closed = stage.events("step.closed")
    assert [(event["actor"], event["bead"]) for event in closed] == [("web/polecats/Toast", bead)] * 2
    (burned,) = stage.events("molecule.burned")
    assert [step["why"] for step in burned["steps"]] == ["", "", *["handed over with gt done"] * 3]
    assert stage.run("mol", "current", bead, program="bd").status == 1
