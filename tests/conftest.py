"""The world every test lives in: a home of its own, and a rule for tools that are missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
ROOT = Path(__file__).resolve().parent.parent

FOREIGN = (
    "ANTHROPIC_",
    "BD_",
    "CLAUDE",
    "CODEX_",
    "EDITOR",
    "GASTOWN_",
    "GIT_",
    "GT_",
    "TMUX",
    "VISUAL",
    "XDG_",
)
"""Variables of the developer's own tools, which no test may see."""

GIT_CONFIGURATION = """\
[user]
    name = Ann Example
    email = ann@example.org
[init]
    defaultBranch = main
"""

OUTSIDE = dict(os.environ)
"""The environment before any test changed it."""

settings.register_profile("gastown", settings.get_profile("ci" if IN_CI else "default"), deadline=None)
settings.load_profile("gastown")


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty home and its own git identity, and take the developer's settings away."""
    home = tmp_path_factory.mktemp("home")
    configuration = home / ".gitconfig"
    configuration.write_text(GIT_CONFIGURATION, encoding="utf-8")
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture(scope="session")
def pinned_claude() -> Path:
    """Find the native binary of the pinned Claude Code, fetched once into the cache by scripts/setup."""
    return _pinned("claude")


@pytest.fixture(scope="session")
def pinned_codex() -> Path:
    """Find the native binary of the pinned Codex, fetched in the same way."""
    return _pinned("codex")


def _pinned(name: str) -> Path:
    known = OUTSIDE.get(f"GASTOWN_TEST_{name.upper()}")
    if known:
        return Path(known)
    fetched = subprocess.run(
        [str(ROOT / "scripts" / "setup"), name],
        env=OUTSIDE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        pytest.skip(f"the pinned {name} cannot be had: {fetched.stderr.strip()}")
    return Path(fetched.stdout.strip())


def pytest_configure(config: pytest.Config) -> None:
    """Make `@pytest.mark.needs("tmux", "git")` known."""
    config.addinivalue_line("markers", "needs(*tools): programs without which this test cannot run")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tools are missing, by name."""
    wanted = [str(tool) for mark in item.iter_markers("needs") for tool in mark.args]
    missing = [tool for tool in wanted if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped anything: there every tool is present."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why such a run failed."""
    if _skipped(config):
        terminalreporter.write_line("Skipped tests fail in CI: bring what they miss.", red=True)


def _skipped(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return IN_CI and reporter is not None and bool(reporter.stats.get("skipped"))
