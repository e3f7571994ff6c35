"""The real Codex, the pinned version: that it takes our callbacks for approved, and what it keeps of a talk."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gastown.domain.observed import Absent, Present
from gastown.domain.runtime import Callback, Permission, Start, Usage
from gastown.world.agents.codex import LABELS, SEEN_VERSIONS, Codex

ID = "01a1f98d-93b7-76a0-8b5a-4735685467d2"


def start(tmp_path: Path, permission: Permission = Permission.UNATTENDED, **more: Any) -> Start:  # noqa: ANN401
    folder = tmp_path / "web's" / 'poly "Toast"'
    folder.mkdir(parents=True, exist_ok=True)
    return Start(
        town=tmp_path, address="web/polecats/Toast", worktree=folder, folder=tmp_path / "run", conversation=ID,
        permission=permission, prompt=more.pop("prompt", ""), model=more.pop("model", ""), **more,
    )  # fmt: skip


def overrides(argv: Sequence[str]) -> list[str]:
    return [word for at, word in enumerate(argv) if word == "-c" or (at and argv[at - 1] == "-c")]


def hooks_of(program: Path, argv: Sequence[str], home: Path, cwd: Path) -> Sequence[Mapping[str, Any]]:
    """The callbacks as Codex itself lists them."""
    asked = [
        {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "test", "version": "1"}}},
        {"method": "initialized"},
        {"id": 2, "method": "hooks/list", "params": {"cwds": [str(cwd)]}},
    ]
    with subprocess.Popen(
        [program, *overrides(argv), "app-server"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            for message in asked:
                server.stdin.write(json.dumps(message) + "\n")
                server.stdin.flush()
            for line in server.stdout:
                answer = json.loads(line)
                if answer.get("id") == 2:
                    [entry] = answer["result"]["data"]
                    assert (entry["warnings"], entry["errors"]) == ([], [])
                    return list(entry["hooks"])
        finally:
            server.kill()
    raise AssertionError("Codex did not answer")


def test_our_callbacks_count_as_approved_and_those_of_a_repository_do_not(
    tmp_path: Path, private_home: Path, pinned_codex: Path
) -> None:
    begin = start(tmp_path)
    (begin.worktree / ".codex").mkdir()
    foreign = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo theirs"}]}]}}
    (begin.worktree / ".codex" / "hooks.json").write_text(json.dumps(foreign))
    hooks = hooks_of(pinned_codex, Codex().launch(begin).argv, private_home, begin.worktree)
    trusted = {hook["command"] for hook in hooks if hook["trustStatus"] == "trusted"}
    assert len(trusted) == len(LABELS) - 1  # nothing of ours is called after a tool
    assert all(str(tmp_path / "bin") in command for command in trusted)
    assert [hook["command"] for hook in hooks if hook["trustStatus"] != "trusted"] == ["echo theirs"]


def test_the_command_line(tmp_path: Path) -> None:
    fresh = Codex().launch(start(tmp_path, prompt="-- Begin.", model="big")).argv
    assert fresh[-4:] == ["--model", "big", "--", "-- Begin."]
    assert {"--no-daemon", "--dangerously-bypass-approvals-and-sandbox"} <= set(fresh)
    resumed = Codex().launch(start(tmp_path, resume=True, prompt="Go on.")).argv
    assert resumed[-4:] == ["resume", ID, "--", "Go on."]
    assert Codex().launch(start(tmp_path)).files == {}
    unheard = Codex().launch(start(tmp_path, callbacks=frozenset[Callback]())).argv
    assert not [word for word in unheard if word.startswith("hooks.")]


def test_in_its_sandbox_the_town_and_the_worktrees_git_folders_can_be_written(tmp_path: Path) -> None:
    begin = start(tmp_path, Permission.EDITS)
    git = tmp_path / "web" / "repo.git" / "worktrees" / "Toast"
    (begin.worktree / ".git").write_text(f"gitdir: {git}\n")
    [roots] = [word for word in Codex().launch(begin).argv if word.startswith("sandbox_workspace_write")]
    assert json.loads(roots.partition("=")[2]) == [str(tmp_path), str(git.parent.parent), str(git)]


def test_its_version(pinned_codex: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert Codex().version() == Absent()
    (tmp_path / "codex").symlink_to(pinned_codex)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert Codex().version() == Present(SEEN_VERSIONS[0])


def test_what_a_talk_took_is_the_last_sum_in_its_transcript(tmp_path: Path) -> None:
    kept = tmp_path / "sessions" / "2026" / "11" / "20" / f"rollout-2026-11-20T15-22-47-{ID}.jsonl"
    kept.parent.mkdir(parents=True)
    sums = [{"input_tokens": 10, "output_tokens": 1}, {"input_tokens": 2000, "output_tokens": 40}]
    lines = [
        {"type": "event_msg", "payload": {"type": "token_count", "info": {"total_token_usage": s}}}
        for s in sums
    ]
    broken = '{"payload": {"type": "token_count", "info": null}}\n{"token_count'
    kept.write_text("\n".join(map(json.dumps, lines)) + "\n" + broken)
    assert Codex().transcript(ID, {"CODEX_HOME": str(tmp_path)}) == kept
    assert Codex().usage(kept) == Usage(2000, 40, None)
    (tmp_path / "empty").touch()
    assert Codex().usage(tmp_path / "empty") is None
    assert Codex().transcript(ID, {"HOME": str(tmp_path)}) is None
