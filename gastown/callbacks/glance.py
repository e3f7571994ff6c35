"""The first glance at a tool's call: most of them can be let through without being read."""

WORDS = (
    *(
        "push",
        "send-pack",
        "stash",
        "worktree",
        "branch",
        "update-ref",
        "reflog",
        "prune",
        "-C",
        "--git-dir",
        "cd ",
    ),
    *(
        "hookspath",
        "hooksPath",
        "pushurl",
        "set-url",
        "tmux",
        "GIT_DIR",
        "rm ",
        "mv ",
        "rmdir",
        "-delete",
        "unlink",
    ),
    *(
        "..",
        "/polecats/",
        "/crew/",
        "/dogs/",
        "/queue",
        ".rescued",
        "GT_",
        ".toml",
        "gastown.db",
        "ledger.git",
    ),
    *("repo.git", "file_path", "notebook_path"),
)
"""A call whose text has none of these harms nobody."""


def worth_a_look(said: str) -> bool:
    """Whether the guard is to read this report of a tool."""
    return any(word in said for word in WORDS)
