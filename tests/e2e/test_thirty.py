"""Thirty agents at once: each starts, is told its work, hands off twice and is done; nobody loses or takes anything."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from gastown.domain.identity import POLECAT_NAMES
from tests.e2e.stage import Stage, a_stage
from tests.support import git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]

AGENTS = 30
LINE = 'echo "$GT_ADDRESS $GT_INCARNATION $PWD" >> {}.txt'


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    place = a_stage(tmp_path / "town", gate="")
    settings = place.root / "town.toml"
    settings.write_text(re.sub(r"max_polecats = \d+", f"max_polecats = {AGENTS}", settings.read_text()))
    return place


def test_thirty_agents_hand_off_twice_and_nobody_loses_or_takes_work(stage: Stage, tmp_path: Path) -> None:
    try:
        work = {
            name: stage.file(f"Piece of {name}", "#: handoff@1", "#: handoff@2", *[LINE.format(name)] * 3)
            for name in POLECAT_NAMES[:AGENTS]
        }
        for name, bead in work.items():
            stage.gt("sling", bead, f"polecat/{name}")
        stage.has_landed(*work.values(), within=400)
        told = defaultdict[str, set[str]](set)
        for event in stage.events("agent.primed"):
            told[event["subject"]].add(event["bead"])
        assert told == {f"web/polecats/{name}": {bead} for name, bead in work.items()}
        for name in work:
            address = f"web/polecats/{name}"
            lines = git("show", f"main:{name}.txt", cwd=tmp_path / "origin.git").splitlines()
            who = [line.split(" ") for line in lines]
            assert [line[0] for line in who] == [address] * 3
            assert [line[2] for line in who] == [str(stage.root / address)] * 3
            assert len({line[1] for line in who}) == 3, "each step belongs to a session of its own"
            ends = [event["why"] for event in stage.events("agent.ended") if event["subject"] == address]
            assert ends.count("handoff") <= 2
        wrong = [event for event in stage.events() if event["type"] in {"agent.start_failed", "bead.parked"}]
        assert wrong == []
    finally:
        stage.end()
