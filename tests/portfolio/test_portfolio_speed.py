"""Reading is quick, and needs no array library."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from repower.portfolio.reading import load
from small_portfolio import SMALL_YAML, write_small

TELLS = """
import sys, time
begin = time.process_time()
from repower.portfolio.reading import load
load(sys.argv[1])
import repower, repower.explanations, repower.portfolio.schema
print(time.process_time() - begin)
print(sorted({name.split(".")[0] for name in sys.modules} & {"numpy", "pandas", "xarray", "scipy", "highspy", "numba", "linopy"}))
"""


def long_portfolio() -> str:
    """Over 700 lines: 42 sites of 14 lines each beside the two."""
    start = SMALL_YAML.index("  - name: tydal")
    end = SMALL_YAML.index("capital:")
    site = "\n".join(
        line for line in re.sub(r"([,{]) (?=\w+:)", r"\1\n       ", SMALL_YAML[start:end]).split("\n") if line.strip()
    )
    more = "".join(site.replace("tydal", f"tydal-{number}") + "\n" for number in range(42))
    return SMALL_YAML[:end] + more + "\n" + SMALL_YAML[end:]


def test_a_long_file_is_read_in_the_time_of_a_blink(tmp_path):
    text = long_portfolio()
    assert text.count("\n") > 700
    folder = write_small(tmp_path, text)
    assert len(load(folder).sites) == 44
    results = []
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", TELLS, str(folder)], capture_output=True, text=True, check=True)
        seconds, loaded = run.stdout.split("\n")[:2]
        assert loaded == "[]"
        results.append(float(seconds))
    # Processor time over interpreter start; the bar is 0.3 s on an idle machine, with room for a busy one.
    assert min(results) < 0.5


@pytest.mark.parametrize("broken", [False, True])
def test_reading_many_mistakes_is_not_slow(tmp_path, broken):
    import time

    from repower.portfolio.reading import find_problems

    text = long_portfolio()
    if broken:
        text = text.replace("cooling: hydro", "cooling: hydo").replace("grid_mw: 10", "grid_mw: 10 kg")
    folder = write_small(tmp_path, text)
    begin = time.perf_counter()
    problems = find_problems(folder)
    assert time.perf_counter() - begin < 2.0
    assert len(problems) == (87 if broken else 0)
