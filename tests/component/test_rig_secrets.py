"""A password in a repository's address: used, and told to nobody."""

import contextlib
import io
import json
import stat
import threading
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gastown.ledger import events
from gastown.ledger.database import Database
from gastown.operations.town.rig_add import add_rig
from gastown.settings import town as towns
from gastown.town import Town
from gastown.views.rig_list import rig_list
from gastown.world.git.addresses import has_credentials, masked
from tests.support import a_repository, git

pytestmark = pytest.mark.needs("git")


class Quiet(SimpleHTTPRequestHandler):
    """A web server that keeps its log to itself."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a repository is served over HTTP, with a password in it."""
    a_repository(tmp_path / "made", {"README.md": "# Example\n"})
    served = tmp_path / "served" / "web.git"
    git("clone", "--quiet", "--bare", str(tmp_path / "made"), str(served), cwd=tmp_path)
    git("update-server-info", cwd=served)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served.parent)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://ann:p%40ss@127.0.0.1:{server.server_port}/web.git"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    root = tmp_path / "town"
    root.mkdir()
    (root / towns.FILE_NAME).write_text('[town]\nname = "town"\nowner = "Ann"\nemail = "ann@example.org"\n')
    Database(root / "gastown.db", create=True).close()
    with contextlib.closing(Town(root)) as town:
        yield town


def mode(file: Path) -> int:
    """Who may read a file."""
    return stat.S_IMODE(file.stat().st_mode)


def test_a_password_is_used_and_told_to_nobody(town: Town, address: str) -> None:
    said = io.StringIO()
    made = add_rig(town, "web", address, gate="true", say=lambda line: print(line, file=said))
    listed = [asdict(each.rig) for each in rig_list(town)]
    happened = [event.payload for event in events.last(town.ledger, 100)]
    told = f"{said.getvalue()} {made} {json.dumps([listed, happened], default=str)}"
    assert "p%40ss" not in told
    assert "credential.helper" in said.getvalue()
    assert town.rig("web").url == address
    assert town.repository("web").read_target("main")
    places = town.rig_places("web")
    assert (mode(places.root / "rig.toml"), mode(places.repository / "config")) == (0o600, 0o600)


def test_an_address_without_a_password_is_told_as_it_is(town: Town, tmp_path: Path) -> None:
    source, said = a_repository(tmp_path / "source", {"a": "b"}), list[str]()
    made = add_rig(town, "web", str(source), gate="true", say=said.append)
    assert made.url == str(source)
    assert not any("credential" in line for line in said)
    assert mode(town.rig_places("web").root / "rig.toml") == 0o644


@pytest.mark.parametrize(
    "url, told",
    [
        ("https://ann:p@ss@host/x.git", "https://***@host/x.git"),
        ("https://TOKEN@host/x.git", "https://***@host/x.git"),
        ("ssh://ann:pw@host/x.git", "ssh://***@host/x.git"),
        ("https://host/x.git?private_token=abc&a=b", "https://host/x.git?private_token=***&a=b"),
        ("ssh://git@host/x.git", "ssh://git@host/x.git"),
        ("git@host:x.git", "git@host:x.git"),
        ("https://host/@scope/x.git", "https://host/@scope/x.git"),
        ("/home/ann/x@y", "/home/ann/x@y"),
    ],
)
def test_what_is_told_of_an_address(url: str, told: str) -> None:
    assert masked(f"cannot read '{url}' now") == f"cannot read '{told}' now"
    assert has_credentials(url) == (url != told)
