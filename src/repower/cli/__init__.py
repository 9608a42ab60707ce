"""One thin command per function of the Python API.

Data go to stdout, talk and progress to stderr. Exit codes: 0 fine, 1 a result that fails a check, 2 the user's input, 3 a
fault of ours. Left out: commands of rooms that do not exist yet.
"""

from repower.cli.main import main

__all__ = ["main"]
