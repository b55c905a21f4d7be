"""Facts about the house that no linter checks: sizes, what the domain stands on, the lock, the image, the commands."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "service").rglob("*.py"))
DOMAIN_STANDS_ON = {"holidays", "phonenumbers", "service", "stdnum", "vacances_scolaires_france"}


def name(module: Path) -> str:
    return str(module.relative_to(ROOT))


def text(file: str) -> str:
    return (ROOT / file).read_text()


def lines(function: ast.stmt) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_is_short_and_opens_with_one_sentence(module):
    docstring = ast.get_docstring(ast.parse(module.read_text())) or ""
    assert re.fullmatch(r".+\.", docstring.split("\n\n")[0], re.DOTALL), "what lives here, in one sentence?"
    assert len(module.read_text().splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_function_is_short(module):
    nodes = ast.walk(ast.parse(module.read_text()))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {f.name: lines(f) for f in functions if lines(f) > 30} == {}


@pytest.mark.parametrize("module", sorted((ROOT / "service" / "domain").rglob("*.py")), ids=name)
def test_the_domain_stands_on_the_standard_library_and_a_few_pure_ones(module):
    nodes = list(ast.walk(ast.parse(module.read_text())))
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    assert {path.split(".")[0] for path in imported} <= DOMAIN_STANDS_ON | sys.stdlib_module_names


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_no_middleware_costs_more_than_a_whole_call(module):
    """Starlette's base class makes a task and a stream of every request: pure ASGI is asked of all."""
    assert re.search(r"BaseHTTPMiddleware|\.middleware\(\s*[\"']http", module.read_text()) is None


def test_the_lock_pins_every_package_by_hash_and_names_no_place():
    lock = text("requirements.lock")
    pinned = re.findall(r"^[\w.\[\]-]+==\S+(?: ; .+)? \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[^\s#]", lock, re.MULTILINE)) > 50
    assert re.findall(r"\w+://|--\w*(?:index|find-links)|(?<![\w.])/\w+", lock) == []


def test_the_lock_was_written_from_this_pyproject():
    subprocess.run([sys.executable, "scripts/lock.py", "--check"], cwd=ROOT, check=True)


def test_every_command_of_the_makefile_is_listed_with_what_it_does():
    makefile = text("Makefile")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets is not None
    assert re.findall(r"^(\w+):.* ## \S", makefile, re.MULTILINE) == targets[1].split()


def test_the_image_is_built_from_the_lock_alone_and_runs_as_nobody_special():
    instructions = text("Dockerfile").replace("\\\n", " ")
    assert set(re.findall(r"^FROM (\S+)", instructions, re.MULTILINE)) == {"python:3.11-slim"}
    installs = re.findall(r"pip install (.+?)(?: &&|$)", instructions, re.MULTILINE)
    assert all(re.search(r"requirements\.lock|--no-deps dist/", install) for install in installs)
    last_stage = instructions.split("FROM ")[-1]
    assert re.search(r"^USER (?!root)", last_stage, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*/healthz", last_stage, re.MULTILINE)
    assert "EXPOSE 8000" in last_stage


def test_the_image_is_given_all_that_the_wheel_is_made_of():
    wheel = tomllib.loads(text("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    for folder in wheel["packages"]:
        assert f"!{folder}" in text(".dockerignore").splitlines()
        assert f"COPY {folder} ./{folder}" in text("Dockerfile")
