"""What is decided about a worktree's contents before anything happens to it."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.custody import CustodyFacts, LeaveAlone, MoveAside, Nothing, Snapshot, Stash, Verdict
from gastown.domain.decide.custody import keep_safe
from gastown.domain.observed import Unknown

CLEAN = CustodyFacts(linked=True, head="a" * 40, branch="polecat/Toast/we-1")
STASH = Stash("5" * 40, "WIP on polecat/Toast/we-1: 1234567 Begin")

TABLE = {
    "a clean worktree": (CLEAN, Nothing, "refs hold all of it"),
    "staged": (replace(CLEAN, staged=1), Snapshot, "it holds 1 staged file"),
    "modified": (replace(CLEAN, unstaged=2), Snapshot, "it holds 2 modified files"),
    "untracked": (replace(CLEAN, untracked=1), Snapshot, "it holds 1 untracked file"),
    "a loose commit": (replace(CLEAN, loose=("b" * 40,)), Snapshot, "it holds 1 commit that no ref reaches"),
    "stashes": (replace(CLEAN, stashes=(STASH, STASH)), Snapshot, "it holds 2 stashes"),
    "several": (
        replace(CLEAN, staged=1, loose=("b" * 40, "c" * 40)),
        Snapshot,
        "it holds 1 staged file, 2 commits that no ref reaches",
    ),
    "an unmerged index": (replace(CLEAN, unmerged=2, staged=1), MoveAside, "its index has 2 unmerged files"),
    "a nested repository": (
        replace(CLEAN, untracked=1, nested=("lib/",)),
        MoveAside,
        "it holds a repository of its own: lib/",
    ),
    "a rebase": (replace(CLEAN, operation="rebase"), MoveAside, "a rebase is in progress"),
    "hidden changes": (
        replace(CLEAN, overlooked=1),
        MoveAside,
        "git was told to overlook 1 file in it",
    ),
    "ignored where a tracked file was": (
        replace(CLEAN, staged=1, buried=("settings.env",)),
        MoveAside,
        "settings.env was tracked, and what lies there now is ignored",
    ),
    "settings of its own": (replace(CLEAN, furnished=True), MoveAside, "it has settings of its own"),
    "a broken index": (
        replace(CLEAN, broken="index file corrupt"),
        MoveAside,
        "its index cannot be read: index file corrupt",
    ),
    "half made": (replace(CLEAN, half_made=True), MoveAside, "git was ended while it made this worktree"),
    "no worktree": (
        CustodyFacts(linked=False),
        MoveAside,
        "it is not a worktree of the rig's repository",
    ),
    "unseen": (Unknown("git did not answer"), LeaveAlone, "cannot see what it holds: git did not answer"),
}


@pytest.mark.parametrize("facts, kind, because", TABLE.values(), ids=TABLE)
def test_every_verdict_has_its_reason(
    facts: CustodyFacts | Unknown, kind: type[Verdict], because: str
) -> None:
    verdict = keep_safe(facts)
    assert isinstance(verdict, kind)
    assert verdict.because == because


def test_submodules_matter_only_when_the_worktree_itself_goes() -> None:
    facts = replace(CLEAN, submodules=("lib",))
    assert isinstance(keep_safe(facts), Nothing)
    leaving = keep_safe(facts, leaving=True)
    assert leaving == MoveAside((), (), "the repository of lib would go with it")


def test_repositories_where_git_does_not_look_matter_only_when_the_worktree_itself_goes() -> None:
    facts = replace(CLEAN, inner=("src",))
    assert isinstance(keep_safe(facts), Nothing)
    assert keep_safe(facts, leaving=True) == MoveAside((), (), "it holds a repository of its own: src")


def test_every_kind_of_verdict_is_in_the_table() -> None:
    assert {kind for _, kind, _ in TABLE.values()} == set(get_args(Verdict))


FACTS = st.builds(
    CustodyFacts,
    linked=st.booleans(),
    half_made=st.booleans(),
    broken=st.sampled_from(["", "index file corrupt"]),
    head=st.just("a" * 40),
    branch=st.sampled_from([None, "polecat/Toast/we-1"]),
    operation=st.sampled_from(["", "rebase", "merge"]),
    loose=st.lists(st.sampled_from(["b" * 40, "c" * 40]), unique=True).map(tuple),
    stashes=st.sampled_from([(), (STASH,)]),
    staged=st.integers(0, 2),
    unstaged=st.integers(0, 2),
    untracked=st.integers(0, 2),
    unmerged=st.integers(0, 2),
    overlooked=st.integers(0, 2),
    nested=st.sampled_from([(), ("lib/",)]),
    buried=st.sampled_from([(), ("settings.env",)]),
    furnished=st.booleans(),
)


@given(FACTS)
def test_nothing_to_do_means_that_nothing_is_held(facts: CustodyFacts) -> None:
    held = (
        facts.staged, facts.unstaged, facts.untracked, facts.unmerged, facts.overlooked, facts.loose,
        facts.stashes, facts.nested, facts.operation, facts.broken, facts.half_made,
        facts.buried, facts.furnished,
    )  # fmt: skip
    assert isinstance(keep_safe(facts), Nothing) == (facts.linked and not any(held))


@given(FACTS)
def test_loose_commits_and_stashes_get_refs_whatever_else_is_done(facts: CustodyFacts) -> None:
    match keep_safe(facts):
        case Snapshot(commits, stashes) | MoveAside(commits, stashes):
            assert (commits, stashes) == (facts.loose, facts.stashes)
        case Nothing() | LeaveAlone():
            assert not facts.loose
            assert not facts.stashes


@given(FACTS)
def test_a_snapshot_is_only_taken_of_what_commits_can_hold(facts: CustodyFacts) -> None:
    verdict = keep_safe(facts)
    beyond = facts.unmerged or facts.nested or facts.operation or facts.overlooked or facts.broken
    if beyond or facts.half_made or not facts.linked:
        assert isinstance(verdict, MoveAside)
    if isinstance(verdict, Snapshot):
        assert verdict.uncommitted == bool(facts.staged or facts.unstaged or facts.untracked)
