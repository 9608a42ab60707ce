"""`python -m repower` is the program `repower`."""

from repower.cli import main

main(prog_name="repower")
