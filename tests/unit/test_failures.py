"""What an agent CLI gives up with is said in words, with the command that answers it."""

import pytest

from gastown.domain.failures import KINDS, answer, explained

CLAUDE_CODES_WORDS = (
    *("rate_limit", "server_error", "authentication_failed", "billing_error", "model_not_found"),
    "invalid_request",
)


@pytest.mark.parametrize("failure", CLAUDE_CODES_WORDS)
def test_every_word_of_claude_code_is_explained_and_has_an_answer(failure: str) -> None:
    assert explained(failure).startswith(f"hit {failure}: ")
    assert answer(failure, "web/Toast").endswith(" web/Toast")


def test_there_is_no_explanation_of_what_it_never_says() -> None:
    assert set(KINDS) == set(CLAUDE_CODES_WORDS)


def test_another_word_is_told_as_it_is_and_looked_at() -> None:
    assert (explained("meteor"), answer("meteor", "mayor")) == ("hit meteor", "gt attach mayor")
