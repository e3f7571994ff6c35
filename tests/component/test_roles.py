"""Roles as data: the nearest word counts, everything about them can be looked at, and what is wrong is named."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.roles import Capability, Restart
from gastown.domain.runtime import Callback
from gastown.errors import GastownError, Invalid, NotFound
from gastown.settings import roles
from gastown.town import Town
from gastown.views.roles import check_roles, role_lines
from tests.towns import a_town

REVIEWER = """
summary = "reads what others made"
scope = "rig"
restart = "temporary"
wake = "on_work"
place = "worktree"
prompt = "reviewer.md"
may = ["done", "mail"]
first_words = "Run: gt prime"
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with closing(a_town(tmp_path, ("web", "api"))) as town:
        yield town


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_roles_that_are_shipped_can_all_be_used(town: Town) -> None:
    assert check_roles(town) == ()
    lines = role_lines(town)
    assert {line.name for line in lines} == {
        *("mayor", "deacon", "boot", "dog", "witness", "refinery", "polecat", "crew"),
    }
    assert all(line.ours and line.summary and not line.broken for line in lines)


def test_a_town_overrides_key_by_key_and_a_rig_overrides_that(town: Town) -> None:
    write(town.root / "roles" / "polecat.toml", 'runtime = "scripted"\nmodel = "small"\n')
    write(town.root / "web" / "roles" / "polecat.toml", 'model = "large"\n')
    of_town, of_web = (roles.read("polecat", town=town.root, rig=rig) for rig in ("api", "web"))
    assert (of_town.runtime, of_town.model) == ("scripted", "small")
    assert (of_web.runtime, of_web.model) == ("scripted", "large")
    assert of_web.restart is Restart.TEMPORARY
    assert Capability.DONE in of_web.may
    changed = [(line.name, line.rig) for line in role_lines(town) if not line.ours]
    assert changed == [("polecat", None), ("polecat", "web")]
    assert of_web.sources["role"].startswith(str(town.root / "web"))


def test_of_prompts_the_nearest_counts_and_standing_orders_add_up(town: Town) -> None:
    write(town.root / "prompts" / "polecat.md", "The town's words.")
    write(town.root / "web" / "prompts" / "polecat.md", "The rig's words.")
    write(town.root / "directives" / "polecat.md", "Be brief.\n")
    write(town.root / "web" / "directives" / "polecat.md", "Write tests.\n")
    assert roles.read("polecat", town=town.root, rig="api").prompt == "The town's words."
    found = roles.read("polecat", town=town.root, rig="web")
    assert found.prompt == "The rig's words."
    assert found.directives == "Be brief.\n\nWrite tests."


def test_a_town_adds_a_role_with_one_file_and_one_prompt(town: Town) -> None:
    write(town.root / "roles" / "reviewer.toml", REVIEWER)
    write(town.root / "prompts" / "reviewer.md", "You are {name}, who reads what others made in {rig}.")
    role = roles.read("reviewer", town=town.root, rig="web")
    assert role.may == {Capability.DONE, Capability.MAIL}
    assert role.callbacks == frozenset(Callback)
    assert check_roles(town) == ()


WRONG: dict[str, tuple[str, str]] = {
    "no TOML": ("scope = ", "roles/reviewer.toml"),
    "an unknown key": (REVIEWER + 'colour = "red"', "nobody knows colour"),
    "an unknown word": (REVIEWER.replace('"temporary"', '"sometimes"'), "restart is 'sometimes'"),
    "something nobody may": (REVIEWER.replace('"mail"', '"fly"'), "nobody may 'fly'"),
    "a missing prompt": (REVIEWER.replace("reviewer.md", "nobody.md"), "there is no prompt 'nobody.md'"),
    "no first words": (REVIEWER.replace("first_words", "# first_words"), "first_words is missing"),
    "a text where a list belongs": (REVIEWER.replace('["done", "mail"]', '"done"'), "may is not a list"),
    "an unknown callback": (REVIEWER + 'callbacks = ["sing"]', "there is no callback 'sing'"),
    "an unknown formula": (REVIEWER + 'formula = "nothing"', "there is no formula 'nothing'"),
    "an unknown agent CLI": (REVIEWER + 'runtime = "nothing"', "nothing"),
    "a variable nobody fills in": (REVIEWER.replace("reviewer.md", "odd.md"), "names {colour}"),
    "a rig where there is none": (
        REVIEWER.replace('"rig"', '"town"', 1).replace("reviewer.md", "rigged.md"),
        "its agents have no rig",
    ),
}


@pytest.mark.parametrize("text, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_role_is_named_and_the_others_are_not_blamed(
    town: Town, text: str, said: str
) -> None:
    for name, prompt in {
        "reviewer.md": "You read.",
        "odd.md": "A {colour} one.",
        "rigged.md": "{rig}",
    }.items():
        write(town.root / "prompts" / name, prompt)
    write(town.root / "roles" / "reviewer.toml", text)
    [finding] = [finding for finding in check_roles(town) if finding.fatal]
    assert finding.role == "reviewer"
    assert said in finding.what


def test_orders_for_a_role_that_is_not_there_are_noticed(town: Town) -> None:
    write(town.root / "directives" / "polcat.md", "A slip.")
    [finding] = check_roles(town)
    assert "polcat.md is for a role that is not there" in finding.what


def test_a_role_that_is_not_there_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound, match="there is no role 'conductor'") as missing:
        roles.read("conductor", town=town.root)
    assert "polecat" in missing.value.hint


def test_a_file_that_is_no_text_is_invalid(town: Town) -> None:
    (town.root / "roles").mkdir()
    (town.root / "roles" / "polecat.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="is not UTF-8"):
        roles.read("polecat", town=town.root)


def test_what_a_role_may_do_is_written_as_a_list(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    from gastown.cli.output import show

    show(roles.read("dog", town=town.root).may, lambda _: "", as_json=True)
    assert json.loads(capsys.readouterr().out) == ["done", "file", "handoff", "mail", "rescue"]


def test_a_role_whose_file_is_broken_permits_nothing(town: Town) -> None:
    from gastown.domain.assignments import Caller
    from gastown.operations.sessions.permission import permit

    write(town.root / "roles" / "mayor.toml", "scope = ")
    with pytest.raises(GastownError):
        permit(town, Caller("mayor", 1), Capability.SLING, "sling")
