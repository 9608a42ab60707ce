"""The study: when it starts, what must fall into it, how its shocks hang together."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.customers import Lease
from repower.portfolio.finding import Finding
from repower.portfolio.naming import did_you_mean
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio

FACTORS = ("bitcoin", "gpu", "power")


def check_start(portfolio: Portfolio) -> Iterator[Finding]:
    """The study starts with a quarter."""
    start = portfolio.start
    if start.month not in (1, 4, 7, 10):
        first = start + -((start.month - 1) % 3)
        message = f"{start} is not the first month of a quarter, and plans are made by quarter"
        yield Finding("P211", ("start",), message, f"write {first} or {first + 3}")


def check_last_start(portfolio: Portfolio) -> Iterator[Finding]:
    """Works start within the study."""
    horizon, month = portfolio.horizon, portfolio.policy.last_start
    if not horizon.start <= month < horizon.end:
        message = f"{month} is outside the study ({horizon.start} to {horizon.end + -1})"
        yield Finding("P216", ("policy", "last_start"), message, "works start in the study; choose a month of it")


def check_minimum_mining(portfolio: Portfolio) -> Iterator[Finding]:
    """The mining rule ends within the study."""
    horizon, month = portfolio.horizon, portfolio.policy.minimum_mining_until
    if month is not None and not horizon.start <= month < horizon.end:
        message = f"{month} is outside the study ({horizon.start} to {horizon.end + -1})"
        yield Finding("P221", ("policy", "minimum_mining_until"), message, "choose a month of the study, or leave the line out")


def check_renewal(portfolio: Portfolio) -> Iterator[Finding]:
    """The rule of renewal has a machine to renew with."""
    policy = portfolio.policy
    if policy.renewal_payback_months is not None and policy.refresh_miner is None:
        message = "the rule would renew nothing, because no refresh_miner is named"
        yield Finding(
            "P239", ("policy", "renewal_payback_months"), message, "name a machine as refresh_miner, or leave the rule out"
        )


# ---- correlations -------------------------------------------------------------------------------------------------


def check_factors(portfolio: Portfolio) -> Iterator[Finding]:
    """Correlations are between factors that there are."""
    for position, correlation in enumerate(portfolio.markets.correlations):
        path = ("markets", "correlations", position, "between")
        for side, factor in enumerate(correlation.between):
            if factor not in FACTORS:
                yield Finding("P217", (*path, side), f"{factor} is no factor", did_you_mean(factor, FACTORS, "factors"))


def check_pairs(portfolio: Portfolio) -> Iterator[Finding]:
    """Correlations are between two different factors, each pair once."""
    pairs: list[frozenset[str]] = []
    for position, correlation in enumerate(portfolio.markets.correlations):
        path = ("markets", "correlations", position, "between")
        pair = frozenset(correlation.between)
        if len(pair) == 1:
            yield Finding("P217", path, "a factor with itself has correlation 1", f"name two of {', '.join(FACTORS)}")
        elif pair in pairs:
            yield Finding("P217", path, f"{' and '.join(sorted(pair))} stand here for the second time", "keep one of the two")
        pairs.append(pair)


def check_matrix(portfolio: Portfolio) -> Iterator[Finding]:
    """A 3x3 correlation matrix is positive semidefinite when its determinant is not negative (its 2x2 minors are not)."""
    values = {frozenset(item.between): item.value for item in portfolio.markets.correlations}
    if any(not pair <= set(FACTORS) or len(pair) != 2 for pair in values) or len(values) != len(portfolio.markets.correlations):
        return
    bitcoin_gpu, gpu_power, bitcoin_power = (
        values.get(frozenset(pair), 0.0) for pair in (("bitcoin", "gpu"), ("gpu", "power"), ("bitcoin", "power"))
    )
    determinant = 1 - bitcoin_gpu**2 - gpu_power**2 - bitcoin_power**2 + 2 * bitcoin_gpu * gpu_power * bitcoin_power
    if determinant < -1e-12:
        message = (
            f"no shocks can be correlated like this: bitcoin-gpu {bitcoin_gpu:g}, gpu-power {gpu_power:g}, "
            f"bitcoin-power {bitcoin_power:g} contradict one another (those not named are 0)"
        )
        hint = "two factors that both follow a third also follow each other; bring the values nearer to 0, or name all three"
        yield Finding("P218", ("markets", "correlations"), message, hint)


OF_PORTFOLIO = (check_start, check_last_start, check_minimum_mining, check_renewal, check_factors, check_pairs, check_matrix)

# ---- leases -------------------------------------------------------------------------------------------------------


def check_lease_window(_: Portfolio, lease: Lease, path: FilePath) -> Iterator[Finding]:
    """The window of handover is not reversed."""
    if lease.from_ > lease.until:
        message = f"the last month of handover, {lease.until}, is before the first, {lease.from_}"
        yield Finding(
            "P210", (*path, "until"), message, "until is the last month of handover, not the end of the term; correct one"
        )


def check_lease_in_study(portfolio: Portfolio, lease: Lease, path: FilePath) -> Iterator[Finding]:
    """The window of handover touches the study."""
    horizon = portfolio.horizon
    if lease.until < horizon.start:
        message = f"halls had to be handed over by {lease.until}, before the study starts ({horizon.start})"
        yield Finding("P224", (*path, "until"), message, "correct the month, or remove the offer")
    elif lease.from_ >= horizon.end:
        message = f"halls are handed over from {lease.from_}, after the study's last month ({horizon.end + -1})"
        yield Finding("P224", (*path, "from"), message, "correct the month, lengthen years, or remove the offer")


OF_LEASE = (check_lease_window, check_lease_in_study)
