"""What the pretend model hears and says: requests, replies, and every scenario as a list of rules.

A rule is `Rule(name, when, then)`. Of a scenario's rules the first whose `when` holds answers the request,
with what its `then` returns. Rules keep no state: a conversation carries its whole past in every request, so
what is to be done next can be read from it. For a scenario of your own, put rules in front of an old one:

    [Rule("a bad day", lambda request: request.agent == "Toast", lambda _: Fail(529)), *POLECAT]
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]


# --- what it hears ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the Messages API. `agent` comes from the base path (`/agent/NAME`), else it is empty."""

    agent: str
    conversation: str
    headers: Mapping[str, str]
    body: Json

    @property
    def messages(self) -> Sequence[Json]:
        return cast("Sequence[Json]", self.body.get("messages", ()))

    @property
    def latest(self) -> Sequence[Json]:
        """What came since the model last spoke: the user, the system and the tools, in any order."""
        spoken = [at for at, message in enumerate(self.messages) if message["role"] == "assistant"]
        return self.messages[spoken[-1] + 1 :] if spoken else self.messages

    @property
    def heard(self) -> str:
        """The words among `latest`: prompts, callbacks' output, reminders; not what tools printed."""
        return "\n".join(map(words, self.latest))

    @property
    def failed(self) -> bool:
        """A tool that was called last has failed, or the person would not have it run."""
        return any(result.get("is_error") for message in self.latest for result in results(message))

    @property
    def plan(self) -> "Plan | None":
        """The work that was last hung on this agent's hook, and how far it has come; None: it was emptied."""
        for at in reversed(range(len(self.messages))):
            hook = HOOK.search(words(self.messages[at]))
            if hook and self.messages[at]["role"] != "assistant":
                return plan(hook[1], self.messages[at:])
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about a bead: shell commands in order, of which the first `done` have succeeded."""

    bead: str
    steps: Sequence[str]
    done: int

    @property
    def next(self) -> str | None:
        return self.steps[self.done] if self.done < len(self.steps) else None


def blocks(message: Json) -> Sequence[Json]:
    """A message's content as a list of blocks: it may be a plain string on the wire."""
    content = message.get("content", ())
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def words(message: Json) -> str:
    return "\n".join(block["text"] for block in blocks(message) if block["type"] == "text")


def results(message: Json) -> Sequence[Json]:
    return [block for block in blocks(message) if block["type"] == "tool_result"]


def plan(bead: str, since: Sequence[Json]) -> "Plan | None":
    """The work on `bead`, of which the messages `since` its first mention tell."""
    if bead.startswith("("):
        return None  # it says "(nothing)"
    done = [result for message in since for result in results(message) if not result.get("is_error")]
    return Plan(bead, steps(bead, "\n".join(map(words, since))), len(done))


HOOK = re.compile(r"^(?:SessionStart:\w+ hook success: )?HOOK: *(\S+)", re.MULTILINE)
"""The CLI puts that label before the first line of what the start callback printed."""

SHELL_FENCE = re.compile(r"^([ \t>|]*)```sh[ \t]*\n(.*?)\n\1```", re.MULTILINE | re.DOTALL)
"""A fenced block for the shell; when it is quoted, each of its lines begins with the same mark."""


def steps(bead: str, text: str) -> Sequence[str]:
    """The shell block that comes with the bead, then the commit, then the words that end the work.

    A commit of an earlier life of the agent is no failure: there may be nothing left to commit.
    """
    fence = SHELL_FENCE.search(text)
    work = [] if fence is None else [unquoted(fence[2], fence[1])]
    return [
        *(f"(set -e\n{commands}\n)" for commands in work),
        f"git add -A && (git diff --cached --quiet || git commit -m '{bead}: work of the pretend model')",
        "gt done",
    ]


def unquoted(text: str, mark: str) -> str:
    """The text without the mark before each line; an empty line may lack its blank."""
    bare = mark.rstrip()
    lines = text.split("\n")
    return "\n".join(
        line[len(mark) :] if line.startswith(mark) else line.removeprefix(bare) for line in lines
    )


# --- what it says ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Words, and the end of the turn. `context` is the number of tokens it claims to have read."""

    text: str
    context: int = 1000


@dataclass(frozen=True, slots=True)
class Use:
    """Calls of tools, each a name and its input, after some words; the turn goes on with their results."""

    calls: Sequence[tuple[str, Json]]
    text: str = ""
    context: int = 1000


@dataclass(frozen=True, slots=True)
class Fail:
    """An error of the API: 401 authentication, 429 rate limit, 529 overloaded."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    message: str = "the pretend model fails as it was told to"


@dataclass(frozen=True, slots=True)
class After:
    """A reply that takes its time."""

    seconds: float
    reply: "Say | Use | Fail"


Reply: TypeAlias = Say | Use | Fail | After


def bash(command: str, text: str = "") -> Use:
    return Use([("Bash", {"command": command, "description": "a step of the work"})], text)


def spent(seconds: int) -> Fail:
    """A subscription's limit is reached: the CLI gives up at once, to be woken in so many seconds."""
    limit = {"anthropic-ratelimit-unified-status": "rejected", "retry-after": str(seconds)}
    return Fail(429, limit, "the limit is reached")


# --- rules -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    when: Callable[[Request], bool]
    then: Callable[[Request], Reply]


def take_step(request: Request) -> Reply:
    plan = request.plan
    return bash(plan.next, f"Step {plan.done + 1} of {plan.bead}.") if plan and plan.next else Say("Nothing.")


HOUSEKEEPING = [
    Rule(
        "a title is wanted", lambda r: not r.body.get("tools"), lambda _: Say('{"title": "A pretend task"}')
    ),
    Rule(
        "a summary is wanted",
        lambda r: "Your task is to create a detailed summary" in r.heard,
        lambda _: Say("<analysis>Work was done.</analysis>\n<summary>Some work was done.</summary>"),
    ),
]
"""What the CLI asks behind the agent's back; these come first in every scenario."""

POLECAT = [
    *HOUSEKEEPING,
    Rule("a step failed", lambda r: r.failed, lambda _: Say("That step failed. I stop here.")),
    Rule("the next step", lambda r: bool(r.plan and r.plan.next), take_step),
    Rule("all is done", lambda r: bool(r.plan), lambda _: Say("The work is done.")),
    Rule("no work", lambda _: True, lambda _: Say("There is nothing on my hook.")),
]
"""A worker who does what hangs on the hook, step by step; after a failure the next prompt tries it again."""

SILENT = [*HOUSEKEEPING, Rule("words only", lambda _: True, lambda _: Say("Understood."))]
"""An agent who only ever talks."""

SCENARIOS: Mapping[str, Sequence[Rule]] = {"polecat": POLECAT, "silent": SILENT}
