import json
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from gastown.errors import Busy, Invalid, Unavailable
from gastown.world.agents import claude_home, config_file
from gastown.world.agents.trust import (
    Before,
    TrustRecord,
    add_trust,
    foresee,
    onboarded,
    remove_trust,
    trusted,
)

ANSWER = "hasTrustDialogAccepted"

AS_CLAUDE_WRITES = """{
  "numStartups": 41,
  "lastCost": 0.00014000000000000001,
  "userName": "Zo\\u00eb Müller 🐱",
  "projects": {
    "/home/zoë/other": {
      "hasTrustDialogAccepted": false,
      "history": ["\\ud83d\\ude00", "a/b\\/c"]
    }
  },
  "theme": "dark"
}"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".claude.json"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "town" / "web" / "repo.git"
    path.mkdir(parents=True)
    return path


def entry(repository: Path, file: Path) -> Mapping[str, object]:
    found: Mapping[str, object] = json.loads(file.read_text())["projects"][str(repository)]
    return found


def with_entry(repository: Path, value: object) -> str:
    return json.dumps({"projects": {str(repository): value, "/other": {}}, "last": 1}, indent=2)


@pytest.mark.parametrize(
    "before, text",
    [
        pytest.param(Before.NO_FILE, None, id="no file"),
        pytest.param(Before.NO_PROJECTS, "{}", id="an empty object"),
        pytest.param(Before.NO_PROJECTS, '{"a":1,\t"b":[ ]}\n', id="no projects, odd spacing"),
        pytest.param(Before.NO_ENTRY, '{"projects": {}}', id="empty projects"),
        pytest.param(Before.NO_ENTRY, AS_CLAUDE_WRITES, id="other projects, unicode, numbers"),
        pytest.param(Before.NO_ENTRY, '{"projects":{"/x":{"a":1}},"z":0}', id="everything on one line"),
        pytest.param(
            Before.NO_ENTRY, '{\r\n\t"projects": {\r\n\t\t"/x": {}\r\n\t}\r\n}\r\n', id="tabs and CRLF"
        ),
    ],
)
def test_removing_trust_restores_every_byte(
    before: Before, text: str | None, file: Path, repository: Path
) -> None:
    if text is not None:
        file.write_bytes(text.encode())
    foreseen = foresee(repository, file)
    record = add_trust(repository, file)
    assert record == foreseen == TrustRecord(file, str(repository), before)
    assert trusted(repository, file)
    assert remove_trust(record)
    assert (file.read_bytes().decode() if file.exists() else None) == text


@pytest.mark.parametrize(
    "before, value",
    [
        pytest.param(Before.NO_ANSWER, {}, id="an empty entry"),
        pytest.param(Before.NO_ANSWER, {"history": ["ü"]}, id="an entry without the answer"),
        pytest.param(Before.DISTRUSTED, {ANSWER: False, "x": 1}, id="distrusted"),
        pytest.param(Before.TRUSTED, {"x": 1, ANSWER: True}, id="trusted by the user"),
    ],
)
def test_an_entry_that_was_there_before_is_there_after(
    before: Before, value: object, file: Path, repository: Path
) -> None:
    text = with_entry(repository, value)
    file.write_text(text)
    record = add_trust(repository, file)
    assert record.before is before
    assert trusted(repository, file)
    assert remove_trust(record) is (before is not Before.TRUSTED)
    assert file.read_text() == text


def test_only_the_entry_is_touched(file: Path, repository: Path) -> None:
    file.write_text(AS_CLAUDE_WRITES)
    add_trust(repository, file)
    ours = f',\n    "{repository}": {{"hasTrustDialogAccepted": true}}'
    assert entry(repository, file) == {ANSWER: True}
    assert file.read_text().replace(ours, "") == AS_CLAUDE_WRITES


def test_what_others_put_beside_our_answer_stays(file: Path, repository: Path) -> None:
    record = add_trust(repository, file)
    content = json.loads(file.read_text())
    content["projects"][str(repository)]["lastCost"] = 2.5
    file.write_text(json.dumps(content))
    assert remove_trust(record)
    assert json.loads(file.read_text()) == {"projects": {str(repository): {"lastCost": 2.5}}}


def test_adding_twice_and_removing_twice_harms_nothing(file: Path, repository: Path) -> None:
    file.write_text(AS_CLAUDE_WRITES)
    first = add_trust(repository, file)
    assert add_trust(repository, file).before is Before.TRUSTED
    assert remove_trust(first)
    assert not remove_trust(first)
    assert not trusted(repository, file)
    assert file.read_text() == AS_CLAUDE_WRITES


def test_a_lost_record_can_be_assumed(file: Path, repository: Path) -> None:
    file.write_text(AS_CLAUDE_WRITES)
    add_trust(repository, file)
    assert remove_trust(TrustRecord(file, str(repository), Before.NO_ENTRY))
    assert file.read_text() == AS_CLAUDE_WRITES


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"projects": {', id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"projects": []}', id="projects are a list"),
        pytest.param(b'{"projects": {"%s": null}}', id="the entry is null"),
        pytest.param(b'{"projects": {"%s": {"hasTrustDialogAccepted": "yes"}}}', id="a strange answer"),
        pytest.param(b'{"projects": {}, "projects": {}}', id="projects twice"),
        pytest.param(b'{"name": "\xff\xfe"}', id="not UTF-8"),
    ],
)
def test_a_malformed_file_is_never_overwritten(content: bytes, file: Path, repository: Path) -> None:
    content = content.replace(b"%s", str(repository).encode())
    file.write_bytes(content)
    record = TrustRecord(file, str(repository), Before.NO_ENTRY)
    for attempt in (
        lambda: add_trust(repository, file),
        lambda: trusted(repository, file),
        lambda: remove_trust(record),
    ):
        with pytest.raises(Invalid, match=r"\.claude\.json"):
            attempt()
    assert file.read_bytes() == content
    assert [path.name for path in file.parent.iterdir() if path.name != "town"] == [file.name]


def test_the_first_state_is_kept_beside_it_once(file: Path, repository: Path) -> None:
    file.write_text(AS_CLAUDE_WRITES)
    file.chmod(0o640)
    add_trust(repository, file)
    add_trust(repository.parent, file)
    kept = file.with_name(".claude.json.before-gastown")
    assert kept.read_text() == AS_CLAUDE_WRITES
    assert {path.stat().st_mode & 0o777 for path in (file, kept)} == {0o640}
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, kept.name, "town"]


def test_a_new_file_is_for_its_owner_alone(file: Path, repository: Path) -> None:
    add_trust(repository, file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_symlink_is_followed_and_stays_one(file: Path, repository: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text(AS_CLAUDE_WRITES)
    file.symlink_to(real)
    record = add_trust(repository, file)
    assert file.is_symlink()
    assert json.loads(real.read_text())["projects"][str(repository)] == {ANSWER: True}
    assert [path.name for path in real.parent.iterdir()] == ["claude.json"]
    remove_trust(record)
    assert real.read_text() == AS_CLAUDE_WRITES


def test_the_repository_is_known_by_its_real_path(file: Path, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repository.parent)
    add_trust(tmp_path / "link" / "repo.git", file)
    assert entry(repository, file) == {ANSWER: True}


def test_claudes_lock_is_respected(file: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_file, "PATIENCE", 0.1)
    file.write_text("{}")
    lock = file.with_name(".claude.json.lock")
    lock.mkdir()
    with pytest.raises(Busy, match="lock"):
        add_trust(repository, file)
    assert file.read_text() == "{}"
    long_ago = time.time() - config_file.STALE - 1
    os.utime(lock, (long_ago, long_ago))
    add_trust(repository, file)
    assert trusted(repository, file)
    assert not lock.exists()


def test_nothing_is_lost_among_concurrent_writers(file: Path, tmp_path: Path) -> None:
    def count(text: str | None) -> str:
        content = json.loads(text or "{}")
        return json.dumps({**content, "count": content.get("count", 0) + 1})

    repositories = [tmp_path / f"repository-{number}" for number in range(12)]
    writers = [
        *(threading.Thread(target=add_trust, args=(path, file)) for path in repositories),
        *(threading.Thread(target=config_file.edit, args=(file, count)) for _ in range(12)),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert json.loads(file.read_text())["count"] == 12
    assert all(trusted(path, file) for path in repositories)


def test_a_writer_without_the_lock_is_noticed(file: Path, repository: Path) -> None:
    file.write_text('{"a": 1}')
    calls: list[str | None] = []

    def meddle(text: str | None) -> str:
        calls.append(text)
        if len(calls) == 1:
            file.write_text('{"a": 2}')
        return f"{text} "

    config_file.edit(file, meddle)
    assert calls == ['{"a": 1}', '{"a": 2}']
    assert file.read_text() == '{"a": 2} '
    assert repository.exists()


def test_a_file_that_cannot_be_written_is_left_alone(file: Path, repository: Path) -> None:
    file.mkdir()
    with pytest.raises(Unavailable, match="cannot be changed"):
        add_trust(repository, file)


@pytest.mark.parametrize(
    "env, made, expected",
    [
        pytest.param({}, "", "home/.claude.json", id="by default in the home"),
        pytest.param({"CLAUDE_CONFIG_DIR": "moved"}, "", "moved/.claude.json", id="moved"),
        pytest.param(
            {}, "home/.claude/.config.json", "home/.claude/.config.json", id="an old version's file"
        ),
        pytest.param(
            {"CLAUDE_CONFIG_DIR": "moved"}, "moved/.config.json", "moved/.config.json", id="an old one, moved"
        ),
    ],
)
def test_the_configuration_is_where_claude_looks_for_it(
    env: Mapping[str, str], made: str, expected: str, tmp_path: Path
) -> None:
    if made:
        (tmp_path / made).parent.mkdir(parents=True)
        (tmp_path / made).write_text("{}")
    everything = {name: str(tmp_path / value) for name, value in {"HOME": "home", **env}.items()}
    assert claude_home.configuration(everything) == tmp_path / expected


@pytest.mark.parametrize(
    "text, expected",
    [(None, False), ("{}", False), ('{"hasCompletedOnboarding": true}', True)],
)
def test_the_first_start_leaves_its_mark(text: str | None, expected: bool, file: Path) -> None:  # noqa: FBT001
    if text is not None:
        file.write_text(text)
    assert onboarded(file) is expected
