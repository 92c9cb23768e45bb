"""Set Itemscape up and start it: `python3 launch.py`; the other commands: `python3 launch.py --help`.

Only the syntax that every Python reads is used here, so that one too old for the rest can still say so in a line.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Itemscape needs Python 3.11, 3.12 or 3.13, and this is Python %d.%d: install one of them "
        "(www.python.org/downloads, or your system's packages), then start this with it, as in `python3.12 launch.py`."
        % sys.version_info[:2]
    )

from launcher.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
