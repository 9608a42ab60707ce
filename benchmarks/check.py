"""How long `repower check` takes: `python benchmarks/check.py`.

Whole processes, as a person at a terminal waits for them: the bundled reference portfolio with its series, against an
interpreter that does nothing, in turn, so that a busy machine is unfair to both. The median of nine counts; the bar is half
a second. A process of its own says that no array library was loaded on the way.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from repower.study.demo import write_portfolio

BAR_S = 0.5
HEAVY = ("numpy", "pandas", "xarray", "scipy", "numba", "linopy", "highspy", "pyarrow", "h5py")

LOADED = f"""
import sys
from repower.cli import main
main(["check", sys.argv[1]], standalone_mode=False)
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({HEAVY!r})), file=sys.stderr)
"""


def seconds(*command: str) -> float:
    """Wall-clock of one process that must succeed."""
    since = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - since


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--smoke", action="store_true", help="two runs: does it run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        portfolio = str(write_portfolio(Path(folder) / "reference", "reference"))
        ways = {"bare interpreter": ("-c", "pass"), "repower check": ("-m", "repower", "check", portfolio)}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(2 if asked.smoke else asked.runs):
            for name, command in ways.items():
                times[name].append(seconds(*command))
        loaded = subprocess.run(
            [sys.executable, "-c", LOADED, portfolio], check=True, capture_output=True, text=True
        ).stderr.split()
    for name, measured in times.items():
        print(
            f"{name:18} median {statistics.median(measured):.3f} s   least {min(measured):.3f} s   of {len(measured)} processes"
        )
    taken = statistics.median(times["repower check"])
    print(f"bar {BAR_S} s: {'met' if taken <= BAR_S else 'MISSED'}; array libraries loaded: {', '.join(loaded) or 'none'}")
    if loaded or (taken > BAR_S and not asked.smoke):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
