"""The folder-trust entry in Claude Code's own configuration: the one thing of the user's that we may change.

Without it Claude Code begins with a question that defaults to No, in every worktree of a repository. The
entry stands under the path of the main (or bare) repository, symlinks resolved, and covers its worktrees.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gastown.world.agents import config_file, json_edit

_PROJECTS = "projects"
_ANSWER = "hasTrustDialogAccepted"


class Before(StrEnum):
    """What the configuration held before we came; from it follows how much there is to take back."""

    NO_FILE = "no file"
    NO_PROJECTS = "no projects"
    NO_ENTRY = "no entry"
    NO_ANSWER = "no answer"
    DISTRUSTED = "distrusted"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class TrustRecord:
    """What `add_trust` did, for `remove_trust`. When it was lost, assume `Before.NO_ENTRY`."""

    file: Path
    root: str
    before: Before


def trusted(repository: Path, file: Path) -> bool:
    """Whether Claude Code starts in worktrees of `repository` without asking. `Invalid`: a malformed file."""
    return foresee(repository, file).before is Before.TRUSTED


def onboarded(file: Path) -> bool:
    """Whether the user has been through Claude Code's first start. `Invalid`: a malformed file."""
    text = config_file.read(file)
    try:
        return text is not None and json.loads(text).get("hasCompletedOnboarding") is True
    except (ValueError, AttributeError) as error:
        raise config_file.invalid(file, ValueError(str(error))) from error


def foresee(repository: Path, file: Path) -> TrustRecord:
    """The record that `add_trust` would give now: who writes it down first loses nothing by a crash."""
    root = _root(repository)
    try:
        return TrustRecord(file, root, _before(config_file.read(file), root))
    except ValueError as error:
        raise config_file.invalid(file, error) from error


def add_trust(repository: Path, file: Path) -> TrustRecord:
    """Trust `repository` from now on. Keep the record: adding again finds the entry and records `TRUSTED`.

    Atomic, and under Claude Code's own lock; see `config_file.edit` for what can go wrong.
    """
    root = _root(repository)
    found = Before.NO_FILE

    def change(text: str | None) -> str:
        nonlocal found
        found = _before(text, root)
        if text is None:
            return json.dumps({_PROJECTS: {root: {_ANSWER: True}}}, ensure_ascii=False, indent=2) + "\n"
        return (
            text if found is Before.TRUSTED else json_edit.put(text, [_PROJECTS, root, _ANSWER], value=True)
        )

    config_file.edit(file, change)
    return TrustRecord(file, root, found)


def remove_trust(record: TrustRecord) -> bool:
    """Take back what `record` tells of, and no more; False when nothing of it was there any more.

    What others have since put beside our entry stays, and then so does what holds it.
    """
    removed = False

    def change(text: str | None) -> str | None:
        nonlocal removed
        removed = text is not None and _before(text, record.root) is Before.TRUSTED
        return _without(text, record) if text is not None and removed else text

    if record.before is not Before.TRUSTED:
        config_file.edit(record.file, change)
    return removed


def _without(text: str, record: TrustRecord) -> str | None:
    answer = [_PROJECTS, record.root, _ANSWER]
    if record.before is Before.DISTRUSTED:
        return json_edit.put(text, answer, value=False)
    text = json_edit.remove(text, answer)
    ours = [Before.NO_ENTRY, Before.NO_PROJECTS, Before.NO_FILE]
    for depth, made_by in ((2, ours), (1, ours[1:])):
        if record.before in made_by and _is_empty(json_edit.read(text, answer[:depth])):
            text = json_edit.remove(text, answer[:depth])
    return None if record.before is Before.NO_FILE and _is_empty(text) else text


def _is_empty(value: str | None) -> bool:
    return value is not None and json.loads(value) == {}


def _before(text: str | None, root: str) -> Before:
    """ValueError when the text is no configuration, or holds something strange where our entry belongs."""
    if text is None:
        return Before.NO_FILE
    json_edit.check(text)
    if json_edit.read(text, [_PROJECTS]) is None:
        return Before.NO_PROJECTS
    if json_edit.read(text, [_PROJECTS, root]) is None:
        return Before.NO_ENTRY
    match json_edit.read(text, [_PROJECTS, root, _ANSWER]):
        case None:
            return Before.NO_ANSWER
        case "true":
            return Before.TRUSTED
        case "false":
            return Before.DISTRUSTED
        case other:
            raise ValueError(f"{_ANSWER} of {root} is {other}")


def _root(repository: Path) -> str:
    return str(repository.resolve())
