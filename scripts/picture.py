"""Draws docs/town.svg from a real run: a town with scripted agents, seen through a person's terminal."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from demo_stage import TASKS
from rich.console import Console
from rich.text import Text

CHECKOUT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COLUMNS, ROWS = 108, 20
IDS = ("x7k2m", "9qk4d", "2p6ww", "11m3x", "77aaa", "5rt0c")
MORE = ("Teach the crier to whisper", "Paint the pumps", "Measure the tank")


class Screen:
    """A person's terminal, played by a tmux servers of our own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._shown = 0

    def show(self, command: str, seconds: float) -> str:
        """Run `command` in a fresh terminal and give what stands there after a while, colours included."""
        self._shown += 1  # a server of its own each time: the last one may still be ending
        tmux = ["tmux", "-S", str(self._home / f"screen{self._shown}.sock"), "-f", os.devnull]
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        shell = f"TERM=screen-256color {command}; sleep 60"
        subprocess.run([*tmux, "new-session", "-d", "-s", "screen", *size, shell], check=True)
        time.sleep(seconds)
        shown = subprocess.run(
            [*tmux, "capture-pane", "-e", "-p", "-t", "screen:"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        subprocess.run([*tmux, "kill-server"], check=False)
        return shown.rstrip("\n")


def main() -> None:
    """Make the town, let it work, and draw it."""
    home = Path(tempfile.mkdtemp(prefix="gastown-picture-"))
    os.environ["GT_SCRIPTED_PACE"] = "2.5"
    os.environ["PATH"] = f"{BIN}:{os.environ['PATH']}"
    os.environ.pop("GT_TOWN", None)
    town = home / "gt"
    try:
        _begin(home, town)
        time.sleep(4)
        screen = Screen(home)
        page = screen.show(f"cd {town} && gt", 1.5)
        inside = screen.show(f"cd {town} && gt attach Toast", 1.5)
    finally:
        subprocess.run([BIN / "gt", "down", "--agents"], cwd=town, check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
    _draw(page.replace(str(town), "~/gt"), inside.replace(str(town), "~/gt"))


def _begin(home: Path, town: Path) -> None:
    def run(program: str, *words: str) -> str:
        where = town if town.exists() else home
        return subprocess.run(
            [BIN / program, *words], cwd=where, check=True, capture_output=True, text=True
        ).stdout

    subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(home / "web-source")], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(CHECKOUT), str(home / "web.git")], check=True)
    run("gt", "install", str(town), "--agent", "scripted")
    run(
        "gt",
        "rig",
        "add",
        "web",
        str(home / "web.git"),
        "--prefix",
        "we",
        "--gate",
        "sleep 9; git diff --check",
    )
    run(
        "bd",
        "create",
        "Sweep the yard",
        "--rig",
        "web",
        "--id",
        "we-sweep",
        "-d",
        "```sh\necho 1 > yard\n```",
    )
    run("gt", "sling", "we-sweep", "polecat/Ash")
    time.sleep(5)
    for number, title in enumerate((*[task.title for task in TASKS], *MORE)):
        body = TASKS[number % 3].description
        run(
            "bd",
            "create",
            title,
            "--rig",
            "web",
            "--id",
            f"we-{IDS[number]}",
            "-d",
            body,
        )
    run("bd", "dep", "add", "we-2p6ww", "we-x7k2m")
    for bead, who in (("we-x7k2m", "Toast"), ("we-9qk4d", "Shadow"), ("we-11m3x", "Copper")):
        run("gt", "sling", bead, f"polecat/{who}")


def _draw(page: str, inside: str) -> None:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
    for command, shown in (("gt", page), ("gt attach Toast", inside)):
        console.print(Text.assemble(("~/gt $ ", "green"), (command, "bold")))
        console.print(Text.from_ansi(shown))
        console.print()
    drawing = re.sub(
        r"@font-face \{.*?\}", "", console.export_svg(title="Gas Town"), flags=re.DOTALL
    )  # nothing from afar
    (CHECKOUT / "docs" / "town.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
