"""How late connections come, by region and stage, and how long permits and substations take: the program's own table.

Delays are months beyond the date that a portfolio states for a step, of steps that come; `never_share` is the share that does
not. Nobody publishes these distributions: what is reported are sizes of queues, years in them, and single projects that
slipped. The quantiles are judgements that such reports leave room for, each marked with its confidence. A portfolio may
say otherwise for a region and stage (`markets.time_to_power`) or for a step (`sites[].connection[]`).

Energised is not in the table: such a step is there when the study starts.

Left out: size of the request (a queue may be longer for more MW), the date at which it was made, partial energisation, and any
change of the rules after the start of the study (see `repower.scenarios.regulation` for those).
"""

from __future__ import annotations

from dataclasses import dataclass

from repower.portfolio import Portfolio, Powered, QueueRegion, Site, Source, Spread, TimeToPower, WaitingStage


@dataclass(frozen=True)
class Duration:
    """Months that one in ten, half and nine in ten do not exceed, and how sure that is."""

    months: Spread
    source: Source


@dataclass(frozen=True)
class Stage:
    """Steps of one region and stage: delay beyond the date of those that come, and the share that never does."""

    delay: Duration
    never_share: float
    never_source: Source


@dataclass(frozen=True)
class Land:
    """What a step on empty land needs in a region: permits, then the review; and a substation after both and the agreement."""

    permits: Duration
    review: Duration
    substation: Duration


@dataclass(frozen=True)
class Wait:
    """What one connection step waits for, its own view, its portfolio's and the table put together."""

    delay: Spread
    never_share: float
    permits: Spread
    review: Spread
    substation: Spread


def _months(p10: int, p50: int, p90: int) -> Spread:
    return Spread(p10_months=p10, p50_months=p50, p90_months=p90)


def _stage(delay: tuple[int, int, int], source: str, never_share: float, never_source: str) -> Stage:
    return Stage(Duration(_months(*delay), _source(source)), never_share, _source(never_source))


def _source(text: str) -> Source:
    confidence, words = text.split(" ", 1)
    return Source(confidence, words)


_SLIPS = "D slips of announced projects: 3-9 months per building (TeraWulf), 6-12 (Meridian); first and last by judgement"
_FEW_LOST = "A a signed agreement is rarely lost; nothing reported"
_MANY_LOST = "K most requested MW leave a queue; fewer of those whose owner holds land and has paid for studies"
_NO_REPORT = "A nothing reported; as in the United States, with more doubt"

#: Delay (P10, P50, P90) and share that never comes, by region and stage.
STAGES: dict[tuple[QueueRegion, WaitingStage], Stage] = {
    ("ercot", "contracted"): _stage((0, 3, 12), _SLIPS, 0.03, "A the audit of 2026 spares signed agreements as far as known"),
    ("ercot", "in_queue"): _stage(
        (4, 20, 54),
        "D first batch paused in Aug 2026, audit due Dec 2026, transmission plan due autumn 2027 (R); the rest is judgement",
        0.35,
        "A 438 GW ask where the peak is about 85-92 GW (R), about 100 GW are studied first (R); a mine's extension fares better",
    ),
    ("us", "contracted"): _stage((0, 4, 14), _SLIPS, 0.03, _FEW_LOST),
    ("us", "in_queue"): _stage(
        (3, 18, 48),
        "D 2-7 years in the queue, 50 months for 1 GW (R*), less the two to three years that stated dates allow",
        0.3,
        _MANY_LOST,
    ),
    ("bc_hydro", "contracted"): _stage((0, 6, 18), "K judgement", 0.03, _FEW_LOST),
    ("bc_hydro", "in_queue"): _stage(
        (6, 24, 54),
        "D a competition every two years (R): who loses one waits for the next",
        0.5,
        "A 400 MW for AI and data centres in two years (R); how much competes was not found",
    ),
    ("alberta", "contracted"): _stage((0, 4, 14), "A as in the United States", 0.03, _FEW_LOST),
    ("alberta", "in_queue"): _stage(
        (3, 18, 42), "K own generation brings a track of its own (R), its duration is judgement", 0.3, _MANY_LOST
    ),
    ("norway", "contracted"): _stage((0, 6, 24), "K new lines take many years; judgement", 0.05, _FEW_LOST),
    ("norway", "in_queue"): _stage(
        (6, 30, 72), "K new lines take many years; judgement", 0.35, "A mines not wanted, data centres register (R)"
    ),
    ("bhutan", "contracted"): _stage((0, 6, 24), _NO_REPORT, 0.05, _NO_REPORT),
    ("bhutan", "in_queue"): _stage((6, 18, 48), _NO_REPORT, 0.25, _NO_REPORT),
    ("ethiopia", "contracted"): _stage((1, 9, 36), _NO_REPORT, 0.1, "A no new permits for mines since 2025 (R); judgement"),
    ("ethiopia", "in_queue"): _stage((6, 24, 72), _NO_REPORT, 0.6, "A no new permits for mines since 2025 (R); judgement"),
    ("malaysia", "contracted"): _stage((0, 3, 12), "K a utility that is used to data centres; judgement", 0.03, _FEW_LOST),
    ("malaysia", "in_queue"): _stage((3, 12, 36), "K a utility that is used to data centres; judgement", 0.3, _MANY_LOST),
    ("singapore", "contracted"): _stage((0, 3, 12), "K judgement", 0.03, _FEW_LOST),
    ("singapore", "in_queue"): _stage(
        (6, 24, 60), "K capacity is allotted by calls; judgement", 0.5, "K capacity is allotted by calls; judgement"
    ),
    ("other", "contracted"): _stage((0, 6, 24), _NO_REPORT, 0.05, _NO_REPORT),
    ("other", "in_queue"): _stage((6, 24, 60), _NO_REPORT, 0.35, _NO_REPORT),
}

