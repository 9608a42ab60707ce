"""The study: when it starts, what must fall into it."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.customers import Lease
from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio


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


OF_PORTFOLIO = (check_start, check_last_start, check_minimum_mining, check_renewal)

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
