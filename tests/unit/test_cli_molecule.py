"""`bd cook` and `bd mol …` in process: what they print, in words and as JSON, and in 80 columns."""

import json
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, output
from tests.towns import a_town

RELEASE = """
description = "Publish {{version}}."
[vars]
version = { description = "without the v" }
[[steps]]
id = "notes"
title = "Write the notes of {{version}}"
description = "Run the tests.\\n\\u001b[2JThen write."
acceptance = "They are on main."
[[steps]]
id = "tag"
title = "Tag it"
"""


class Run:
    """Runs `bd` and keeps what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str, expect: int = 0) -> str:
        status = app.run("bd", ["bead", *words])
        self.out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, self.out, self.err)
        return self.out

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self(*words, "--json"))

    def pour(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return self.json("mol", "pour", "release", "--var", "version=1.2", "--no-up", *words)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    town = a_town(tmp_path, ("web", "api"))
    (town.root / "web" / "formulas").mkdir()
    (town.root / "web" / "formulas" / "release.toml").write_text(RELEASE, encoding="utf-8")
    town.close()
    monkeypatch.chdir(town.root / "web")
    return Run(capsys)


def test_cook_shows_the_steps_with_their_texts_filled(run: Run) -> None:
    run("cook", "release", "--var", "version=1.2")
    assert run.out == (
        "release  Publish 1.2.\n version  1.2\n\n"
        " 1. Write the notes of 1.2  notes\n   Run the tests.\n   �[2JThen write.\n"
        "   Done when: They are on main.\n\n 2. Tag it  tag\n"
    )
    assert run.err.splitlines()[-1] == "next:  bd mol pour release"


def test_cook_says_what_is_not_given_yet(run: Run) -> None:
    assert "Write the notes of {{version}}" in run("cook", "release")
    assert run.err == "not given yet: version\nnext:  bd mol pour release --var version=…\n"
    assert run.json("cook", "release")["missing"] == ["version"]


def test_a_formula_of_a_rig_counts_in_that_rig_alone(run: Run) -> None:
    run("cook", "release", "--rig", "api", expect=1)
    assert run.err == (
        "bd: there is no formula 'release'\n    there are: polecat-work; or give a file, like ./my.toml\n"
    )
    assert run.json("cook", "formulas/release.toml", "--rig", "api")["formula"] == "release"


def test_pour_gives_the_molecule_and_what_to_type_next(run: Run) -> None:
    bead = run.json("create", "Version 1.2", "--no-up")["id"]
    out = run("mol", "pour", "release", "--var", "version=1.2", "--for", bead, "--no-up")
    molecule = run.json("mol", "current", bead)["id"]
    assert out == f"poured  release as the molecule {molecule} below {bead}   (2 steps)\n"
    run("mol", "pour", "release", "--var", "version=1.2", "--for", bead, "--no-up", expect=1)
    assert run.err.startswith(f"bd: {bead} has the open molecule {molecule}\n")


def test_pour_without_a_value_is_invalid(run: Run) -> None:
    run("mol", "pour", "release", "--no-up", expect=65)
    assert run.err == "bd: release needs a value for version\n    --var version=…\n"


def test_current_shows_the_step_to_do_now_in_full(run: Run) -> None:
    made = run.pour()
    molecule, first = made["molecule"], made["steps"][0]
    run("mol", "current", molecule)
    assert run.out == (
        f"{molecule}  release\n molecule · open · 0 of 2 steps done\n\n"
        f" now   1.  {first}  Write the notes of 1.2\n next  2.  {made['steps'][1]}  Tag it\n\n"
        f" step 1 of 2  {first}  Write the notes of 1.2\n   Run the tests.\n   �[2JThen write.\n"
        "   Done when: They are on main.\n"
    )
    assert run.err == f"next:  bd close {first} --continue\n"
    page = run.json("mol", "current", first)
    assert (page["current"]["id"], page["next"]["name"], page["done"]) == (first, "tag", 0)


def test_closing_a_step_shows_the_next_in_full_and_can_be_repeated(run: Run) -> None:
    made = run.pour()
    first, second = made["steps"]
    after = f'{first} "Write the notes of 1.2"   (1 of 2 steps done)\n\n step 2 of 2  {second}  Tag it\n'
    assert run("close", first, "--continue", "--no-up") == f"closed  {after}"
    assert run.err == f"next:  bd show {second}    bd close {second} --continue\n"
    assert run("close", first, "--continue", "--no-up") == f"closed before  {after}"
    result = run.json("close", second, "--continue", "--no-up")
    assert (result["done"], result["next"]) == (2, None)
    assert run.err == f"next:  bd show {made['molecule']}\n"
    assert "all its steps are done" in run("show", made["molecule"])


def test_a_later_step_is_refused_with_the_command_that_comes_first(run: Run) -> None:
    first, second = run.pour()["steps"]
    run("close", second, "--continue", "--no-up", expect=1)
    assert run.err == f"bd: {second} waits for {first}\n    bd close {first} --continue\n"


def test_current_without_a_name_is_for_agents(run: Run) -> None:
    run("mol", "current", expect=1)
    assert run.err == "bd: you are the human: you have no hook\n    bd mol current BEAD\n"


def test_a_wisp_is_burned_and_a_molecule_is_squashed(run: Run) -> None:
    wisp = run.json("mol", "wisp", "release", "--var", "version=1.2", "--no-up")["molecule"]
    assert run("mol", "burn", wisp, "--no-up") == f"burned  {wisp}   (0 of 2 steps were done)\n"
    molecule = run.pour()["molecule"]
    run("mol", "burn", molecule, "--no-up", expect=1)
    assert run("mol", "squash", molecule, "--summary", "All is well.", "--no-up") == (
        f"squashed  {molecule}\n   All is well.\n"
    )
    assert run("mol", "current", molecule) == (f"{molecule}  release\n digest · closed\n\n   All is well.\n")


def test_lines_of_steps_fit_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    molecule = run.json("mol", "pour", "release", "--var", f"version={'long ' * 40}", "--no-up")["molecule"]
    monkeypatch.setattr("gastown.cli.tables.width", lambda: output.NARROW)
    run("mol", "current", molecule)
    table = [line for line in run.out.splitlines() if line.startswith((" now", " next"))]
    assert len(table) == 2
    assert all(len(line) <= output.NARROW for line in table)
