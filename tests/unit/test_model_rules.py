from collections.abc import Sequence

import pytest

from tests.e2e.model_rules import POLECAT, Json, Request, Use

BRIEFING = (
    'SessionStart:startup hook success: HOOK: we-1\n\n{mark}```sh\n{mark}echo "a\n{mark}  b"\n{mark}```\n'
)
COMMIT = "git add -A && (git diff --cached --quiet || git commit -m 'we-1: work of the pretend model')"


def request(*messages: Json, tools: Sequence[str] = ("Bash",)) -> Request:
    return Request("Toast", "c", {}, {"messages": messages, "tools": tools})


def user(text: str) -> Json:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def system(text: str) -> Json:
    return {"role": "system", "content": text}


def used(*, failed: bool = False) -> Sequence[Json]:
    """A call of a tool, and its result."""
    result = {"type": "tool_result", "tool_use_id": "t", "content": "HOOK: no-1", "is_error": failed}
    call: Json = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
    return [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]


def answer(asked: Request) -> tuple[str, str]:
    """The rule that holds, and what it runs or says."""
    rule = next(rule for rule in POLECAT if rule.when(asked))
    reply = rule.then(asked)
    return rule.name, str(reply.calls[0][1]["command"]) if isinstance(reply, Use) else rule.name


@pytest.mark.parametrize("mark", ["", "> ", "    ", "| "])
def test_work_begins_with_the_shell_block_however_it_is_quoted(mark: str) -> None:
    asked = request(user("Go."), system(BRIEFING.format(mark=mark)))
    assert answer(asked) == ("the next step", '(set -e\necho "a\n  b"\n)')


def test_an_empty_quoted_line_stays_an_empty_line() -> None:
    asked = request(user("HOOK: we-1\n> ```sh\n> a\n>\n> b\n> ```"))
    assert answer(asked)[1] == "(set -e\na\n\nb\n)"


def test_a_quotation_inside_the_block_stays() -> None:
    asked = request(user("HOOK: we-1\n> ```sh\n> echo b |\n> > a cat\n> ```"))
    assert answer(asked)[1] == "(set -e\necho b |\n> a cat\n)"


def test_steps_follow_each_other_and_end_with_words() -> None:
    start = [user("Go."), system(BRIEFING.format(mark=""))]
    assert answer(request(*start, *used())) == ("the next step", COMMIT)
    assert answer(request(*start, *used(), *used())) == ("the next step", "gt done")
    assert answer(request(*start, *used(), *used(), *used()))[0] == "all is done"


def test_a_failed_step_ends_the_turn_and_is_tried_again_at_the_next_prompt() -> None:
    start = [user("Go."), system(BRIEFING.format(mark=""))]
    assert answer(request(*start, *used(), *used(failed=True)))[0] == "a step failed"
    stopped = {"role": "assistant", "content": [{"type": "text", "text": "I stop here."}]}
    assert answer(request(*start, *used(), *used(failed=True), stopped, user("Go on."))) == (
        "the next step",
        COMMIT,
    )


def test_a_new_hook_is_new_work() -> None:
    asked = request(user("HOOK: we-0"), *used(), *used(), user("HOOK: we-1"))
    assert answer(asked) == ("the next step", COMMIT)


def test_an_emptied_hook_is_no_work() -> None:
    asked = request(user("HOOK: we-0"), *used(), user("HOOK: (nothing)\nEnd your turn."))
    assert answer(asked)[0] == "no work"


def test_without_a_hook_there_is_nothing_to_do() -> None:
    assert answer(request(user("Go."), *used()))[0] == "no work"


def test_a_title_is_given_whatever_hangs_on_the_hook() -> None:
    assert answer(request(user("HOOK: we-1"), tools=()))[0] == "a title is wanted"
