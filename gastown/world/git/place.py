"""Where git works: in one worktree and nowhere else, whatever the settings that agents can write say of it."""

import os
from collections.abc import Mapping
from pathlib import Path

from gastown.world.git.command import answer
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.records import Record


def inside(record: Record) -> dict[str, str]:
    """Variables under which git works in that worktree with no program that is foreign.

    Both paths are named, or `core.worktree` could send a reset or clean into any folder of the user's. Names of
    files are told apart as the disk does it, or one that differs from another in case only would not be seen.
    """
    env = {**without_foreign_programs(record.folder), **paths(record)}
    return with_settings(env, {"core.ignoreCase": "true" if folds_case(record.admin) else "false"})


def paths(record: Record) -> dict[str, str]:
    """The two variables that nothing in a configuration overrides."""
    return {"GIT_DIR": str(record.admin), "GIT_WORK_TREE": str(record.folder)}


def with_settings(env: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`env` with more settings, which win over those of every configuration file."""
    first = int(env.get("GIT_CONFIG_COUNT", "0"))
    more = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        more |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**env, **more}


def own_attributes(where: Path) -> str:
    """The file of attributes that the user's own configuration names, or else git's usual one."""
    for scope in ("--global", "--system"):
        asked = answer(where, "config", scope, "--type=path", "--get", "core.attributesFile")
        if asked.status == 0 and (named := asked.out.rstrip("\n")):
            return named
    usual = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return str(Path(usual) / "git" / "attributes")


def folds_case(folder: Path) -> bool:
    """Whether the disk takes names that differ in case only for the same; `folder` holds a HEAD."""
    try:
        return (folder / "HEAD").samefile(folder / "head")
    except OSError:
        return False
