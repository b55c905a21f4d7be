"""Write requirements.lock from pyproject.toml, or check without internet that it was written from this one."""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

LOCK = Path("requirements.lock")
OPTIONS = ("--universal", "--generate-hashes", "--all-extras", "--no-emit-index-url", "--no-emit-find-links")


def signature() -> str:
    """The command that writes the lock, with a digest of all it is made from; it stands in the lock's header."""
    document = tomllib.loads(Path("pyproject.toml").read_text())
    project = document["project"]
    made_from = [
        project["requires-python"],
        sorted(project["dependencies"]),
        {extra: sorted(names) for extra, names in project["optional-dependencies"].items()},
        sorted(document["build-system"]["requires"]),
    ]
    digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
    return f"make lock  # dependencies of pyproject.toml: sha256 {digest}"


def write(extra_options: list[str]) -> int:
    """Resolve again, keeping the versions already locked unless `--upgrade` is among the options."""
    uv = Path(sys.executable).with_name("uv")
    command: list[str | Path] = [
        uv,
        "pip",
        "compile",
        *OPTIONS,
        *extra_options,
        "--quiet",
        "-o",
        LOCK,
        "pyproject.toml",
    ]
    return subprocess.run(command, env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": signature()}).returncode


def check() -> int:
    if signature() in LOCK.read_text():
        return 0
    print(f"{LOCK} was not written from this pyproject.toml: run `make lock` and commit it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["--check"] else write(sys.argv[1:]))
