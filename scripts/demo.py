"""The main job on stage: three beads, two polecats at a time, one agent and one supervisor killed, three landings."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from types import FrameType

from demo_stage import IN_PROSE, TASKS, Board, Task

from gastown.domain.observed import Present
from gastown.ledger import agents, beads, events, incarnations, merges
from gastown.ledger.events import Event
from gastown.operations.town.trust import take_back
from gastown.settings.town import real
from gastown.town import Town
from gastown.world.locks import held

CHECKOUT = Path(__file__).resolve().parent.parent
GATE = 'for f in town-demo/*.sh; do sh "$f" >/dev/null || exit 1; done'
BLOWS = ["one agent", "one supervisor"]
INTERRUPTED = 130
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PACE = "GT_SCRIPTED_PACE"
PATIENCE = {"scripted": 120.0, "claude": 1800.0}


class Demo:
    """One run of the demo in one town."""

    def __init__(self, town: Path, agent: str) -> None:
        self.root, self.agent = town, agent
        self.gt_program = Path(sys.executable).with_name("gt")
        self.tasks: Sequence[Task] = TASKS if agent == "scripted" else IN_PROSE
        self.board = Board(sys.stdout)
        self.begun: set[str] = set()
        self.killed: list[str] = []

    def run(self, repository: str) -> int:
        """Play it through; gives the exit status: 1 when not all landed, or not all was killed that was to be."""
        began = time.monotonic()
        self._make_town(repository)
        town = Town(self.root)
        ids = self._file_beads()
        self._sling_first(ids)
        landed = self._watch(town, ids)
        if landed:
            self._tell(town, ids, time.monotonic() - began)
        town.close()
        return 0 if landed and self.killed == BLOWS else 1

    def gt(self, *arguments: str, program: str = "gt", quiet: bool = False) -> str:
        """Run one of our commands as a person would, and show it."""
        if not quiet:
            self.board.say(f"$ {program} {' '.join(_shown(a) for a in arguments)}")
        done = subprocess.run(
            [self.gt_program.with_name(program), *arguments],
            cwd=self.root if self.root.exists() else CHECKOUT,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(
                f"{program} {arguments[0]} failed ({done.returncode}):\n{done.stderr}{done.stdout}"
            )
        return done.stdout

    def down(self, *, for_good: bool) -> None:
        """Leave no session and no process behind; `for_good`: nor an entry in Claude Code's configuration."""
        if (self.root / "town.toml").exists():
            self.gt("down", "--agents", quiet=True)
        if for_good:
            take_back(self.root / "demo")

    def _make_town(self, repository: str) -> None:
        self.gt("install", str(self.root), "--agent", self.agent)
        permissions = ["--permissions", "unattended", "--trust"] if self.agent == "claude" else []
        self.gt("rig", "add", "demo", repository, "--prefix", "de", "--gate", GATE, *permissions)

    def _file_beads(self) -> list[str]:
        import json

        ids: list[str] = []
        for task in self.tasks:
            made = json.loads(
                self.gt("create", task.title, "--rig", "demo", "-d", task.description, "--json", program="bd")
            )
            ids.append(str(made["id"]))
        self.gt("dep", "add", ids[2], ids[0], program="bd")
        return ids

    def _sling_first(self, ids: Sequence[str]) -> None:
        self.gt("sling", ids[0], "polecat/Toast")
        self.gt("sling", ids[1], "demo")
        self.board.say("")

    def _watch(self, town: Town, ids: Sequence[str]) -> bool:
        """Follow the events until all has landed; kill on the way."""
        seen, third, stage = 0, False, 0
        late = time.monotonic() + PATIENCE[self.agent]
        self.board.open(ids, [task.title for task in self.tasks], waits={ids[2]: ids[0]})
        while time.monotonic() < late:
            for event in events.after(town.ledger, seen):
                seen = event.seq
                self.board.show(event)
                self._tell_of_restart(event)
            states = {bead: beads.get(town.ledger, bead).status for bead in ids}
            if all(status == "closed" for status in states.values()):
                self.board.close()
                return True
            if not third and states[ids[0]] == "closed":
                third = True
                self.gt("sling", ids[2], "demo", quiet=True)
            if stage == 0:
                stage = 1 if self._kill_agent(town, ids[0]) else 0
            elif stage == 1 and self._has_restarted(town, ids[0]):
                stage = 2 if self._kill_supervisor(town) else 1
            self.board.draw()
            time.sleep(0.1)
        self.board.close()
        self.board.say("It took too long. What the supervisor said last:")
        self.board.say("\n".join((town.places.logs / "supervisor.log").read_text().splitlines()[-15:]))
        return False

    def _kill_agent(self, town: Town, bead: str) -> bool:
        """SIGKILL to the agent's process, once it has made its first commit."""
        assignment = agents.open_assignment_of_bead(town.ledger, bead)
        if assignment is None or assignment.branch is None or assignment.base is None:
            return False
        repository = town.repository("demo")
        head = repository.resolve(f"refs/heads/{assignment.branch}")
        if not isinstance(head, Present) or head.value == assignment.base:
            return False
        name = f"de-{assignment.agent.rsplit('/', 1)[1]}"
        match town.terminal.look([name])[name]:
            case Present(session) if self._kill(session.pane_pid, BLOWS[0]):
                self.board.strike(
                    f"SIGKILL to {name} (process {session.pane_pid}), its work half done …", bead
                )
                return True
            case _:
                return False

    def _kill(self, pid: int, what: str) -> bool:
        """SIGKILL; False when nobody was there to be hit."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.killed.append(what)
        return True

    def _tell_of_restart(self, event: Event) -> None:
        if (
            event.type == "agent.starting"
            and event.payload.get("head")
            and event.payload["bead"] in self.begun
        ):
            branch, head = event.payload["branch"], str(event.payload["head"])[:9]
            self.board.say(f" ↻ a new session goes on with the same branch, {branch} @ {head}")
        if event.type == "agent.starting":
            self.begun.add(str(event.payload["bead"]))

    def _has_restarted(self, town: Town, bead: str) -> bool:
        return len(incarnations.starts_of_bead(town.ledger, bead)) > 1

    def _kill_supervisor(self, town: Town) -> bool:
        match held(town.places.supervisor_lock):
            case Present(pid) if pid and self._kill(pid, BLOWS[1]):
                self.board.strike(
                    f"SIGKILL to the supervisor (process {pid}) … gt up: a new one carries on", None
                )
                self.gt("up", quiet=True)
                return True
            case _:
                return False

    def _tell(self, town: Town, ids: Sequence[str], seconds: float) -> None:
        self.board.say("\nlanded on demo's main")
        for bead in ids:
            request = merges.of_bead(town.ledger, bead)[-1]
            commit, at = (request.landing_new or "")[:9], request.ended_at
            page = beads.get(town.ledger, bead)
            self.board.say(f"  {bead}  {page.title:<34} {request.agent:<22} {commit}  {at:%H:%M:%S} UTC")
        self.board.say(f"\n{len(ids)} beads in {seconds:.1f} s; {killed_on_the_way(self.killed)}.")
        self.board.say(
            f"\nlook around:  cd {self.root}\n"
            "              bin/gt status        who works on what\n"
            "              bin/gt log           what happened, in order\n"
            "              bin/gt attach        the sessions, while the town is up\n"
        )


def killed_on_the_way(killed: Sequence[str]) -> str:
    """What was killed, and what was to be and was not."""
    told = f"{' and '.join(killed) or 'nobody'} {'were' if len(killed) > 1 else 'was'} killed on the way"
    return told if killed == BLOWS else f"{told}, though {' and '.join(BLOWS)} were to be"


def _shown(argument: str) -> str:
    first = argument.splitlines()[0] if argument else ""
    short = first if first == argument else f"{first[:30]}…"
    return f"'{short}'" if any(c in short for c in " ;$*'\"") or short != argument else short


def _repository(wanted: str | None, beside: Path) -> str:
    """The repository to work on: the wanted one, else a clone of the checkout that the demo lies in."""
    if wanted:
        return wanted
    clone = beside / "checkout"
    if not clone.exists():
        subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
    return str(clone)


def main() -> int:
    """Read the command line, play, and clean up."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="Run the main job in a town made for it."
    )
    parser.add_argument(
        "--town", type=Path, help="make the town here and keep it (default: a temporary folder)"
    )
    parser.add_argument(
        "--repo", help="a git repository to work on, URL or path (default: a clone of this one)"
    )
    parser.add_argument(
        "--agent", choices=["scripted", "claude"], default="scripted", help="who does the work"
    )
    options = parser.parse_args()
    be_nobody_else(os.environ)
    for number in ENDINGS:
        signal.signal(number, _interrupt)
    home = real(Path(tempfile.mkdtemp(prefix="gastown-demo-")))
    town = real(options.town) if options.town else home / "town"
    demo = Demo(town, options.agent)
    try:
        if options.agent == "claude":
            _announce(demo)
        status = demo.run(_repository(options.repo, home))
        if status == 0 and sys.stdin.isatty() and sys.stdout.isatty():
            input("The town is up. Enter takes it down … ")
    except KeyboardInterrupt:
        status = INTERRUPTED
        with contextlib.suppress(OSError):  # the terminal may be gone
            demo.board.close()
            demo.board.say("\nInterrupted; taking the town down.")
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)  # for gt down as well
        demo.down(for_good=not options.town)
    if status == INTERRUPTED and not options.town:
        shutil.rmtree(home, ignore_errors=True)
    elif options.town and options.repo:
        home.rmdir()
    elif not options.town:
        demo.board.say(f"The town is down. It lies in {town}; rm -r {home} removes it.")
    return status


def _announce(demo: Demo) -> None:
    """Say what the real Claude Code is about to do, while it can still be stopped."""
    demo.board.say(
        f"Your own Claude Code will work unattended, with your login, in worktrees under {demo.root}.\n"
        "Its configuration gets one folder-trust entry for the demo's repository, taken back with the town."
    )
    if sys.stdin.isatty() and sys.stdout.isatty():
        input("Enter goes on, Ctrl-C leaves … ")


def be_nobody_else(environment: MutableMapping[str, str]) -> None:
    """Forget whose session this was typed in: an agent that works on Gas Town has a town and a credential."""
    for name in [name for name in environment if name.startswith("GT_") and name != PACE]:
        del environment[name]
    environment.setdefault(PACE, "0.7")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
