"""Where the data people edit lies: roles, prompts, formulas and runtimes, as this installation carries them."""

from pathlib import Path

from gastown.errors import NotFound

KINDS = ("formulas", "prompts", "roles", "runtimes")
"""The folders that are shipped."""

OURS = frozenset({"runtimes"})
"""Those that lie in the package itself; the others lie at the top of the repository."""

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_data"


def path(kind: str, name: str) -> Path:
    """Find the file `name` of `kind`: in the checkout when it is one, else as the wheel brought it."""
    if name in names(kind):
        return _folder(kind) / name
    raise NotFound(f"no {name} among our {kind}", f"there are: {', '.join(names(kind)) or 'none'}")


def read(kind: str, name: str) -> str:
    """Read the text of what `path` finds."""
    return path(kind, name).read_text(encoding="utf-8")


def names(kind: str) -> tuple[str, ...]:
    """List the file names of `kind`, sorted."""
    folder = _folder(kind)
    if not folder.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".")))


def _folder(kind: str) -> Path:
    if kind not in KINDS:
        raise NotFound(f"no such kind of asset: {kind}", f"there are: {', '.join(KINDS)}")
    if kind in OURS:
        return _PACKAGE / kind
    return (_SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent) / kind
