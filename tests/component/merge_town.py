"""A town made by hand around a real repository, with work that polecats have handed over; for test_merge_queue."""

import json
import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.identity import CONVOY_PREFIX, REQUEST_PREFIX, polecat
from gastown.domain.merges import MergeRequest
from gastown.domain.observed import Present
from gastown.ledger import agents, bead_writes, beads, events, graph, merges
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.ledger.events import Event
from gastown.operations.merge.run import run_queue
from gastown.settings import town as towns
from gastown.settings.reading import toml_text
from gastown.town import Town
from gastown.world import processes
from gastown.world.git.repository import Repository
from gastown.world.locks import held
from tests.support import a_repository, eventually, git

FILES = {"README": "A project.\n", "users.py": "one\ntwo\nthree\n"}
PATIENCE = 30.0

RUN = """
import os, signal, sys
from pathlib import Path
from gastown.errors import GastownError
from gastown.operations.merge.run import run_queue
from gastown.town import Town

def watch(frame, event, argument):
    name = frame.f_globals.get("__name__", "") + "." + frame.f_code.co_name
    if event == moment and name == function:
        os.kill(os.getpid(), signal.SIGKILL)

moment, _, function = sys.argv[2].partition(" ")
if function:
    sys.setprofile(watch)
try:
    run_queue(Town(Path(sys.argv[1])), "web", say=lambda words: print(words, flush=True))
except GastownError as problem:
    sys.exit(problem.message)
"""
"""A queue process. Its second argument may name a moment at which it ends itself as a power cut would."""


DAEMON = """
import os, signal, sys, time
from pathlib import Path
if os.fork():
    os._exit(0)
os.setsid()
for number in (signal.SIGTERM, signal.SIGHUP) if "deaf" in sys.argv else ():
    signal.signal(number, signal.SIG_IGN)
with Path(sys.argv[1]).open("a") as pids:
    pids.write(f"{os.getpid()}\\n")
time.sleep(300)
"""


def daemon(pids: Path, *how: str) -> str:
    """A shell command that leaves a process in a session of its own, its id in `pids`; `deaf`: only SIGKILL ends it."""
    return shlex.join([sys.executable, "-c", DAEMON, str(pids), *how])