_SUBSTATION = Duration(
    _months(14, 28, 48),
    _source("D large transformers: 60-120 weeks, 128 on average, 48-60 months quoted for new orders in Jun 2026 (R)"),
)


def _land(permits: tuple[int, int, int], review: tuple[int, int, int], words: str) -> Land:
    source = _source(f"K {words}; judgement")
    return Land(Duration(_months(*permits), source), Duration(_months(*review), source), _SUBSTATION)


#: Permits and review (P10, P50, P90) by region; months from the application, and months after the permits.
LAND: dict[QueueRegion, Land] = {
    "ercot": _land((2, 5, 12), (2, 6, 15), "little zoning outside towns; air permits, screening of large loads"),
    "us": _land((3, 8, 20), (3, 9, 24), "zoning by county; state air and water permits"),
    "bc_hydro": _land((4, 10, 24), (4, 12, 30), "municipal permits; consultation of First Nations"),
    "alberta": _land((3, 8, 18), (3, 9, 24), "municipal permits; the utilities commission for own generation"),
    "norway": _land((4, 12, 30), (3, 12, 36), "municipal plan; registration of data centres (R), licence for lines"),
    "bhutan": _land((2, 8, 24), (2, 8, 24), "little known"),
    "ethiopia": _land((3, 12, 48), (3, 12, 36), "no new permits for mines since 2025 (R)"),
    "malaysia": _land((2, 6, 15), (2, 6, 15), "state committees for data centres"),
    "singapore": _land((4, 9, 24), (3, 9, 24), "energy efficiency is part of the allotment"),
    "other": _land((4, 12, 30), (4, 12, 30), "little known"),
}


def wait_of(portfolio: Portfolio, site: Site, step: Powered) -> Wait:
    """What a step that is not energised waits for: as it says itself, else its portfolio for its region, else the table.

    Raises ValueError for an energised step, which waits for nothing.
    """
    if step.status == "energised":
        raise ValueError(f"the step of {site.name} from {step.month} is energised; it waits for nothing")
    stage, land = STAGES[site.region, step.status], LAND[site.region]
    named = (view for view in portfolio.markets.time_to_power if (view.region, view.stage) == (site.region, step.status))
    own = next(named, TimeToPower(region=site.region, stage=step.status))
    never = [share for share in (step.never_share, own.never_share) if share is not None]
    return Wait(
        delay=step.delay or own.delay or stage.delay.months,
        never_share=never[0] if never else stage.never_share,
        permits=own.permits or land.permits.months,
        review=own.review or land.review.months,
        substation=own.substation or land.substation.months,
    )
