"""Why an agent CLI gave up on a turn, as Claude Code names it: in plain words, and what answers it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure: what it is, and what a person does about it, with `{agent}` for its name."""

    what: str
    command: str


_AGAIN = "gt session restart {agent}"
_LOOK = "gt attach {agent}"
KINDS: Mapping[str, Failure] = {
    "rate_limit": Failure(
        "its provider refuses more for now (429); nothing resumes by itself, so restart it later",
        _AGAIN,
    ),
    "authentication_failed": Failure("its login is refused (401): log in there", _LOOK),
    "billing_error": Failure("the account's billing refused it", _LOOK),
    "server_error": Failure(
        "its provider gave no answer (529, 500); nothing resumes by itself, so restart it", _AGAIN
    ),
    "model_not_found": Failure(
        "its model does not exist: choose another in town.toml, then restart it", _AGAIN
    ),
    "invalid_request": Failure(
        "its model refused the conversation, which may be too long: begin afresh", _AGAIN
    ),
}


def explained(failure: str) -> str:
    """The failure's own word, and what it means where that is known: `hit rate_limit: …`."""
    known = KINDS.get(failure)
    return f"hit {failure}: {known.what}" if known else f"hit {failure}"


def answer(failure: str, agent: str) -> str:
    """The command with which a person goes on."""
    known = KINDS.get(failure)
    return (known.command if known else _LOOK).format(agent=agent)
