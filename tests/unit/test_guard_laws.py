"""Laws of the guard: text is never a command, and no text at all breaks the reading of it."""

import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from gastown.callbacks.guard import refusal
from gastown.callbacks.report import read
from gastown.callbacks.shell import commands

FORBIDDEN = st.sampled_from([
    *("git push origin main", "git stash", "git worktree prune", "rm -rf /", "tmux kill-server", "$(git stash)"),
    *("`git stash`", "git config core.hooksPath x", "sh -c 'git stash'", "EOF", "\n", "'", '"', "\\", "(", ")", ";"),
    *("&&", "#", "<<EOF", "$"),
])  # fmt: skip
TEXT = st.lists(st.one_of(FORBIDDEN, st.text(max_size=5)), max_size=8).map(" ".join)


def why(command: str) -> str:
    said = {"tool_name": "Bash", "tool_input": {"command": command}, "cwd": "/nowhere"}
    return refusal(read(json.dumps(said)), {"GT_TOWN": "/no/town", "GT_ADDRESS": "web/polecats/Toast"})[0]


@given(TEXT)
def test_quoted_text_is_never_refused(text: str) -> None:
    text = text.replace("\0", "")
    assert why(f"git commit -m {shlex.quote(text)}") == ""
    assert why(f"bd create {shlex.quote(text)} && echo {shlex.quote(text)} | cat") == ""


@given(TEXT)
def test_what_stands_in_a_quoted_document_is_never_refused(text: str) -> None:
    lines = "\n".join(line for line in text.replace("\0", "").split("\n") if line != "THE-END")
    assert why(f"cat > notes <<'THE-END'\n{lines}\nTHE-END\ngit status") == ""
    assert why(f"git commit -m \"$(cat <<'THE-END'\n{lines}\nTHE-END\n)\" && make") == ""


@given(TEXT)
def test_what_follows_quoted_text_is_still_seen(text: str) -> None:
    quoted = shlex.quote(text.replace("\0", ""))
    assert why(f"echo {quoted} && tmux kill-server")
    assert why(f"cat <<'THE-END'\nx\nTHE-END\nX={quoted}; tmux kill-server")


def test_loops_without_end_are_looked_at_for_a_while_only() -> None:
    loops = "\n".join(
        f"for v{number} in a b c d e f; do git branch $v{number}; done" for number in range(400)
    )
    assert why(loops) == ""
    assert why(f"{loops}; tmux kill-server")


@given(TEXT)
def test_any_text_can_be_read(text: str) -> None:
    for command in commands(text, {}):
        assert command.words or command.writes
