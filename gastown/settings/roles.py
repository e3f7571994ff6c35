"""roles/*.toml: what each role is told."""

import tomllib
from dataclasses import dataclass

from gastown import assets
from gastown.errors import Invalid


@dataclass(frozen=True, slots=True)
class Role:
    """One role as data."""

    name: str
    prompt: str
    """The text of its prompt file, its variables not yet filled in."""
    first_words: str
    """What is typed to the agent at its start; its start callback brings the rest."""
    formula: str = ""
    """Whose steps lead it through a bead; empty: it finds its own way."""


def read(name: str) -> Role:
    """Read the role called `name`. Raises NotFound or Invalid."""
    try:
        values = tomllib.loads(assets.read("roles", f"{name}.toml"))
        prompt, first_words = assets.read("prompts", str(values["prompt"])), str(values["first_words"])
        return Role(name, prompt, first_words, formula=str(values.get("formula", "")))
    except (tomllib.TOMLDecodeError, KeyError) as broken:
        raise Invalid(f"roles/{name}.toml: {broken}", "mend that file") from broken
