"""What a machine can hold of the way this house is built."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "repower"
MODULES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))
HEAVY = ("numpy", "pandas", "xarray", "linopy", "numba", "scipy", "highspy", "pyarrow")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def project_files() -> list[Path]:
    """What is in the repository, or would be: git knows; without git, everything that is not made by a tool."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
        paths = [ROOT / entry for entry in listed if entry]
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", "site", "dist", "demo", "__pycache__", ".git"}
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(part in made or (part.startswith(".") and part != ".ci") for part in path.relative_to(ROOT).parts[:-1])
        ]
    return sorted(path for path in paths if path.is_file())


def loaded_by(statement: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after `statement`."""
    program = f"import sys; {statement}; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_imports_go_along_the_flow() -> None:
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    if not program.exists():
        pytest.skip("import-linter is not installed; `make test` brings it")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place_in_the_flow() -> None:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = set(re.findall(r"\w+", " ".join(layers)))
    assert {room.name for room in ROOMS} <= placed


@pytest.mark.parametrize("module", ["repower", "repower.portfolio", "repower.portfolio.reading"])
def test_reading_a_portfolio_needs_no_array_library(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def test_the_probe_for_heavy_libraries_sees_them() -> None:
    assert "numpy" in loaded_by("import numpy")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{name(path)} has {lines} lines: it is more than one phenomenon"


def test_no_room_for_odds_and_ends() -> None:
    unwanted = {"util", "utils", "core", "common", "commons", "helper", "helpers", "base", "manager", "managers", "misc", "tools"}
    found = [name(path) for path in [*MODULES, *ROOMS] if path.stem.strip("_") in unwanted]
    assert not found, f"a helper belongs beside its only user, or is a concept with a name: {found}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_everything_public_says_what_it_is(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module) or not module.body, f"{name(path)} has no docstring"
    silent = [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, f"{name(path)}: no docstring: {', '.join(silent)}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_it_leaves_out(room: Path) -> None:
    text = ast.get_docstring(tree(room / "__init__.py")) or ""
    assert re.search(r"\b(left|leaves) out\b", text, re.IGNORECASE), (
        f"the docstring of {name(room)}/__init__.py must have a paragraph that begins 'Left out so far:'"
    )


def solves(node: ast.AST) -> bool:
    """A call that solves an optimisation problem beside our one door: linopy's `solve`, or SciPy's HiGHS."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "scipy.optimize" and bool({alias.name for alias in node.names} & {"milp", "linprog"})
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = ast.unparse(node.func.value)
    return node.func.attr in {"milp", "linprog"} or (
        node.func.attr == "solve" and not owner.endswith(("linalg", "solver", "solving"))
    )


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path != SOURCE / "solver.py" and SOURCE / "solver" not in path.parents], ids=name
)
def test_only_the_solver_solves(path: Path) -> None:
    calls = [node.lineno for node in ast.walk(tree(path)) if solves(node)]
    assert not calls, f"{name(path)} solves by itself in line {calls}; call repower.solver"


# A path under one of these is somebody's machine; the path of a link and a relative path are not.
ROOTS = ("home", "Users", "root", "work", "workspace", "opt", "mnt", "tmp", "private", "builds")
MACHINE = re.compile(rf"(?<![\w.~:/}})-])/(?:{'|'.join(ROOTS)})/[\w.$-]")
# Written in parts, so that this file does not name one either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("crates", "io"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("jfrog", "io"),
    )
]
REGISTRY = re.compile(rf"\b(?:{'|'.join(map(re.escape, HOSTS))})\b|--(?:extra-)?index-url|\bartifactory\b|\bnexus\.\w+\.\w+")


def test_no_path_of_a_machine_and_no_registry_in_the_project() -> None:
    found = []
    for path in project_files():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE.search(line) or REGISTRY.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)


def test_no_by_products_in_the_project() -> None:
    made = {".whl", ".gz", ".zip", ".pyc", ".nbi", ".nbc", ".so", ".egg-info"}
    assert not [name(path) for path in project_files() if path.suffix in made]


def test_the_patterns_for_machines_and_registries_bite() -> None:
    assert MACHINE.search("open('/home/ann/prices.csv')")
    assert MACHINE.search("see /Users/ann/x")
    assert not MACHINE.search("https://example.com/mnt/7 and docs/home/index.md and /usr/bin/chromium")
    assert REGISTRY.search("pip install --index-url x")
    assert all(REGISTRY.search(f"https://{host}/simple") for host in HOSTS)
    assert not REGISTRY.search("the pump pypi of nexus")


def test_no_link_leaves_the_machine_from_what_we_ship() -> None:
    """The package's own pages and templates load nothing from elsewhere (links for people to click are fine)."""
    loads = re.compile(
        r"""(?:src|srcset|data-src)\s*=\s*["']?https?://|<link[^>]+href\s*=\s*["']?https?://|@import|url\(\s*["']?https?://"""
    )
    found = [
        name(path)
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".html", ".css", ".js", ".svg", ".j2", ".jinja"}
        and loads.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"a page of ours would ask another machine: {found}"
