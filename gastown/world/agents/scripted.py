"""The embedded agent `scripted`: how to start it, and how it shows what it does."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.domain.observed import Observed, Present, Unknown
from gastown.domain.runtime import AgentStatus, Features, Fork, Launch, Screen, Start, Usage, unseen
from gastown.world import transcripts
from gastown.world.agents.settings_file import callback_settings
from gastown.world.agents.status_file import read_status


class Scripted:
    """A program of ours that carries out the shell steps of a bead; no model, no tokens.

    It asks for no permission unless it is told to misbehave so: the town says whether steps of beads may run
    (`scripted_allowed` in town.toml), and the program itself checks that.
    """

    name: str = "scripted"
    program: str = ""
    how_to_get_it: str = ""
    seen_versions: Sequence[str] = ()
    passes: Sequence[str] = ("GT_SCRIPTED_*",)
    features: Features = Features(
        empty_box=r"^>\s*\Z",
        primes=True,
        reports=True,
        propels=True,
        guards=True,
        resumes=True,
        forks=True,
        names_conversations=True,
    )

    def launch(self, start: Start) -> Launch:
        """Start it with this very Python; `-P` because a worktree may hold modules named like ours."""
        settings = start.folder / "settings.json"
        argv = [sys.executable, "-P", "-m", "gastown.scripted", "--settings", str(settings)]
        argv += ["--resume" if start.resume else "--session-id", start.conversation]
        if start.prompt:
            argv += ["--", start.prompt]
        return Launch(
            argv=argv,
            env={},
            files={settings: json.dumps(callback_settings(start.town, start.callbacks), indent=2) + "\n"},
        )

    def status(self, pid: int, env: Mapping[str, str], screen: Screen = unseen) -> Observed[AgentStatus]:  # noqa: ARG002
        home = _home(env)
        if not home:
            return Unknown("the session's environment has no GT_TOWN")
        return read_status(Path(home) / "sessions", pid)

    def version(self) -> Observed[str]:
        """The version of Gas Town itself: it is always there."""
        from importlib import metadata  # not for everybody who looks at an agent

        try:
            return Present(metadata.version("gastown"))
        except metadata.PackageNotFoundError:
            return Present("(not installed)")

    def transcript(self, conversation: str, env: Mapping[str, str]) -> Path | None:
        home = _home(env)
        found = sorted(Path(home, "projects").glob(f"*/{conversation}.jsonl")) if home else []
        return found[0] if found else None

    def usage(self, transcript: Path) -> Usage | None:
        return transcripts.usage(transcript)

    def fork(self, fork: Fork) -> Launch:
        """It has no model: what was said that has words of the question in it is its answer."""
        argv = [sys.executable, "-P", "-m", "gastown.scripted.recall", str(fork.transcript)]
        return Launch(argv=[*argv, *([fork.question] if fork.question is not None else [])], env={}, files={})


def _home(env: Mapping[str, str]) -> str:
    """Where it keeps its files, for one started with this environment; empty when nobody can tell."""
    return env.get("GT_SCRIPTED_HOME") or (f"{env['GT_TOWN']}/run/scripted" if env.get("GT_TOWN") else "")
