"""The scripts in a town's bin/: each starts this very installation, fast, whatever PATH holds."""

import json
import shlex
from collections.abc import Mapping, Sequence

_ENTRIES = {
    "gt": "gastown.cli.app import main as run",
    "bd": "gastown.cli.app import bd as run",
    "gt-callback": "gastown.callbacks.main import main as run",
}


def launchers(python: str, package_parent: str, site_packages: Sequence[str]) -> Mapping[str, str]:
    """The text of each launcher by its name.

    `python` is the interpreter of this installation, `package_parent` the folder that holds `gastown/`,
    `site_packages` the folders that hold what it depends on. Python starts without its site module and deaf
    to PYTHON* variables (`-IS`): a quarter faster, and nothing in an agent's project can change what runs.
    Garbage is not collected: most of these processes are gone before there is any; the others switch it on.
    """
    folders = list(dict.fromkeys([package_parent, *site_packages]))
    return {name: _script(python, folders, entry) for name, entry in _ENTRIES.items()}


def _script(python: str, folders: Sequence[str], entry: str) -> str:
    code = f"import gc, sys; gc.disable(); sys.path += {json.dumps(folders, ensure_ascii=False)}; from {entry}; run()"
    return f'#!/bin/sh\nexec {shlex.quote(python)} -IS -c {shlex.quote(code)} "$@"\n'
