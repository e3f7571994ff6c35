"""Addresses of repositories: which ones can be, what folders they name, and what may be told of them."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gastown.errors import Invalid

_USER_PART = re.compile(r"([\w+.-]+://)([^/\s]+)@")
_SECRET_PART = re.compile(
    r"([?&][\w.-]*(?:token|secret|password|passwd|key|auth)[\w.-]*=)[^&#\s'\"]+", re.IGNORECASE
)


def masked(text: str) -> str:
    """`text` with the passwords and tokens of every URL in it hidden."""
    return _SECRET_PART.sub(r"\1***", _USER_PART.sub(_masked_user, text))


def _masked_user(found: re.Match[str]) -> str:
    scheme, user = found.groups()
    plain = scheme.lower().endswith("ssh://") and ":" not in user
    return found[0] if plain else f"{scheme}***@"


def has_credentials(url: str) -> bool:
    """Whether a password or token stands in the address itself."""
    return masked(url) != url


def check_url(url: str) -> None:
    """Raise Invalid for what cannot be a repository's address."""
    if not url.strip() or url.startswith("-") or any(ord(letter) < 32 for letter in url):  # noqa: PLR2004 - control characters
        raise Invalid(f"{masked(url)!r} is not the address of a repository", "give a URL or a path")
    if "::" in url.partition("/")[0]:
        raise Invalid(f"{masked(url)!r} names a helper program, not a repository", "give a URL or a path")


def path_of(url: str) -> Path | None:
    """The folder that `url` names on this computer; None for everything else."""
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    if "://" in url or re.match(r"[^/]+:", url):
        return None
    return Path(url)


def whole(url: str) -> str:
    """A path in full, so that it means the same from everywhere; an address as it is."""
    path = path_of(url)
    if path is None or "://" in url:
        return url
    try:
        return str(path.expanduser().absolute())
    except RuntimeError:  # the home of somebody whom nobody knows
        return str(path.absolute())