def runs(pid: int) -> bool:
    """Whether that process runs; a zombie that waits for init does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class MergeTown:
    """One town with one rig `web`. Its remote is a bare repository, or one that somebody works in."""

    def __init__(self, folder: Path, *, bare: bool = True) -> None:
        self.folder, self.bare = folder, bare
        self.root, self.said = folder / "town", list[str]()
        made = a_repository(folder / "remote", FILES)
        self.remote = folder / "remote.git" if bare else made
        if bare:
            git("clone", "-q", "--bare", str(made), str(self.remote), cwd=folder)
        (self.root / "web").mkdir(parents=True)
        (self.root / towns.FILE_NAME).write_text(
            '[town]\nname = "town"\nowner = "Ann"\nemail = "ann@example.org"\n'
        )
        Database(self.root / "gastown.db", create=True).close()
        self.town = Town(self.root)
        self.ledger = self.town.ledger
        self.repository = Repository.clone(str(self.remote), self.town.rig_places("web").repository)
        self.gate("true")
        self._started: list[subprocess.Popen[str]] = []

    def close(self) -> None:
        """End whatever queue process or gate still runs."""
        for queue in self._started:
            queue.kill()
            queue.wait(PATIENCE)
        processes.end_marked({"GASTOWN_GATE": "web", "GASTOWN_TOWN": str(self.root.resolve())}, grace=0.1)
        processes.end_marked({"GT_QUEUE": str(self.root.resolve() / "web")}, grace=0.1)
        self.town.close()

    def gate(
        self, command: str | None, *, none: bool = False, seconds: int = 20, target: str = "main"
    ) -> None:
        """Write rig.toml anew, with this gate and target."""
        script = "" if command is None else f"command = {toml_text(textwrap.dedent(command).strip())}"
        (self.root / "web" / "rig.toml").write_text(
            f'[rig]\nurl = "{self.remote}"\nprefix = "we"\ntarget = "{target}"\n'
            f"[gate]\n{script}\nnone = {str(none).lower()}\nseconds = {seconds}\n"
        )

    def keep_environment(self, environment: Mapping[str, str]) -> None:
        """As if a person with this environment had started the supervisor."""
        self.town.places.environment.parent.mkdir(parents=True, exist_ok=True)
        self.town.places.environment.write_text(json.dumps(dict(environment)))

    def submit(
        self, title: str, files: Mapping[str, str], *, base: str | None = None, target: str = "main"
    ) -> MergeRequest:
        """Let the next polecat hand over a commit with these files, begun at `base` or at the target."""
        now = self.town.clock.now()
        address = polecat("web", f"Toast{len(agents.all_agents(self.ledger))}")
        agent = str(address)
        with self.ledger.transaction() as ledger:
            agents.add(ledger, address, now)
            bead = bead_writes.insert(ledger, NewBead(title, rig="web", prefix="we"), by="overseer", now=now)
            convoy = bead_writes.insert(
                ledger, NewBead(title, prefix=CONVOY_PREFIX, type="convoy"), by="overseer", now=now
            )
            graph.add_dependency(ledger, convoy, bead, "tracks", by="overseer", now=now)
            agents.hook(ledger, agent, bead)
            generation = agents.assign(ledger, bead, agent, by="overseer", runtime=None, now=now)
            bead_writes.set_status(
                ledger, bead, BeadStatus.OPEN, BeadStatus.HOOKED, assignee=agent, by="overseer", now=now
            )
            branch = f"polecat/{address.name}/{bead}"
            agents.set_branch(ledger, generation, branch, base or self.target())
        commit = self.commit(branch, title, files, base=base or self.target(), author=agent)
        self.repository.freeze(commit, bead, generation)
        return self._hand_over(bead, generation, commit, target)

    def commit(
        self, branch: str, title: str, files: Mapping[str, str], *, base: str, author: str = "ann"
    ) -> str:
        """Make a commit on a branch of the rig's own repository, in a worktree that is gone afterwards."""
        store, folder = self.repository.path, self.folder / "scratch"
        git("worktree", "add", "-q", "-b", branch, str(folder), base, cwd=store)
        for name, text in files.items():
            (folder / name).write_text(text)
        git("add", "--all", cwd=folder)
        git("commit", "-q", "--allow-empty", "-m", title, cwd=folder, env={"GIT_AUTHOR_NAME": author})
        commit = git("rev-parse", "HEAD", cwd=folder)
        git("worktree", "remove", "--force", str(folder), cwd=store)
        return commit

    def _hand_over(self, bead: str, generation: int, commit: str, target: str) -> MergeRequest:
        now = self.town.clock.now()
        assignment = agents.assignment(self.ledger, generation)
        assert assignment is not None
        agent, title = assignment.agent, self.bead(bead).title
        with self.ledger.transaction() as ledger:
            agents.wish_done(ledger, generation, commit=commit, no_change=None, incarnation=None, now=now)
            agents.end_assignment(ledger, generation, "submitted", now)
            agents.unhook(ledger, agent, bead)
            new = NewBead(title, rig="web", prefix=REQUEST_PREFIX, type="merge-request")
            request = bead_writes.insert(ledger, new, by=agent, now=now)
            merges.insert(ledger, request, assignment, rig="web", commit=commit, target=target, now=now)
            bead_writes.set_status(
                ledger, bead, BeadStatus.HOOKED, BeadStatus.IN_PROGRESS, assignee=agent, by=agent, now=now
            )
        return self.request(request)

    def run(self) -> None:
        """Work the queue off in this process."""
        run_queue(self.town, "web", say=self.said.append)

    def start(self, killed_at: str = "") -> "subprocess.Popen[str]":
        """Start a queue process; its lines go to `queue.log`.

        With `killed_at`, say `call gastown.operations.merge.land.finish`, it gets SIGKILL there.
        """
        with (self.folder / "queue.log").open("a") as log:
            queue = subprocess.Popen(
                [sys.executable, "-c", RUN, str(self.root), killed_at],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._started.append(queue)
        return queue

    def told(self) -> str:
        """What queue processes that were started said."""
        log = self.folder / "queue.log"
        return log.read_text() if log.exists() else ""

    def push_from_elsewhere(self, files: Mapping[str, str]) -> str:
        """Somebody who has nothing to do with the town moves the remote's main."""
        clone = self.folder / "elsewhere"
        if not clone.exists():
            git("clone", "-q", str(self.remote), str(clone), cwd=self.folder)
        git("pull", "-q", cwd=clone)
        for name, text in files.items():
            (clone / name).write_text(text)
        git("add", "--all", cwd=clone)
        git("commit", "-q", "-m", "From elsewhere", cwd=clone)
        git("push", "-q", cwd=clone)
        return git("rev-parse", "HEAD", cwd=clone)

    def target(self, branch: str = "main") -> str:
        """Where the rig's main stands: the remote's, or our own beside a repository that somebody works in."""
        return self.repository.read_target(branch)

    def subjects(self) -> Sequence[str]:
        """Subjects of all commits on the rig's main, newest first."""
        return git("log", "--format=%s", self.target(), cwd=self.repository.path).splitlines()

    def on_main(self, file: str) -> str:
        """The text of a file on the rig's main."""
        return git("show", f"{self.target()}:{file}", cwd=self.repository.path)

    def request(self, identity: str) -> MergeRequest:
        """The request as it stands now."""
        request = merges.get(self.ledger, identity)
        assert request is not None
        return request

    def bead(self, identity: str) -> Bead:
        """The bead as it stands now."""
        return beads.get(self.ledger, identity)

    def happened(self, type_: str) -> Sequence[Event]:
        """All events of one type."""
        return [event for event in events.last(self.ledger, 10_000) if event.type == type_]

    def comments(self, bead: str) -> str:
        """All comments beneath a bead."""
        return "\n".join(comment.body for comment in beads.comments(self.ledger, bead))

    def wait_for_event(self, type_: str) -> Event:
        """The first event of that type, once it has happened."""
        return eventually(
            lambda: next(iter(self.happened(type_)), None),
            within=PATIENCE,
            every=0.002,
            what=f"{type_}: {self.told()}",
        )

    def queue_runs(self) -> bool:
        """Whether some process holds the queue's lock."""
        return isinstance(held(self.town.places.queue_lock("web")), Present)

    def landed_once(self, request: MergeRequest) -> None:
        """Check that the request is on main once, and that every trace of it says so once."""
        now = self.request(request.id)
        assert now.state == "merged", (now, self.told(), self.said)
        assert list(self.subjects()).count(request.title) == 1
        assert now.landing_new is not None
        assert self.repository.contains(self.target(), now.landing_new)
        assert len([event for event in self.happened("bead.landed") if event.subject == request.bead]) == 1
        bead = self.bead(request.bead)
        assert (bead.status, bead.close_reason) == ("closed", f"landed as {now.landing_new} on main")
        assert self.bead(request.id).status == "closed"
        assert merges.gate_running(self.ledger, "web") is None

    def came_back_once(self, request: MergeRequest) -> None:
        """Check that the bead is work again, with its evidence beneath it once, and its commit kept."""
        assert self.request(request.id).state == "sent_back", (self.told(), self.said)
        bead = self.bead(request.bead)
        assert (bead.status, bead.assignee) == ("open", None)
        assert len(beads.comments(self.ledger, request.bead)) == 1
        assert len(self.happened("merge.sent_back")) == 1
        assert self.bead(request.id).status == "closed"
        kept = f"refs/gastown/submitted/{request.bead}/{request.generation}"
        assert self.repository.resolve(kept) == Present(request.commit)
        assert request.title not in self.subjects()
