"""`gt install` on a terminal asks how freely agents in folders of their own work, and whether to trust these."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gastown.domain.permission import Permission
from gastown.settings import town as towns
from tests.support import eventually

GT = Path(sys.executable).parent / "gt"


def typed(answers: str, *words: str) -> str:
    """Run gt with a person at its terminal who types these answers; what that person was asked."""
    master, terminal = pty.openpty()
    try:
        child = subprocess.Popen([str(GT), *words], stdin=terminal, stderr=terminal, stdout=subprocess.PIPE)
        os.close(terminal)
        os.write(master, answers.encode())
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, out
        os.set_blocking(master, False)
        return eventually(lambda: os.read(master, 65536).decode(), within=5, what="what it said")
    finally:
        os.close(master)


@pytest.mark.parametrize(
    "answers, words, permissions, trust",
    [
        pytest.param("unattended\ny\n", (), Permission.UNATTENDED, True, id="both are asked"),
        pytest.param("\n\n", (), Permission.ASK, False, id="the careful answers"),
        pytest.param("y\n", ("--permissions", "edits"), Permission.EDITS, True, id="one is given"),
    ],
)
def test_a_person_is_asked_for_what_was_not_given(
    tmp_path: Path, answers: str, words: tuple[str, ...], permissions: Permission, *, trust: bool
) -> None:
    asked = typed(answers, "install", str(tmp_path / "town"), *words)
    said = towns.read(tmp_path / "town")
    assert (said.permissions, said.trust) == (permissions, trust)
    assert ("How freely" in asked) == (not words)
    assert "gt uninstall takes it out again" in asked


def test_nothing_is_asked_in_towns_of_scripted_agents_nor_when_a_town_is_mended(tmp_path: Path) -> None:
    for _ in range(2):
        assert "?" not in typed("", "install", str(tmp_path / "scripted"), "--agent", "scripted")
    typed("\n\n", "install", str(tmp_path / "town"))
    assert "?" not in typed("", "install", str(tmp_path / "town"))
