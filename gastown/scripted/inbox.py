"""What people and doorbells typed: accepted at once, even in the middle of a turn, and answered in order."""

from collections import deque
from typing import NamedTuple

from gastown.scripted.body import Body
from gastown.scripted.endings import Ending, Interrupted
from gastown.scripted.keyboard import Key, Line, Typed


class Prompt(NamedTuple):
    text: str
    accepted: bool
    """Its UserPromptSubmit callback has run."""
    launched: bool = False
    """It came on the command line."""

    @property
    def is_command(self) -> bool:
        """`/clear`, `!ls`: for the program, not for the agent."""
        return self.text.startswith(("/", "!"))


class Inbox:
    """The queue of prompts. Its methods are what the body's `heard` is set to."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._queue: deque[Prompt] = deque()
        self._raw: deque[str] = deque()
        self._accepting = False

    def put(self, prompt: Prompt) -> None:
        self._queue.append(prompt)

    def take(self) -> Prompt | None:
        """The next one, if there is any; between turns only."""
        self._queue += (Prompt(text, accepted=False) for text in self._raw)
        self._raw.clear()
        return self._queue.popleft() if self._queue else None

    def submit(self, text: str) -> bool:
        """Run the UserPromptSubmit callbacks; a prompt that they block goes back into the input line."""
        for answer in self._body.tell("UserPromptSubmit", {"prompt": text}):
            if (reason := answer.forbids) is not None:
                self._body.screen.result(f"not submitted: {reason}", "yellow")
                self._body.watch.put_back(text)
                return False
            self._body.conversation.heard(answer.context)
        return True

    def while_idle(self, typed: Typed) -> None:
        match typed:
            case Line(text):
                self.put(Prompt(text, accepted=False))
            case Key.INTERRUPT:
                self._body.screen.line("Press Ctrl-C again to exit.", "dim")
            case Key.END:
                raise Ending("prompt_input_exit", 0)
            case Key.ESCAPE:
                self._body.watch.clear()

    def while_busy(self, typed: Typed) -> None:
        """Raises Interrupted for Escape and Ctrl-C."""
        match typed:
            case Line(text):
                self._raw.append(text)
                self._accept()
            case Key.INTERRUPT | Key.ESCAPE:
                raise Interrupted
            case Key.END:
                self.put(Prompt("/exit", accepted=False))

    def _accept(self) -> None:
        """While one callback runs, the next line waits for its turn."""
        if self._accepting:
            return
        self._accepting = True
        try:
            while self._raw:
                self._queue_up(self._raw.popleft().strip())
        finally:
            self._accepting = False

    def _queue_up(self, text: str) -> None:
        prompt = Prompt(text, accepted=False)
        if text and not prompt.is_command:
            prompt = Prompt(text, accepted=self.submit(text))
        if prompt.accepted or prompt.is_command:
            self._body.screen.entered(text, note="queued")
            self.put(prompt)
