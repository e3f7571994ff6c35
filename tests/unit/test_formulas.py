"""Formulas: what is understood, what is complained about, and how texts are filled."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown import assets
from gastown.domain.formula_file import parse
from gastown.domain.formulas import Formula, StepTemplate, Variable, check_complete, cook, read_values
from gastown.errors import Invalid, NotFound
from gastown.settings import formulas, roles

TWO = """
description = "Mend {{what}}."

[vars]
what = { description = "what is broken" }
tool = "a hammer"

[[steps]]
id = "look"
title = "Look at {{ what }}"
description = "Take {{tool}} along."

[[steps]]
id = "mend"
title = "Mend {{what}}"
acceptance = "{{what}} holds."
"""


def read(text: str) -> Formula:
    return parse(text, name="mend", source="mend.toml")


def complaint(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value


def steps(*ids: str) -> str:
    return "".join(f'[[steps]]\nid = "{each}"\ntitle = "T"\n' for each in ids)


# what is understood


def test_a_formula_has_variables_and_steps_in_the_order_of_the_file() -> None:
    formula = read(TWO)
    assert formula.name == "mend"
    assert formula.variables == (Variable("what", "what is broken", None), Variable("tool", "", "a hammer"))
    assert formula.steps == (
        StepTemplate("look", "Look at {{ what }}", "Take {{tool}} along.", ""),
        StepTemplate("mend", "Mend {{what}}", "", "{{what}} holds."),
    )


def test_texts_are_filled_with_what_is_given_else_with_what_is_known_else_by_default() -> None:
    cooked = cook(read(TWO), {"what": "the door"}, {"what": "the roof", "tool": "", "moon": "full"})
    assert cooked.description == "Mend the door."
    assert cooked.variables == {"what": "the door", "tool": "a hammer"}
    assert [step.title for step in cooked.steps] == ["Look at the door", "Mend the door"]
    assert (cooked.steps[0].description, cooked.steps[1].acceptance) == (
        "Take a hammer along.",
        "the door holds.",
    )
    assert cook(read(TWO), {}, {"what": "the roof"}).description == "Mend the roof."


def test_a_value_is_put_in_as_it_is() -> None:
    cooked = cook(read(TWO), {"what": "{{tool}} \\1 {{what}}"})
    assert cooked.steps[1].title == "Mend {{tool}} \\1 {{what}}"


def test_an_empty_value_counts_when_it_was_given() -> None:
    assert cook(read(TWO), {"what": "x", "tool": ""}).steps[0].description == "Take  along."


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_filling_changes_nothing_but_the_variable(value: str) -> None:
    formula = read('[vars]\nx = ""\n[[steps]]\nid = "a"\ntitle = "T"\ndescription = "<{{x}}>"\n')
    assert cook(formula, {"x": value}).steps[0].description == f"<{value}>"


# what is complained about

WRONG = {
    "a key that is not known": ("needs = 1\n" + steps("a"), "mend.toml: unknown key 'needs'"),
    "no steps": ('description = "x"', "mend.toml: there are no steps"),
    "steps that are none": ("steps = 3", "mend.toml: there are no steps"),
    "a step that is no table": ("steps = [1]", "mend.toml: step 1: is not a table"),
    "a key in a step": (
        steps("a", "b") + 'needs = ["a"]\n',
        "mend.toml:4: step 2 (b): unknown key 'needs'",
    ),
    "the same id twice": (
        steps("a", "b", "a"),
        "mend.toml:7: step 3: an earlier step has the id 'a' already",
    ),
    "a step without an id": ('[[steps]]\ntitle = "T"\n', "mend.toml:1: step 1: it has no id"),
    "an id that is none": (steps("A b"), "mend.toml:1: step 1 (A b): 'A b' cannot be an id"),
    "a step without a title": ('\n[[steps]]\nid = "a"\n', "mend.toml:2: step 1 (a): it has no title"),
    "a text that is none": (steps("a") + "description = 3\n", "step 1 (a): description is 3, not a text"),
    "an undeclared variable": (
        steps("a") + 'description = "in {{place}}"\n',
        "mend.toml:1: step 1 (a): description names the undeclared variable {{place}}",
    ),
    "a variable that cannot be one": (
        '[vars]\nx = ""\n' + steps("a") + 'acceptance = "{{x.y}}"\n',
        "acceptance names the undeclared variable {{x.y}}",
    ),
    "a description with an undeclared one": (
        'description = "{{x}}"\n' + steps("a"),
        "mend.toml: description names the undeclared variable {{x}}",
    ),
    "a variable with a bad name": (
        '[vars]\n"my place" = ""\n' + steps("a"),
        "mend.toml: variable 'my place': nothing can be called so",
    ),
    "a variable that is a number": ("[vars]\nx = 3\n" + steps("a"), "variable 'x': 3 is not a text"),
    "a key in a variable": (
        "[vars]\nx = { required = true }\n" + steps("a"),
        "variable 'x': unknown key 'required'",
    ),
    "variables that are no table": ("vars = 3\n" + steps("a"), "mend.toml: vars is not a table"),
    "no TOML": ("[[steps]\n", "mend.toml: "),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_said_with_its_place(case: str) -> None:
    text, message = WRONG[case]
    assert message in complaint(text).message
    assert complaint(text).hint


def test_a_text_that_looks_like_a_step_makes_no_wrong_line() -> None:
    text = "[[steps]]\nid = 'a'\ntitle = 'T'\ndescription = '''\n[[steps]]\n'''\n" + steps("b", "a")
    assert complaint(text).message.startswith("mend.toml: step 3: an earlier step")


def test_a_value_for_an_unknown_variable_is_refused_and_so_is_a_missing_one() -> None:
    with pytest.raises(Invalid, match="mend has no variable 'colour'") as caught:
        cook(read(TWO), {"colour": "red", "what": "x"})
    assert caught.value.hint == "it takes: what, tool"
    cooked = cook(read(TWO), {})
    assert (cooked.missing, cooked.steps[1].title) == (("what",), "Mend {{what}}")
    with pytest.raises(Invalid, match="mend needs a value for what") as caught:
        check_complete(cooked)
    assert caught.value.hint == "--var what=…"
    assert not check_complete(cook(read(TWO), {"what": "x"})).missing


def test_a_title_that_no_longer_fits_names_its_step() -> None:
    with pytest.raises(Invalid, match=r"mend, step 'look': the title has 508 characters"):
        cook(read(TWO), {"what": "x" * 500})
    with pytest.raises(Invalid, match=r"mend, step 'look': the title holds control characters"):
        cook(read(TWO), {"what": "\x1b[2J"})


def test_values_are_given_as_pairs() -> None:
    assert read_values(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    for wrong in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(Invalid):
            read_values(wrong)


# where formulas are


def written(folder: Path, name: str, title: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f'[[steps]]\nid = "a"\ntitle = "{title}"\n', encoding="utf-8")
    return folder / name


def test_a_rigs_formula_comes_before_the_towns_and_that_before_the_shipped_one(tmp_path: Path) -> None:
    def found() -> str:
        return formulas.read("polecat-work", town=tmp_path, rig="web").steps[0].title

    shipped = found()
    written(tmp_path / "formulas", "polecat-work.toml", "The town's")
    assert (shipped, found()) == ("Understand what is asked", "The town's")
    written(tmp_path / "web" / "formulas", "polecat-work.toml", "The rig's")
    assert found() == "The rig's"
    assert formulas.read("polecat-work", town=tmp_path).steps[0].title == "The town's"
    assert formulas.read("polecat-work", town=tmp_path, rig="api").steps[0].title == "The town's"


def test_a_formula_can_be_a_file_and_is_called_as_the_file_is(tmp_path: Path) -> None:
    file = written(tmp_path, "mend-it.toml", "Look")
    assert formulas.read(str(file), town=tmp_path).name == "mend-it"
    with pytest.raises(Invalid, match="'Mend It' cannot name a formula"):
        formulas.read(str(written(tmp_path, "Mend It.toml", "Look")), town=tmp_path)
    with pytest.raises(NotFound, match="there is no file"):
        formulas.read(str(tmp_path / "none.toml"), town=tmp_path)


def test_an_unknown_formula_is_not_found_and_the_hint_lists_those_there_are(tmp_path: Path) -> None:
    written(tmp_path / "web" / "formulas", "mend.toml", "Look")
    with pytest.raises(NotFound, match="there is no formula 'polecat'") as caught:
        formulas.read("polecat", town=tmp_path, rig="web")
    assert caught.value.hint == "there are: mend, polecat-work; or give a file, like ./my.toml"


def test_a_formula_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "mend.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="is not UTF-8"):
        formulas.read(str(tmp_path / "mend.toml"), town=tmp_path)


def test_every_shipped_formula_can_be_cooked_and_every_role_has_one_that_is_there(tmp_path: Path) -> None:
    for name in formulas.names(tmp_path):
        formula = formulas.read(name, town=tmp_path)
        cooked = cook(formula, {variable.name: "x" for variable in formula.variables})
        assert all(step.description and step.acceptance for step in cooked.steps), name
    for file in assets.names("roles"):
        role = roles.read(file.removesuffix(".toml"), town=tmp_path)
        assert not role.formula or role.formula in formulas.names(tmp_path)
    assert roles.read("polecat", town=tmp_path).formula == "polecat-work"
