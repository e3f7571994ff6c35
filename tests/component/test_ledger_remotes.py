"""What git is asked about two histories, and that a silent git is not taken for an answer."""

from pathlib import Path

import pytest

from gastown.errors import NotFound, Unavailable
from gastown.world.git import ledger_remotes
from gastown.world.git.command import GitFailed
from tests.support import git

NOWHERE = "0" * 39 + "1"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept.git"
    git("init", "-q", "--bare", str(path), cwd=tmp_path)
    return path


def commit(kept: Path, message: str, *parents: str) -> str:
    """A commit without files."""
    tree = git("mktree", cwd=kept, env={"GIT_INDEX_FILE": "none"})
    return git(
        "commit-tree", tree, "-m", message, *[word for parent in parents for word in ("-p", parent)], cwd=kept
    )


def test_what_two_histories_have_in_common(kept: Path) -> None:
    root = commit(kept, "root")
    a, b = commit(kept, "a", root), commit(kept, "b", root)
    assert ledger_remotes.common(kept, a, b) == [root]
    one, other = commit(kept, "one", a, b), commit(kept, "other", b, a)
    assert (
        ledger_remotes.common(kept, one, other) == ledger_remotes.common(kept, other, one) == sorted([a, b])
    )
    assert ledger_remotes.common(kept, a, commit(kept, "stranger")) == []


def test_a_commit_that_is_missing_is_not_taken_for_a_stranger(kept: Path) -> None:
    root = commit(kept, "root")
    with pytest.raises(GitFailed):
        ledger_remotes.common(kept, root, NOWHERE)
    assert not ledger_remotes.contains(kept, root, NOWHERE)
    assert not ledger_remotes.is_here(kept, NOWHERE)
    assert ledger_remotes.is_here(kept, root)


def test_only_the_ref_that_was_asked_for_is_fetched(kept: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.git"
    git("init", "-q", "--bare", str(other), cwd=tmp_path)
    main, shared = commit(other, "main"), commit(other, "shared")
    git("update-ref", "refs/heads/main", main, cwd=other)
    git("update-ref", ledger_remotes.SHARED, shared, cwd=other)
    git("tag", "v1", main, cwd=other)
    assert ledger_remotes.fetch(kept, str(other), ledger_remotes.SHARED, "x/web") == shared
    assert git("for-each-ref", "--format=%(refname)", cwd=kept) == "refs/remotes/x/web"
    assert ledger_remotes.fetch(kept, str(other), "refs/heads/none", "x/none") is None


def test_a_remote_that_is_not_there_or_does_not_answer(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        ledger_remotes.fetch(kept, str(tmp_path / "nowhere"), ledger_remotes.MAIN, "x")
    with pytest.raises(Unavailable):
        ledger_remotes.tips(kept, "http://127.0.0.1:9/x.git", ledger_remotes.MAIN)


def test_the_repositorys_own_configuration_leads_nobody_astray(kept: Path, tmp_path: Path) -> None:
    git("config", "url./elsewhere.insteadOf", str(tmp_path), cwd=kept)
    with pytest.raises(Unavailable, match="could lead our git elsewhere"):
        ledger_remotes.tips(kept, str(tmp_path / "other.git"), ledger_remotes.MAIN)
