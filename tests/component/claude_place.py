"""Where the tests of the real Claude Code happen: a town with stand-ins for our commands, and a started agent."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Observed, Present
from gastown.domain.runtime import Activity, AgentStatus, Permission, Start
from gastown.world.agents.claude import ClaudeRuntime
from tests.e2e.claude_cli import Pane, environment, prepare_home
from tests.e2e.model_server import ModelServer
from tests.support import IDENTITY, a_repository, eventually, git

GT = """\
#!/bin/bash
# Stands for `gt`: the start callback prints the briefing, everything else is written down.
echo "gt $*" >> "$GT_TOWN/said"
if [ "$1" = prime ]; then cat > "$GT_TOWN/primed"; cat "$GT_TOWN/briefing"; fi
"""

CALLBACK = """\
#!/bin/bash
# Stands for `gt-callback`: writes down the event and what came with it, on one line.
printf '%s %s\\n' "$1" "$(tr -d '\\n')" >> "$GT_TOWN/callbacks"
"""

BRIEFING = """\
You are web/polecats/Toast, a polecat of rig web.

HOOK: we-x7k2m

> Greet the world.
> ```sh
> echo "hello from $GT_ADDRESS" > hello.txt
> ```
"""


@dataclass(frozen=True, slots=True)
class Agent:
    """One started agent, and the places where it leaves traces."""

    town: Path
    worktree: Path
    conversation: str
    env: Mapping[str, str]
    pane: Pane

    @property
    def status(self) -> Observed[AgentStatus]:
        return ClaudeRuntime().status(self.pane.pid, self.env)

    @property
    def callbacks(self) -> Sequence[tuple[str, Mapping[str, object]]]:
        """The callbacks so far: each event's name, and what the CLI said about it."""
        path = self.town / "callbacks"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(event, json.loads(rest)) for event, _, rest in (line.partition(" ") for line in lines)]

    @property
    def said(self) -> Sequence[str]:
        path = self.town / "said"
        return path.read_text().splitlines() if path.exists() else []

    def told(self, event: str) -> Mapping[str, object]:
        """Wait for that callback."""
        return eventually(
            lambda: next((given for name, given in self.callbacks if name == event), None),
            within=20,
            what=f"the callback {event} in:\n{self.pane.text}",
        )

    def becomes(self, activity: Activity) -> AgentStatus:
        """Wait until its status file says so."""

        def there() -> AgentStatus | None:
            match self.status:
                case Present(status) if status.activity is activity:
                    return status
                case _:
                    return None

        return eventually(there, within=20, what=f"status {activity} in:\n{self.pane.text}")

    def shows(self, text: str) -> None:
        """Wait for `text` on the screen."""
        eventually(lambda: text in self.pane.text, within=20, what=f"{text!r} on the screen")


@dataclass(frozen=True, slots=True)
class Place:
    """A town with a rig, a worktree and stand-ins for our commands; a home for Claude Code."""

    town: Path
    repository: Path
    worktree: Path
    home: Path
    program: Path

    def start(self, model: ModelServer, permission: Permission = Permission.UNATTENDED) -> Agent:
        start = Start(
            town=self.town,
            address="web/polecats/Toast",
            worktree=self.worktree,
            folder=self.town / "run" / "agents" / "web.polecats.Toast",
            conversation=str(uuid.uuid4()),
            prompt="Do what hangs on your hook.",
            permission=permission,
            model="",
        )
        launch = ClaudeRuntime().launch(start)
        for path, content in launch.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        env = {
            **environment(self.home, self.program, model.url("Toast"), before=[self.town / "bin"]),
            **IDENTITY,
            "GT_TOWN": str(self.town),
            "GT_ADDRESS": start.address,
            **launch.env,
        }
        pane = Pane(self.town / "tmux.sock", launch.argv, self.worktree, env)
        return Agent(self.town, self.worktree, start.conversation, env, pane)


def make_place(folder: Path, home: Path, program: Path) -> Place:
    """Make a town in `folder`, with a rig whose trust entry is in `home`."""
    town = folder / "town"
    (town / "bin").mkdir(parents=True)
    for name, text in {"gt": GT, "bd": GT, "gt-callback": CALLBACK}.items():
        (town / "bin" / name).write_text(text)
        (town / "bin" / name).chmod(0o755)
    (town / "briefing").write_text(BRIEFING)
    repository, worktree = town / "web" / "repo.git", town / "web" / "polecats" / "Toast"
    origin = a_repository(folder / "origin", {"README.md": "hello\n"})
    git("clone", "-q", "--bare", str(origin), str(repository), cwd=folder)
    git("worktree", "add", "-q", "-b", "polecat/Toast/we-x7k2m", str(worktree), "main", cwd=repository)
    return Place(town, repository, worktree, prepare_home(home, trust=[repository]), program)
