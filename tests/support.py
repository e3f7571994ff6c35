"""What tests of every tier share: waiting with a bound, and small real git repositories."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann Example",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
    "GIT_COMMITTER_NAME": "Ann Example",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+00:00",
}
"""Author, committer and dates of every commit made here, so that its id is always the same."""

_NOBODYS_CONFIGURATION = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}

GIT_DEADLINE = 30.0
"""Seconds; nothing a test asks of git takes longer."""


def eventually(condition: Callable[[], T | None], *, within: float, what: str, every: float = 0.05) -> T:
    """Call `condition` until its answer is truthy and return it; fail after `within` seconds, naming `what`.

    The condition is asked at least twice, so a machine that paused does not fail a test by itself.
    """
    deadline = time.monotonic() + within
    answer = condition()
    while not answer:
        late = time.monotonic() >= deadline
        if not late:
            time.sleep(every)
        answer = condition()
        if late and not answer:
            message = f"waited {within:g} s for {what}; the last answer was {answer!r}"
            raise AssertionError(message)
    return answer


def git(*args: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run git with the fixed identity and nobody's configuration; return what it printed, stripped."""
    everything = {**os.environ, **_NOBODYS_CONFIGURATION, **IDENTITY, **(env or {})}
    done = subprocess.run(
        ["git", *args],
        cwd=cwd,
        env=everything,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GIT_DEADLINE,
        check=False,
    )
    if done.returncode:
        message = f"git {' '.join(args)} ended with {done.returncode}: {done.stderr.strip()}"
        raise AssertionError(message)
    return done.stdout.strip()


def a_repository(path: Path, files: Mapping[str, str]) -> Path:
    """Make a git repository at `path` whose branch main has one commit with `files`; return `path`."""
    path.mkdir(parents=True, exist_ok=True)
    git("init", "-q", "-b", "main", cwd=path)
    for name, text in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    git("add", "--all", cwd=path)
    git("commit", "-q", "--allow-empty", "-m", "Begin", cwd=path)
    return path
