"""The ways to dispatch one site that `benchmarks/dispatch.py` measures side by side; each runs in a process of its own."""
