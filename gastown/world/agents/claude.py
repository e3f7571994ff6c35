"""Claude Code as an agent of a town: its argv, settings and environment, and what it says of itself."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import (
    AgentStatus,
    Features,
    Fork,
    Launch,
    Permission,
    Screen,
    Start,
    Usage,
    unseen,
)
from gastown.errors import Refused, Unavailable
from gastown.world import transcripts
from gastown.world.agents import claude_home
from gastown.world.agents.settings_file import callback_settings
from gastown.world.agents.status_file import read_status
from gastown.world.process import run

SEEN_VERSIONS = ("2.1.328",)
"""Driven by our tests. Another one mostly works too, but its user should know that nobody has looked."""

PERMISSION_FLAGS: Mapping[Permission, Sequence[str]] = {
    # Said outright: without a word the user's own `defaultMode` would hold.
    Permission.ASK: ("--permission-mode", "default"),
    Permission.EDITS: ("--permission-mode", "acceptEdits"),
    Permission.UNATTENDED: ("--dangerously-skip-permissions",),
}

ALLOWED: Mapping[Permission, str] = {
    Permission.ASK: "Bash(gt:*),Bash(bd:*)",
    # Who may edit files may also keep what was edited.
    Permission.EDITS: "Bash(gt:*),Bash(bd:*),Bash(git add:*),Bash(git commit:*)",
    Permission.UNATTENDED: "Bash(gt:*),Bash(bd:*)",
}
"""What an agent may run without asking: with gt and bd it says that it is done, or asks for help."""

QUIET: Mapping[str, object] = {
    # Each of these asks the model something behind the agent's back: an idle town costs no token.
    "promptSuggestionEnabled": False,
    "awaySummaryEnabled": False,
    "idleCompaction": False,
}

UNQUOTED: Mapping[str, object] = {
    # It would tell its model the names of changed files and the subjects of commits as they are, and those can close
    # the frame it puts around them; its own words on commits and pull requests go too: ours say how work is kept.
    "includeGitInstructions": False,
}
"""What it would tell its model itself of what others wrote."""

ENVIRONMENT: Mapping[str, str] = {
    "DISABLE_AUTOUPDATER": "1",  # thirty agents at once, and under those that run
    "CLAUDE_CODE_DISABLE_ALTERNATE_SCREEN": "1",  # else tmux keeps no history of it
    "CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY": "1",  # it would take a typed digit for its answer
}

LOGINS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
"""Variables that are a login by themselves."""

DEADLINE = 15.0
"""Seconds for a question to the CLI itself; it mostly answers in 0.2."""


class ClaudeRuntime:
    """Anthropic's `claude`, with the user's own login, settings and plugins."""

    name: str = "claude"
    program: str = "claude"
    seen_versions: Sequence[str] = SEEN_VERSIONS
    how_to_get_it: str = "npm install -g @anthropic-ai/claude-code"
    passes: Sequence[str] = (
        # Login, models, providers. Not CLAUDE_* as a whole: CLAUDECODE, CLAUDE_CODE_SESSION_ID, _ENTRYPOINT,
        # _CHILD_SESSION, _MESSAGING_… mark what runs inside another Claude Code, and `gt up` may well do so.
        "ANTHROPIC_*",
        "CLAUDE_CONFIG_DIR",
        "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
        "CLAUDE_CODE_CLIENT_*",
        "CLAUDE_CODE_DISABLE_*",
        "CLAUDE_CODE_EFFORT_LEVEL",
        "CLAUDE_CODE_ENABLE_*",
        "CLAUDE_CODE_MAX_*",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_SKIP_*",
        "CLAUDE_CODE_SUBAGENT_MODEL",
        "CLAUDE_CODE_USE_*",
        "IS_SANDBOX",
        "AWS_*",
        "AZURE_*",
        "CLOUDSDK_*",
        "CLOUD_ML_REGION",
        "GOOGLE_*",
        "VERTEX_REGION_*",
        # How it works.
        "BASH_DEFAULT_TIMEOUT_MS",
        "BASH_MAX_TIMEOUT_MS",
        "BASH_MAX_OUTPUT_LENGTH",
        "DISABLE_*",
        "MAX_THINKING_TOKENS",
        "MCP_*",
        "OTEL_*",
        # The way to the network.
        "ALL_PROXY",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "all_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
    )

    features: Features = Features(
        empty_box=r"^─{10,}\n❯\s*\n─{10,}(?![\s\S]*^❯)",  # noqa: RUF001 - its own prompt
        primes=True,
        reports=True,
        propels=True,
        guards=True,
        resumes=True,
        forks=True,
        names_conversations=True,
    )

    def launch(self, start: Start) -> Launch:
        """It begins with `start.prompt` at once; nothing of ours is written into the worktree."""
        if start.permission is Permission.UNATTENDED:
            refuse_root(os.geteuid(), os.environ)
        settings = start.folder / "settings.json"
        argv = ["claude", "--settings", str(settings)]
        argv += ["--resume" if start.resume else "--session-id", start.conversation]
        # A conversation with a name does not ask the model for a title.
        argv += ["--name", start.address, *PERMISSION_FLAGS[start.permission]]
        # With a space instead of `=` it would take all that follows for tools, the prompt too.
        argv += [f"--allowedTools={ALLOWED[start.permission]}"]
        argv += ["--model", start.model] if start.model else []
        argv += ["--", start.prompt] if start.prompt else []
        content = json.dumps(settings_of(start), indent=2) + "\n"
        return Launch(argv=argv, env=ENVIRONMENT, files={settings: content})

    def status(self, pid: int, env: Mapping[str, str], screen: Screen = unseen) -> Observed[AgentStatus]:  # noqa: ARG002
        """Absent also while a dialog of its start is open: it writes the file only behind those."""
        return read_status(claude_home.folder(env) / "sessions", pid)

    def version(self) -> Observed[str]:
        if shutil.which("claude") is None:
            return Absent()
        try:
            answer = run(["claude", "--version"], deadline=DEADLINE)
        except Unavailable as error:
            return Unknown(error.message)
        number = answer.out.partition(" ")[0].strip()
        return Present(number) if answer.status == 0 and number else Unknown("`claude --version` failed")

    def transcript(self, conversation: str, env: Mapping[str, str]) -> Path | None:
        found = sorted((claude_home.folder(env) / "projects").glob(f"*/{conversation}.jsonl"))
        return found[0] if found else None

    def usage(self, transcript: Path) -> Usage | None:
        return transcripts.usage(transcript)

    def fork(self, fork: Fork) -> Launch:
        """It reads the copy by its path. With a question it prints the answer and writes nothing at all."""
        settings = fork.scratch / "settings.json"
        argv = ["claude", "--settings", str(settings), "--strict-mcp-config", "--tools", ""]
        argv += ["--permission-mode", "default", *(["--model", fork.model] if fork.model else [])]
        argv += ["--resume", str(fork.transcript), "--fork-session"]
        if fork.question is not None:
            argv += ["--print", "--no-session-persistence", "--", fork.question]
        content = json.dumps({"disableAllHooks": True, **QUIET, **UNQUOTED}, indent=2) + "\n"
        return Launch(argv=argv, env=ENVIRONMENT, files={settings: content})


def settings_of(start: Start) -> Mapping[str, object]:
    """What `--settings` merges with the user's own settings."""
    accepted = (
        {"skipDangerousModePermissionPrompt": True} if start.permission is Permission.UNATTENDED else {}
    )
    return {**callback_settings(start.town, start.callbacks), **QUIET, **UNQUOTED, **accepted}


def refuse_root(uid: int, environment: Mapping[str, str]) -> None:
    """`Refused` where Claude Code itself would refuse and exit: as root outside a sandbox."""
    if uid == 0 and environment.get("IS_SANDBOX") != "1":
        raise Refused(
            "Claude Code does not run unattended as root",
            "start the town as another user, or choose --permissions edits; "
            "in a container of its own you may say IS_SANDBOX=1",
        )


def login(environment: Mapping[str, str]) -> Observed[str]:
    """How the user has logged in to Claude Code, in its own word; Absent without a login.

    Asks the CLI, which needs no network for it. Where it was never started it is not asked, since it would
    write its first files.
    """
    known = [name for name in LOGINS if environment.get(name)]
    if known:
        return Present(known[0])
    if not claude_home.configuration(environment).exists():
        return Absent()
    try:
        answer = json.loads(run(["claude", "auth", "status"], deadline=DEADLINE, env=environment).out)
        return Present(str(answer["authMethod"])) if answer["loggedIn"] else Absent()
    except Unavailable as error:
        return Unknown(error.message)
    except (ValueError, LookupError, TypeError):
        return Unknown("`claude auth status` said nothing that we understand")
