"""The hooks of a rig's bare clone: agents' git neither pushes to the target nor moves what is not the agent's."""

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Unavailable
from gastown.world.files import write_whole

MARK = "# Written by Gas Town, and again at every start of a session."
"""Their second line. A hook without it is somebody else's: it is kept, and called after ours."""

OTHERS = ".local"
"""Ends the name under which a hook of somebody else is kept."""

_HEAD = f"#!/bin/sh\n{MARK} Programs of your own: put them beside this as NAME{OTHERS}.\n"

_PRE_PUSH = """\
lines=$(cat)
if [ -n "$GT_INCARNATION$GT_ADDRESS" ]; then
    while read -r _ _ ref _; do
        case $ref in
        @TARGET@ | refs/gastown/*)
            echo "gastown: ${ref#refs/heads/} belongs to the merge queue, nobody else pushes to it." >&2
            echo "gastown: commit your work, then say: gt done" >&2
            exit 1 ;;
        esac
    done <<END
$lines
END
fi
[ -x "$0.local" ] || exit 0
printf '%s\\n' "$lines" | "$0.local" "$@"
"""

_REFERENCE_TRANSACTION = """\
[ -x "$0.local" ] && { lines=$(cat); printf '%s\\n' "$lines" | "$0.local" "$@" || exit; } || lines=
[ "$1" = prepared ] && [ -n "$GT_INCARNATION$GT_ADDRESS" ] || exit 0
name=${GT_ADDRESS##*/}
case $GT_ADDRESS in
*/polecats/*) own=polecat/$name ;;
*/*/*) group=${GT_ADDRESS%/*}; group=${group##*/}; own=${group%s}-$name ;;
*) own=$name ;;
esac
refuse() {
    echo "gastown: $1 belongs to $2." >&2
    echo "gastown: $3" >&2
    exit 1
}
look() {
    while read -r _ _ ref; do
        case $ref in
        "refs/heads/$own"/*) ;;
        @TARGET@)
            refuse "${ref#refs/heads/}" "the merge queue" \\
                "look at it with: git checkout --detach origin/${ref#refs/heads/}" ;;
        @SEEN@)
            case $(ps -o args= -p $PPID 2>/dev/null) in
            *" update-ref "* | *" branch "*)
                refuse "${ref#refs/remotes/}" "everybody" "it says how far the remote is: git fetch origin" ;;
            esac ;;
        refs/gastown/*)
            refuse "$ref" "the town" "it keeps work safe, and only gt changes it" ;;
        @AGENTS@)
            refuse "${ref#refs/heads/}" "another agent" "make a branch of your own: git checkout -b $own/NAME" ;;
        esac
    done
}
if [ -n "$lines" ]; then
    look <<END
$lines
END
else
    look
fi
exit 0
"""


def see_to_hooks(repository: Path, *, target: str, branches: Sequence[str]) -> tuple[str, ...]:
    """Write both hooks where they are not as they should be; says which. Nothing is written where all is well.

    `branches` are patterns of agents' branches, like `crew-*/*`. A hook that somebody else put there is kept as
    `NAME.local` and called by ours. Raises Unavailable.
    """
    folder = repository / "hooks"
    wanted = _texts(target, branches)
    changed = [name for name, text in wanted.items() if not _is(folder / name, text)]
    try:
        for name in changed:
            folder.mkdir(exist_ok=True)
            _set_aside(folder / name)
            write_whole(folder / name, wanted[name], mode=0o755)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written: {error.strerror}", "check its rights") from error
    return tuple(changed)


def hooks_path(repository: Path) -> Observed[str]:
    """Where settings send git for the repository's hooks instead: its own, or the user's. Absent: ours are called."""
    from gastown.world.git.command import answer

    try:
        for scope in (("--file", str(repository / "config")), ("--global",), ("--system",)):
            asked = answer(repository, "config", *scope, "--get", "core.hooksPath")
            if asked.status == 0:
                return Present(asked.out.rstrip("\n"))
    except Unavailable as problem:
        return Unknown(problem.message)
    return Absent()


def _texts(target: str, branches: Sequence[str]) -> dict[str, str]:
    own, seen = quote(f"refs/heads/{target}"), quote(f"refs/remotes/origin/{target}")
    agents = " | ".join(f"refs/heads/{pattern}" for pattern in branches) or "refs/none"
    texts = {"pre-push": _PRE_PUSH, "reference-transaction": _REFERENCE_TRANSACTION}
    return {
        name: _HEAD + text.replace("@TARGET@", own).replace("@SEEN@", seen).replace("@AGENTS@", agents)
        for name, text in texts.items()
    }


def _is(file: Path, text: str) -> bool:
    """Whether it is a file of its own with that text, that git will call."""
    try:
        runs = not file.is_symlink() and os.access(file, os.X_OK)
        return runs and file.read_text(encoding="utf-8", errors="replace") == text
    except OSError:
        return False


def _set_aside(file: Path) -> None:
    """Keep a hook that is not ours, unless there is one kept already; then under a further name."""
    if not os.path.lexists(file):
        return
    try:
        ours = MARK in file.read_text(encoding="utf-8", errors="replace")[:400]
    except OSError:
        ours = False
    if ours:
        return
    names = (file.with_name(f"{file.name}{OTHERS}{number or ''}") for number in range(100))
    file.rename(next(name for name in names if not os.path.lexists(name)))
