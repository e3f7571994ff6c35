"""Roles as data: the nearest word counts, everything about them can be looked at, and what is wrong is named."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown import assets
from gastown.domain.identity import OUR_ROLES
from gastown.domain.roles import Capability, Restart
from gastown.domain.runtime import Callback
from gastown.errors import GastownError, Invalid, NotFound
from gastown.ledger import agents
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.settings import roles
from gastown.town import Town
from gastown.views.briefing import briefing
from gastown.views.roles import check_roles, role_lines
from tests.towns import HUMAN, a_town, put_to_work

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


def test_standing_orders_name_the_agent_as_prompts_do(town: Town) -> None:
    write(town.root / "directives" / "polecat.md", "Ask {rig}/witness, {name} of {town}; {whom} not.")
    put_to_work(town)
    assert briefing(town, "web/polecats/Toast").orders == "Ask web/witness, Toast of town; {whom} not."


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
    "a name that no agent may bear": (REVIEWER + 'names = ["../x"]', "'../x' cannot name an agent"),
    "an agent called as a role": (REVIEWER + 'names = ["mayor"]', "'mayor' cannot name an agent"),
    "an agent without a name": (REVIEWER + 'names = [""]', "'' cannot name an agent"),
    "two agents of one name": (REVIEWER + 'names = ["Iris", "iris"]', "'iris' cannot name one more agent"),
    "a worktree where there is no rig": (REVIEWER.replace('"rig"', '"town"', 1), "and so no worktree"),
    "first words that move the cursor": (
        REVIEWER.replace("Run: gt", r"\u001b[2J"),
        "first_words holds control characters",
    ),
    "first words that press return": (REVIEWER.replace("Run: gt", r"y\n"), "first_words holds control"),
    "first words of nothing": (REVIEWER.replace("Run: gt prime", " "), "first_words is no text"),
    "an empty prompt": (REVIEWER.replace("reviewer.md", "empty.md"), "empty.md is empty"),
    "a prompt that lies elsewhere": (
        REVIEWER.replace("reviewer.md", "../town.toml"),
        "prompt is '../town.toml'",
    ),
    "a variable nobody fills in": (REVIEWER.replace("reviewer.md", "odd.md"), "names {colour}"),
    "a rig where there is none": (
        REVIEWER.replace('"rig"', '"town"', 1)
        .replace("worktree", "folder")
        .replace("reviewer.md", "rigged.md"),
        "its agents have no rig",
    ),
}


@pytest.mark.parametrize("text, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_role_is_named_and_the_others_are_not_blamed(
    town: Town, text: str, said: str
) -> None:
    for name, prompt in {
        "reviewer.md": "You read.",
        "empty.md": " \n",
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


def test_orders_of_a_rig_for_a_role_that_is_not_there_are_noticed(town: Town) -> None:
    write(town.root / "web" / "roles" / "reviewer.toml", REVIEWER)
    write(town.root / "prompts" / "reviewer.md", "You read.")
    write(town.root / "web" / "directives" / "reviewer.md", "Be kind.")
    write(town.root / "api" / "directives" / "reviewer.md", "Be kind.")
    [finding] = check_roles(town)
    assert (finding.role, finding.rig, finding.fatal) == ("reviewer", "api", False)


def test_what_a_rig_says_of_a_role_of_the_town_is_noticed(town: Town) -> None:
    write(town.root / "web" / "roles" / "mayor.toml", 'model = "large"\n')
    [finding] = check_roles(town)
    assert (finding.role, finding.rig, finding.fatal) == ("mayor", "web", False)
    assert "never counts" in finding.what


def test_braces_in_orders_that_nobody_fills_in_are_noticed(town: Town) -> None:
    write(town.root / "directives" / "polecat.md", "Ask {rig}/witness, {name}.")
    assert check_roles(town) == ()
    write(town.root / "directives" / "polecat.md", "Ask {whom}.")
    write(town.root / "directives" / "mayor.md", "Look at {rig}.")
    found = check_roles(town)
    assert not any(finding.fatal for finding in found)
    assert [finding.what for finding in found] == [
        "its standing orders name {rig}, and its agents have no rig",
        "its standing orders name {whom}, which nobody fills in",
    ]


NO_ROLES = (
    "overseer",
    "polecats",
    "dogs",
    "queue",
    "supervisor",
    "town",
    "archive",
    "crew-ann",
    "Bad Name",
    "Loud",
    "web",
)


@pytest.mark.parametrize("name", [*NO_ROLES, "reviewers"])
def test_no_role_is_called_as_somebody_or_something_else(town: Town, name: str) -> None:
    write(town.root / "roles" / f"{name}.toml", REVIEWER)
    write(town.root / "roles" / "reviewer.toml", REVIEWER)
    write(town.root / "prompts" / "reviewer.md", "You read.")
    for rig in (None, "api"):
        with pytest.raises(Invalid, match="role"):
            roles.read(name, town=town.root, rig=rig)
    [finding] = check_roles(town)
    assert (finding.role, finding.fatal) == (name, True)
    assert roles.read("reviewer", town=town.root).prompt == "You read."


def test_a_role_is_no_way_to_another_folder(town: Town) -> None:
    write(town.root / "reviewer.toml", REVIEWER)
    with pytest.raises(Invalid, match="cannot name a role"):
        roles.read("../reviewer", town=town.root)


def test_work_slung_at_the_human_makes_no_agent(town: Town) -> None:
    write(
        town.root / "roles" / "overseer.toml",
        REVIEWER.replace('"rig"', '"town"').replace("worktree", "folder"),
    )
    write(town.root / "prompts" / "reviewer.md", "You read.")
    work = create(town, "Mend the door", by=HUMAN)
    with pytest.raises(GastownError):
        sling(town, work.id, "overseer", by=HUMAN)
    assert agents.get(town.ledger, "overseer") is None


@pytest.mark.parametrize("said", ['scope = "rig"', "many = true"])
@pytest.mark.parametrize("folder", ["", "web"])
def test_what_addresses_rest_on_is_settled(town: Town, folder: str, said: str) -> None:
    write(town.root / folder / "roles" / "mayor.toml", f"{said}\n")
    with pytest.raises(Invalid, match="of mayor is settled"):
        roles.read("mayor", town=town.root, rig=folder or None)
    write(town.root / folder / "roles" / "mayor.toml", 'scope = "town"\nmany = false\nmodel = "large"\n')
    assert roles.read("mayor", town=town.root, rig=folder or None).model == "large"


def test_a_role_can_do_without_callbacks(town: Town) -> None:
    write(town.root / "roles" / "polecat.toml", "callbacks = []\n")
    assert roles.read("polecat", town=town.root).callbacks == frozenset()
    [finding] = check_roles(town)
    assert "they are rung instead" in finding.what


def test_the_roles_that_come_with_us_keep_their_names_for_themselves() -> None:
    assert {f"{name}.toml" for name in OUR_ROLES} == set(assets.names(roles.ROLES))


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
