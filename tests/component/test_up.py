"""Who starts the supervisor, with what environment, and who keeps it down."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import events
from gastown.operations.town.down import down
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.self_description import described, ours
from gastown.operations.town.uninstall import uninstall
from gastown.operations.town.up import ensure_up, up
from gastown.town import Town
from gastown.world.locks import held
from tests.support import eventually
from tests.towns import a_town

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(90)]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town without rigs, whose supervisor is ended afterwards."""
    be_a_person(monkeypatch)
    with closing(a_town(tmp_path, rigs=())) as town:
        yield town
        be_a_person(monkeypatch)
        down(town, agents_too=True)


def be_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget whose session this is."""
    for name in [name for name in os.environ if name.startswith("GT_")]:
        monkeypatch.delenv(name)


def environment_of(pid: int) -> dict[str, str]:
    """The environment with which a process was started."""
    from gastown.world.processes import environment, tree

    return dict(environment(tree(pid)[0]) or {})


def kill(town: Town, pid: int) -> None:
    """SIGKILL to the supervisor."""
    os.kill(pid, signal.SIGKILL)
    eventually(
        lambda: isinstance(held(town.places.supervisor_lock), Absent), within=10, what="the supervisor's end"
    )


def test_a_supervisor_that_an_agent_starts_gets_the_environment_of_the_person(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPATH", "/home/ann/go")
    first = up(town)
    kill(town, first.pid)
    monkeypatch.delenv("GOPATH")
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    monkeypatch.setenv("GT_ADDRESS", "web/polecats/Toast")
    assert ensure_up(town) == "the supervisor was down; it runs now"
    environment = environment_of(up(town).pid)
    assert environment["GOPATH"] == "/home/ann/go"
    assert not {"GT_CREDENTIAL", "GT_ADDRESS"} & environment.keys()
    assert town.places.environment.stat().st_mode & 0o777 == 0o600


def test_an_agent_starts_no_supervisor_where_no_person_did(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    assert "no person has started it" in ensure_up(town)
    assert held(town.places.supervisor_lock) == Absent()


def test_down_lasts_until_a_person_wants_the_town_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    up(town)
    down(town, agents_too=False)
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    assert "a person took the town down" in ensure_up(town)
    with pytest.raises(Refused, match="a person took the town down"):
        up(town)
    assert held(town.places.supervisor_lock) == Absent()
    monkeypatch.delenv("GT_CREDENTIAL")
    assert ensure_up(town) == "the supervisor was down; it runs now"
    assert isinstance(held(town.places.supervisor_lock), Present)
    kill(town, up(town).pid)
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    assert ensure_up(town) == "the supervisor was down; it runs now"


@pytest.mark.parametrize("content", [None, b"", b"no ledger at all" * 100])
def test_without_a_ledger_that_can_be_read_up_says_so_and_starts_nothing(
    town: Town, content: bytes | None
) -> None:
    town.close()
    file = town.root / "gastown.db"
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
    if content is not None:
        file.write_bytes(content)
    with closing(Town(town.root)) as now, pytest.raises((NotFound, Invalid)) as refused:
        up(now)
    assert "gt ledger restore" in refused.value.hint
    assert held(town.places.supervisor_lock) == Absent()
    assert file.exists() == (content is not None)


def test_what_takes_things_down_is_for_people(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = up(town).pid
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    for act in (
        lambda: down(town, agents_too=True),
        lambda: down(town, agents_too=False),
        lambda: uninstall(town, force=True),
        lambda: remove_rig(town, "web", force=True),
    ):
        with pytest.raises(Refused, match="for people"):
            act()
    assert held(town.places.supervisor_lock) == Present(pid)


def test_a_persons_up_replaces_a_supervisor_of_another_version(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = up(town)
    assert described(town, first.pid) == ours()
    assert up(town).pid == first.pid
    facts = json.loads(town.places.supervisor_facts.read_text())
    town.places.supervisor_facts.write_text(json.dumps({**facts, "version": "0.0.1"}))
    monkeypatch.setenv("GT_CREDENTIAL", "an agent's")
    assert up(town).already
    monkeypatch.delenv("GT_CREDENTIAL")
    second = up(town)
    assert (second.already, second.replaced) == (False, first.pid)
    assert second.pid != first.pid
    eventually(lambda: described(town, second.pid) == ours(), within=10, what="it to say what it is")
    assert up(town).already


def test_a_supervisor_that_comes_late_to_a_town_taken_down_leaves(town: Town) -> None:
    down(town, agents_too=False)
    late = [sys.executable, "-m", "gastown.supervisor", str(town.root)]
    came = subprocess.run(late, capture_output=True, text=True, timeout=30, check=False)
    assert came.returncode == 0
    assert "a person took the town down" in came.stderr
    assert events.last_of_type(town.ledger, "supervisor", "supervisor.started") is None


TYPED_IN_A_PANE = """
import os, sys
from pathlib import Path
from gastown.operations.town.down import down
from gastown.town import Town
down(Town(Path(sys.argv[1])), agents_too=True)
Path(sys.argv[2]).write_text("to its end")
"""


def test_down_typed_in_a_pane_of_the_town_comes_to_its_end(town: Town, tmp_path: Path) -> None:
    up(town)
    said = tmp_path / "said"
    town.terminal.start(
        "persons", [sys.executable, "-c", TYPED_IN_A_PANE, str(town.root), str(said)], cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}, options={}, incarnation=0,
    )  # fmt: skip
    eventually(said.exists, within=30, what="gt down to come to its end")
    assert not town.terminal.sessions()
    assert held(town.places.supervisor_lock) == Absent()
    stopped = events.last_of_type(town.ledger, "supervisor", "supervisor.stopped")
    assert stopped is not None


def test_two_starts_at_once_are_one_supervisor(town: Town) -> None:
    gt = [sys.executable, "-m", "gastown", "up"]
    running = [subprocess.Popen(gt, cwd=town.root, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [program.communicate()[1].count("rror") for program in running] == [0] * 3
    assert [program.returncode for program in running] == [0] * 3
