"""Runs the supervisor of the town named on the command line until it is told to stop."""

import sys
from pathlib import Path

from gastown.supervisor.daemon import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
