"""The pinned Codex in tests: a home in which it talks to the pretend model alone, and its environment."""

import json
import os
from pathlib import Path


def prepare_home(home: Path, model: str) -> Path:
    """Make `home` that of someone who has told Codex which model to use, and nothing else."""
    (home / ".codex").mkdir()
    (home / ".codex" / "config.toml").write_text(
        f"""model = "pretend"
model_provider = "loopback"

[model_providers.loopback]
name = "loopback"
base_url = {json.dumps(f"{model}/v1")}
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false
""",
        encoding="utf-8",
    )
    (home / "tmp").mkdir()
    return home


def environment(home: Path, program: Path) -> dict[str, str]:
    """What a user of Codex has set; PATH has `codex` first, then the system's."""
    place = home / "codex-bin"
    place.mkdir()
    (place / "codex").symlink_to(program)
    return {
        "OPENAI_API_KEY": "nobody",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([str(place), os.environ["PATH"]]),
        "SHELL": "/bin/bash",
        "TMPDIR": str(home / "tmp"),
    }
