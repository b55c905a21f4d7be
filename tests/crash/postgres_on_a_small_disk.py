"""PostgreSQL in a folder that is a small disk of its own, in a mount namespace that lives as long as this process.

    unshare --mount -- python -m tests.crash.postgres_on_a_small_disk FOLDER MEGABYTES

Says the URL. At each line on standard input it sees to it that PostgreSQL runs, and says the URL again.
"""

import subprocess
import sys
from itertools import chain
from pathlib import Path

from service.storage.embedded import EmbeddedPostgres


def main(folder, megabytes):
    options = f"size={megabytes}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small-disk", folder], check=True)  # noqa: S607
    handles = []
    for _ in chain([""], iter(sys.stdin.readline, "")):
        handles.append(EmbeddedPostgres.start(Path(folder), durable=True))
        sys.stdout.write(handles[-1].url + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
