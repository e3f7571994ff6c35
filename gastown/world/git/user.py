"""Who the human is, as their own git configuration says."""

import getpass
import socket
from pathlib import Path

from gastown.world.git.command import answer


def user_identity() -> tuple[str, str]:
    """Name and e-mail of the human; what the computer knows where git was told nothing."""
    name, email = _configured("user.name"), _configured("user.email")
    login = getpass.getuser()
    return name or login, email or f"{login}@{socket.gethostname()}"


def _configured(key: str) -> str:
    asked = answer(Path.home(), "config", "--get", key)
    return asked.out.strip() if asked.status == 0 else ""
