"""Where a town is: one name for it however it is reached, and its owner's eyes only."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from gastown.operations.town.install import install
from gastown.settings.town import find
from gastown.town import Town
from gastown.world.tmux.place import socket_path
from tests.towns import a_town


def test_a_town_reached_through_a_link_is_known_by_its_real_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(a_town(tmp_path / ("deep" * 20))) as town:
        link = tmp_path / "link"
        link.symlink_to(town.root)
        monkeypatch.setenv("GT_TOWN", str(link))
        assert find(tmp_path) == town.root
        monkeypatch.delenv("GT_TOWN")
        assert find(link / "web") == town.root
        by_link = Town(link)
        assert by_link.root == by_link.places.root == town.root
        assert socket_path(by_link.root) == socket_path(town.root)


def test_a_town_installed_through_a_link_lies_at_its_real_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GT_TOWN", raising=False)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert install(tmp_path / "link" / "town", agent="scripted").root == tmp_path / "real" / "town"
    again = install(tmp_path / "link" / "town")
    assert (again.root, again.already) == (tmp_path / "real" / "town", True)


def test_nobody_else_reads_the_town_or_its_ledger(tmp_path: Path) -> None:
    root = install(tmp_path / "towns" / "town", agent="scripted").root
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in root.glob("gastown.db*")} == {0o600}


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    root = tmp_path / "town"
    root.mkdir(mode=0o755)
    install(root, agent="scripted")
    assert stat.S_IMODE(root.stat().st_mode) == 0o755
