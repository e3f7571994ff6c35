"""What the agent can do: show, run a tool, wait, tell its callbacks; and what it knows, its context."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence

from gastown.scripted.callbacks import TIME_LIMIT, VETO, Answer, Callbacks, capped
from gastown.scripted.children import Children, Finished
from gastown.scripted.conversation import Conversation, new_id
from gastown.scripted.keyboard import Keyboard, Typed
from gastown.scripted.place import Place
from gastown.scripted.screen import Screen
from gastown.scripted.status import Activity, StatusFile
from gastown.scripted.steps import Step
from gastown.scripted.watch import Watch

VETOED = 126


class Body:
    """One agent's senses, hands and memory; what it decides is elsewhere."""

    def __init__(self, place: Place, environ: Mapping[str, str], settings: Mapping[str, object]) -> None:
        self.place = place
        self.environ = environ
        self.screen = Screen(environ)
        self.watch = Watch(Keyboard(), self.screen, source=0)
        self.conversation = Conversation(place, new_id())
        self.context = ""
        """What the last start callback, or a later `gt prime`, told."""
        self.context_is_new = False
        """Nobody has acted on it yet."""
        self.last_words = ""
        self.heard: Callable[[Typed], None] = _nothing
        """Takes what is typed while we wait."""
        self._callbacks = Callbacks(settings)
        self._children = Children(self.watch, place.cwd, place.home / "scratch")
        self._status = StatusFile(place, environ.get("TMUX_PANE"))

    def begin(self, source: str) -> None:
        """Run the start callbacks; what they print is the new context."""
        answers = self.tell("SessionStart", {"source": source}, subject=source)
        self.context = capped("\n".join(answer.context for answer in answers if answer.context))
        self.context_is_new = True
        self.conversation.heard(self.context)

    def compact(self, trigger: str) -> None:
        """Lose the context and read it again; the conversation keeps its id."""
        self.tell("PreCompact", {"trigger": trigger}, subject=trigger)
        self.conversation.forget()
        self.screen.line("Conversation compacted.", "dim")
        self.begin("compact")

    def show(self, activity: Activity, waiting_for: str = "") -> None:
        """Tell the status file, and people beside the input line."""
        self._status.show(self.conversation.id, activity, waiting_for)
        self.screen.hint("esc to interrupt" if activity in {"busy", "shell"} else "")

    def say(self, text: str) -> None:
        self.last_words = text
        self.conversation.said(text)
        self.screen.say(text)

    def number(self, name: str, default: float) -> float:
        """A number from the environment; anything else counts as not set."""
        try:
            return float(self.environ.get(name) or default)
        except ValueError:
            return default

    def pause(self, seconds: float) -> None:
        self.watch.sleep(lambda: False, until=time.monotonic() + seconds, heard=self.heard)

    @contextlib.contextmanager
    def hearing(self, heard: Callable[[Typed], None]) -> Generator[None]:
        """While this lasts, what is typed goes to `heard`."""
        before, self.heard = self.heard, heard
        try:
            yield
        finally:
            self.heard = before

    def bash(self, command: str) -> Finished:
        """Run a tool, as the agent's own deed: shown, in the transcript, with the callbacks of tools."""
        return self.do(Step(command, "sh", strict=False), together=False)

    def do(self, step: Step, pause: float = 0, *, together: bool = True) -> Finished:
        """The same for a step of a bead; people can watch it for `pause` seconds before it runs.

        `together`: what it writes to standard error stands in `out`, in order.
        """
        use: dict[str, object] = {
            "tool_name": "Bash",
            "tool_input": {"command": step.command},
            "tool_use_id": f"toolu_{os.urandom(12).hex()}",
        }
        self.screen.call(step.command)
        self.conversation.called(str(use["tool_use_id"]), step.command)
        finished = self._vetoed(use)
        if finished is None:
            self.pause(pause)
            flags = ["-e", "-c"] if step.strict else ["-c"]
            argv = [step.shell, *flags, step.command]
            finished = self._children.run(argv, heard=self.heard, together=together)
            event = "PostToolUseFailure" if finished.status else "PostToolUse"
            self.tell(
                event,
                use | {"tool_response": {"stdout": finished.out, "stderr": finished.err}},
                subject="Bash",
            )
        failed, output = finished.status != 0, finished.out + finished.err
        self.screen.result(output or f"(no output, exit {finished.status})", "red" if failed else "dim")
        self.conversation.returned(str(use["tool_use_id"]), output, failed=failed)
        return finished

    def shell(self, command: str) -> Finished:
        """Run what the person typed after `!`."""
        return self._children.run(["sh", "-c", command], heard=self.heard, together=True)

    def ask(self, argv: Sequence[str]) -> Finished:
        """Run a program for its answer only; nothing is shown."""
        return self._children.run(argv, heard=self.heard)

    def tell(
        self, event: str, fields: Mapping[str, object], *, subject: str = "", limit: float = TIME_LIMIT
    ) -> Sequence[Answer]:
        """Run the callbacks of `event`, one after the other; none of them can break us.

        `subject` is what their matchers look at; `limit`, in seconds, is for each.
        """
        payload = {
            "session_id": self.conversation.id,
            "transcript_path": str(self.conversation.transcript),
            "cwd": str(self.place.cwd),
            "hook_event_name": event,
            **fields,
        }
        return [
            self._call(event, command.line, min(command.limit, limit), json.dumps(payload))
            for command in self._callbacks.commands(event, subject)
        ]

    def leave(self) -> None:
        """Nothing of us is to be seen any more."""
        self._status.remove()
        self.screen.close()

    def _call(self, event: str, line: str, limit: float, payload: str) -> Answer:
        answer = Answer(*self._children.run(["sh", "-c", line], heard=self.heard, text=payload, limit=limit))
        if answer.status not in {0, VETO}:
            first = answer.err.strip().partition("\n")[0]
            self.screen.result(f"callback {event} failed (exit {answer.status}) {first}", "yellow")
        return answer

    def _vetoed(self, use: Mapping[str, object]) -> Finished | None:
        for answer in self.tell("PreToolUse", use, subject="Bash"):
            if (reason := answer.forbids) is not None:
                return Finished(VETOED, f"A callback forbids it: {reason}", "")
        return None


def _nothing(_typed: Typed) -> None:
    """Before the first turn nobody listens."""
