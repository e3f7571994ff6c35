"""What the entry points that run all day may load, looked at from outside the process."""

import subprocess
import sys

import grimp
import pytest

HEAVY = {"libtmux", "psutil", "pydantic", "pygit2", "sqlite_utils", "textual"}

ENTRY_POINTS = {
    "a callback": ["-c", "import gastown.callbacks.main"],
    "the command line": ["-c", "import gastown.cli.app"],
    "gt --help": ["-m", "gastown", "--help"],
}

A_CALLBACK_MAY_LOAD = {"gastown.ledger", "gastown.ledger.quick", "gastown.ledger.sqlite"}


def loaded_by(arguments: list[str]) -> set[str]:
    """Run Python with `arguments` and list every module it loaded, even if it leaves through os._exit."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stderr.splitlines()
    story = [line for line in lines if not line.startswith("import time:")]
    assert done.returncode == 0, "\n".join(story)
    return {line.rpartition("|")[2].strip() for line in lines if line not in story}


@pytest.mark.parametrize("arguments", ENTRY_POINTS.values(), ids=ENTRY_POINTS)
def test_entry_points_load_nothing_heavy(arguments: list[str]) -> None:
    packages = {name.partition(".")[0] for name in loaded_by(arguments)}
    assert "gastown" in packages
    assert not packages & HEAVY


def test_a_callback_loads_only_its_own_modules_and_the_quick_ledger() -> None:
    ours = {
        name for name in loaded_by(["-c", "import gastown.callbacks.main"]) if name.startswith("gastown.")
    }
    assert {name for name in ours if not name.startswith("gastown.callbacks")} <= A_CALLBACK_MAY_LOAD


def test_no_callback_module_imports_more_even_late() -> None:
    graph = grimp.build_graph("gastown", cache_dir=None)
    upstream = graph.find_upstream_modules("gastown.callbacks", as_package=True)
    ours = {name for name in upstream if not name.startswith("gastown.callbacks")}
    assert ours - {"gastown"} <= A_CALLBACK_MAY_LOAD
