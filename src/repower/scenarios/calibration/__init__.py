"""FITTED ON HISTORY: what volatility, jumps, reversion and dependence the past shows; drifts are never fitted."""
