"""What is installed is what is here: version, data, types, entry point, licence."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import repower

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What a folder of the package may hold beside Python; anything else in the tree is a by-product.
DATA = {".yaml", ".csv", ".parquet", ".html", ".css", ".js", ".svg", ".json", ".typed", ".md"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as hatchling packs it, without a network."""
    build = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed; .ci/run packs the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = build.WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


def test_version_is_said_once() -> None:
    assert importlib.metadata.version("repower") == PROJECT["version"]
    assert getattr(repower, "__version__", PROJECT["version"]) == PROJECT["version"]


def test_wheel_holds_all_modules_and_data(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    wanted = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "repower").rglob("*")
        if path.suffix in {".py", *DATA} and path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= packed
    assert "repower/py.typed" in packed


def test_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    strange = [
        entry
        for entry in wheel.namelist()
        if not entry.startswith("repower-") and not (entry.startswith("repower/") and Path(entry).suffix in {".py", *DATA})
    ]
    assert not strange


def test_wheel_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    (entry,) = [entry for entry in wheel.namelist() if entry.endswith("licenses/LICENSE")]
    text = wheel.read(entry).decode()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_program_starts() -> None:
    program = Path(sysconfig.get_path("scripts")) / "repower"
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("demo", "new", "check", "explain", "schema", "run"):
        assert command in done.stdout


def test_the_package_imports_nothing_that_it_does_not_require() -> None:
    """Every third-party library that the source imports is among the run-time dependencies."""
    provides = importlib.metadata.packages_distributions()
    required = {Requirement(text).name.lower().replace("_", "-") for text in PROJECT["dependencies"]}
    imported: set[str] = set()
    for path in (ROOT / "src" / "repower").rglob("*.py"):
        imported |= _imports(path)
    missing = {
        module
        for module in imported - set(sys.stdlib_module_names) - {"repower"}
        if not {name.lower().replace("_", "-") for name in provides.get(module, [module])} & required
    }
    # pydantic-core is the half of pydantic in which its custom errors live; the two are released as one.
    assert missing - {"pydantic_core"} == set()


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found
