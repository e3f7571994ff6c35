"""The agent's life: it starts, answers one prompt after the other, and ends; callbacks at each turn of it."""

import contextlib
import re
import time

from gastown.scripted.body import Body
from gastown.scripted.conversation import Conversation, new_id
from gastown.scripted.directives import from_environment, parse
from gastown.scripted.endings import Ending, Interrupted, TurnEnded, TurnFailed
from gastown.scripted.inbox import Inbox, Prompt
from gastown.scripted.misbehave import hand_off, take_on
from gastown.scripted.steps import hooked
from gastown.scripted.work import Work

STOP_BLOCKS = 8
"""How often in a row a Stop callback may make the agent go on."""

NOTIFY_IDLE = 60.0
LAST_WORDS = 5.0
"""Seconds for the SessionEnd callbacks: whoever ends us does not wait long."""

_WORK = re.compile(r"\b(prime|hook)\b", re.IGNORECASE)
_HANDOFF = re.compile(r"\bhandoff\b", re.IGNORECASE)


class Agent:
    def __init__(self, body: Body) -> None:
        self._body = body
        self._inbox = Inbox(body)
        self._work = Work(body)

    def live(self, source: str, prompt: str) -> int:
        """From the first callback to the last; the exit status."""
        body = self._body
        take_on(body, parse(from_environment(body.environ)))
        if prompt:
            self._inbox.put(Prompt(prompt, accepted=False, launched=True))
        try:
            body.show("busy")
            self._banner(source)
            with body.hearing(self._inbox.while_busy), contextlib.suppress(Interrupted):
                body.begin(source)
            while True:
                self._take(self._inbox.take() or self._wait())
        except Ending as ending:
            self._end(ending.reason)
            return ending.status
        finally:
            body.leave()

    def _banner(self, source: str) -> None:
        body = self._body
        who = body.environ.get("GT_ADDRESS", "agent")
        verb = "goes on with" if source == "resume" else "begins"
        body.screen.line(
            f"scripted agent, no model · {who} {verb} conversation {body.conversation.id[:8]}", "bold"
        )

    def _wait(self) -> Prompt:
        """Idle at the prompt, without using the processor, until somebody wants something."""
        body = self._body
        body.show("idle")
        notify_at = time.monotonic() + body.number("GT_SCRIPTED_NOTIFY", NOTIFY_IDLE)
        prompts: list[Prompt] = []

        def has_prompt() -> bool:
            prompts.extend(filter(None, [self._inbox.take()]))
            return bool(prompts)

        with body.hearing(self._inbox.while_idle):
            if not body.watch.sleep(has_prompt, until=notify_at, heard=body.heard):
                message = "The agent is waiting for your input"
                body.tell("Notification", {"notification_type": "idle_prompt", "message": message})
                body.watch.sleep(has_prompt, heard=body.heard)
        return prompts[0]

    def _take(self, prompt: Prompt) -> None:
        text = prompt.text.strip()
        if not text:
            return
        self._body.screen.entered(text)
        with self._body.hearing(self._inbox.while_busy):
            try:
                if prompt.launched or not prompt.is_command:
                    self._turn(prompt)
                elif text.startswith("!"):
                    self._shell(text[1:].strip())
                else:
                    self._command(text)
            except Interrupted:
                self._body.screen.result("Interrupted.", "yellow")

    def _turn(self, prompt: Prompt) -> None:
        """Answer a prompt, and go on while the Stop callbacks block."""
        body = self._body
        body.show("busy")
        if not prompt.accepted and not self._inbox.submit(prompt.text):
            return
        blocks = 0
        try:
            while True:
                body.conversation.user(prompt.text)
                self._answer(prompt)
                reason = self._stop(active=blocks > 0)
                if reason is None or blocks == STOP_BLOCKS:
                    return
                blocks += 1
                body.screen.entered(reason, note="a Stop callback says")
                prompt = Prompt(reason, accepted=True)
        except TurnFailed as failure:
            body.screen.line(f"  {failure.shown}", "red")
            body.tell("StopFailure", {"error": failure.error})

    def _answer(self, prompt: Prompt) -> None:
        """What a model would decide. A launch prompt may speak of handoff notes without asking for one."""
        body = self._body
        bead = hooked(body.context) if body.context_is_new else None
        asks_for_work = bool(_WORK.search(prompt.text))
        if _HANDOFF.search(prompt.text) and not prompt.launched and not asks_for_work:
            with contextlib.suppress(TurnEnded):
                hand_off(body, prompt.text.partition(":")[2].strip())
            return
        if bead is None:
            if not asks_for_work and not self._work.is_unfinished:
                body.say("I only know what my hook tells me. Say `gt prime` and I look at it.")
                return
            primed = body.bash("gt prime")
            if primed.status != 0:
                body.say(f"gt prime failed (exit {primed.status}). I stop here.")
                return
            body.context, bead = primed.out, hooked(primed.out)
        body.context_is_new = False
        if bead:
            self._work.carry_out(bead)
        else:
            self._work.is_unfinished = False
            body.say("Nothing on my hook.")

    def _stop(self, *, active: bool) -> str | None:
        """Run the Stop callbacks; why they want us to go on, if they do."""
        words = self._body.last_words
        answers = self._body.tell("Stop", {"stop_hook_active": active, "last_assistant_message": words})
        return next((answer.forbids for answer in answers if answer.forbids is not None), None)

    def _shell(self, command: str) -> None:
        self._body.show("shell")
        finished = self._body.shell(command)
        self._body.conversation.user(f"!{command}\n{finished.out}")
        self._body.screen.result(finished.out or f"(no output, exit {finished.status})")

    def _command(self, text: str) -> None:
        body = self._body
        match text.split(maxsplit=1)[0]:
            case "/exit" | "/quit":
                raise Ending("prompt_input_exit", 0)
            case "/clear":
                body.show("busy")
                body.tell("SessionEnd", {"reason": "clear"}, subject="clear")
                body.conversation = Conversation(body.place, new_id())
                body.show("busy")
                body.begin("clear")
            case "/compact":
                body.show("busy")
                body.compact("manual")
            case other:
                body.screen.result(f"{other}: I know /clear, /compact and /exit.", "yellow")

    def _end(self, reason: str) -> None:
        self._body.watch.closing = True
        with self._body.hearing(lambda _typed: None):
            self._body.tell("SessionEnd", {"reason": reason}, subject=reason, limit=LAST_WORDS)
