import pytest

from gastown.scripted.steps import Bead, Step, bead_from, hooked, plan


def commands(*lines: str) -> list[str]:
    return [step.command for step in plan("\n".join(["```sh", *lines, "```"])).steps]


def test_in_one_block_each_command_is_a_step() -> None:
    assert commands("# first", "echo one", "", "  # then", "echo two && true") == [
        "echo one",
        "echo two && true",
    ]


def test_a_backslash_joins_lines() -> None:
    assert commands("echo one \\", "  two \\", "  three", "echo four") == [
        "echo one \\\n  two \\\n  three",
        "echo four",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["cat > f <<END", "# no comment", "", "END"],
        ["cat > f <<'END'", "$x", "END"],
        ['cat > f << "END" && true', "x", "END"],
        ["cat <<-END", "\tx", "\tEND"],
        ["cat <<A; cat <<B", "a", "A", "b", "B"],
        ["cat <<END \\", "  > f", "x", "END"],
        ["cat <<END", "never ended"],
    ],
    ids=lambda lines: lines[0],
)
def test_a_heredoc_belongs_to_its_command(lines: list[str]) -> None:
    assert commands(*lines) == ["\n".join(lines)]


def test_what_follows_a_heredoc_is_the_next_step() -> None:
    assert commands("cat <<END", "x", "END", "echo two") == ["cat <<END\nx\nEND", "echo two"]


def test_a_here_string_is_no_heredoc() -> None:
    assert commands("cat <<< word", "echo two") == ["cat <<< word", "echo two"]


def test_several_blocks_are_one_strict_step_each() -> None:
    text = (
        "```sh\nfor i in 1 2\ndo echo $i\ndone\n```\nand\n~~~~bash\necho two\n~~~~\n\n```sh\n# nothing\n```"
    )
    assert plan(text).steps == [
        Step("for i in 1 2\ndo echo $i\ndone", "sh", strict=True),
        Step("echo two", "bash", strict=True),
    ]


@pytest.mark.parametrize("info", ["", "console", "python", "shell-session", "shx"])
def test_other_blocks_hold_no_steps(info: str) -> None:
    assert not plan(f"```{info}\nrm -rf /\n```").steps


@pytest.mark.parametrize("text", ["", "rm -rf /", "`sh`", "    ```sh\n    rm -rf /\n    ```"])
def test_text_without_a_fence_holds_no_steps(text: str) -> None:
    assert not plan(text).steps


def test_a_fence_inside_a_longer_fence_is_text_and_the_end_closes_all() -> None:
    assert [step.command for step in plan("````sh\necho '```'\n````").steps] == ["echo '```'"]
    assert [step.command for step in plan("```sh\necho one").steps] == ["echo one"]
    assert not plan("````text\n```sh\necho no\n```\n````").steps


def test_directives_stand_in_the_fence() -> None:
    assert plan("#: no\n```sh\n#: crash@1 slow=2\n#:hang\necho one\n```").directives == [
        "crash@1",
        "slow=2",
        "hang",
    ]


@pytest.mark.parametrize(
    "context,bead",
    [
        ("You are.\nHOOK: we-x7k2m\nMore", "we-x7k2m"),
        ("HOOK: we-1  \n", "we-1"),
        ("HOOK: (nothing)\n", ""),
        ("HOOK:\n", ""),
        ("HOOK: $(rm -rf /)", ""),
        ("| HOOK: we-1", None),
        ("What is on the HOOK: nothing", None),
        ("HOOK: we-1\nHOOK: we-2", "we-1"),
        ("", None),
    ],
)
def test_the_first_line_that_says_so_names_the_bead(context: str, bead: str | None) -> None:
    assert hooked(context) == bead


def test_a_bead_is_an_object_or_an_array_of_one() -> None:
    shown = {"id": "we-1", "title": " A\n title ", "description": None, "labels": ["x"], "more": 1}
    bead = Bead("we-1", "A title", "", ["x"])
    assert bead_from(shown) == bead
    assert bead_from([shown]) == bead
    assert bead_from([]) is None
    assert bead_from({"error": "no"}) is None
    assert bead_from("we-1") is None
