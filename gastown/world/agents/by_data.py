"""An agent CLI that is described by data alone: what its TOML file says becomes a runtime."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.domain.agent_cli import AgentCli, filled
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import AgentStatus, Features, Fork, Launch, Screen, Start, Usage, unseen
from gastown.domain.screen import read_screen
from gastown.errors import Invalid, Refused, Unavailable
from gastown.world.agents.callback_files import callback_file, merged, offered
from gastown.world.process import run

DEADLINE = 20.0
"""Seconds for its version: programs of Node take their time on a busy machine."""

_VERSION = re.compile(r"\d+(\.\d+)+([-+][\w.]+)?")


class ByData:
    """The agent CLI that `cli` describes."""

    def __init__(self, cli: AgentCli) -> None:
        self.cli = cli
        self.name: str = cli.name
        self.program: str = cli.program
        self.how_to_get_it: str = cli.install
        self.passes: Sequence[str] = cli.passes
        self.features: Features = cli.features
        self.seen_versions: Sequence[str] = cli.seen_versions

    def launch(self, start: Start) -> Launch:
        """Refused for a permission level that its file does not speak of."""
        cli, said = self.cli, self.cli.arguments
        if start.permission not in said.permissions:
            levels = ", ".join(sorted(said.permissions)) or "none"
            raise Refused(
                f"{cli.name} cannot be started with the permissions {start.permission!r}",
                f"choose others for the rig or the town; its file knows: {levels}",
            )
        values = {
            "town": str(start.town), "address": start.address, "worktree": str(start.worktree),
            "folder": str(start.folder), "conversation": start.conversation, "prompt": start.prompt,
            "model": start.model,
        }  # fmt: skip
        words = [
            *said.begin,
            *said.permissions[start.permission],
            *(said.model if start.model else ()),
            *(said.resume if start.resume else said.new),
            *(said.prompt if start.prompt else ()),
        ]
        return Launch(
            argv=[filled(word, values) for word in words],
            env={name: filled(text, values) for name, text in cli.environment.items()},
            files=self._files(start, values),
        )

    def status(self, pid: int, env: Mapping[str, str], screen: Screen = unseen) -> Observed[AgentStatus]:  # noqa: ARG002
        return read_screen(screen() if self.cli.screen else "", self.cli.screen)

    def version(self) -> Observed[str]:
        if shutil.which(self.program) is None:
            return Absent()
        if not self.cli.version:
            return Unknown("nobody has said how it tells its version")
        try:
            answer = run(list(self.cli.version), deadline=DEADLINE)
        except Unavailable as error:
            return Unknown(error.message)
        number = _VERSION.search(answer.out)
        return Present(number[0]) if number else Unknown(f"`{' '.join(self.cli.version)}` tells no version")

    def transcript(self, conversation: str, env: Mapping[str, str]) -> Path | None:
        if not self.cli.transcript:
            return None
        home = Path(env.get("HOME") or Path.home())
        values = {"home": str(home), "conversation": conversation, "short": conversation.partition("-")[0]}
        pattern = filled(self.cli.transcript, values)
        found = sorted(Path("/").glob(pattern.lstrip("/")))
        return found[-1] if found else None

    def usage(self, transcript: Path) -> Usage | None:  # noqa: ARG002
        return None

    def fork(self, fork: Fork) -> Launch:  # noqa: ARG002
        raise Refused(f"nobody has measured how {self.name} answers in a fork", "read its transcript")

    def _files(self, start: Start, values: Mapping[str, str]) -> Mapping[Path, str]:
        cli = self.cli
        files = {path: filled(text, values) for path, text in cli.files.items()}
        if cli.callbacks is not None:
            try:
                called = callback_file(cli.callbacks, start.town, start.callbacks & offered(cli.features))
                said = merged(files.get(cli.callbacks_file, ""), called)
            except ValueError as broken:
                raise Invalid(
                    f"{cli.source}: {cli.callbacks_file} is no JSON: {broken}", "mend it"
                ) from broken
            files[cli.callbacks_file] = said
        return {Path(filled(path, values)): text for path, text in files.items()}
