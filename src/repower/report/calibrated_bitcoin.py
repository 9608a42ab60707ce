"""The calibration of a bitcoin as it is told: models of the price, fees, the world's machines, and hashprice foretold."""

from __future__ import annotations

import math

import numpy as np
from pydantic import ValidationError

from repower.portfolio import Bitcoin
from repower.report.calibrated import (
    NEAR,
    Table,
    Told,
    against,
    band_sentence,
    field_lines,
    in_months,
    number,
    pit_bars,
    share,
    source,
)
from repower.scenarios.calibration.bitcoin_calibration import BitcoinCalibration
from repower.scenarios.calibration.bitcoin_network import HashpriceScore
from repower.scenarios.calibration.bitcoin_price import CHOSEN, PriceScore
from repower.scenarios.calibration.bitcoin_scores import HorizonScore
from repower.scenarios.calibration.ranges import Ranges

#: Fields that a portfolio has as whole months.
_MONTHS = ("fee_reversion_months", "network_reversion_months")
_PLAIN = "geometric walk"
_FLEET = "fleet of vintages"


def tell_bitcoin(found: BitcoinCalibration, file: str, ranges: Ranges) -> Told:
    """Tables, verdict and fields of a fit; `file` is where its days came from."""
    price, months = found.price, found.months
    fields, refused = portfolio_fields(found.parameters())
    about = (
        f"{price.days_fitted:,} daily returns fitted, {ranges}; {price.days_scored:,} scored, until {ranges.score_until}",
        f"{months.fitted} months of fees and network fitted, {len(months.labels) - months.fitted} scored",
    )
    return Told(
        "bitcoin",
        file,
        ranges,
        about,
        (
            _parameters(found.parameters()),
            _models(price.scores),
            *_horizons(price.scores),
            _fees(found),
            _histories(found),
            *_hashprice("Hashprice foretold from months after the fit", found.network.later),
            *_hashprice("Hashprice foretold from months within the fit: only the bands are tested", found.network.earlier),
        ),
        (*_price_verdict(found), *_fee_verdict(found), *_network_verdict(found), *refused),
        snippet(fields, source(file, ranges)),
        fields,
        found,
    )


def portfolio_fields(parameters: dict[str, float]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Fitted numbers as a portfolio takes them, and a sentence for each that it would refuse and that is left out."""
    fields: dict[str, float] = {}
    refused = []
    for name, value in parameters.items():
        asked = max(1, round(value)) if name in _MONTHS else float(value)
        try:
            Bitcoin.model_validate({"price_usd": 1.0, "network_eh_per_s": 1.0, name: asked})
        except ValidationError:
            refused.append(f"{name} came out as {number(value)}, which no portfolio takes: it is left out of the fields.")
        else:
            fields[name] = asked
    return fields, tuple(refused)


def snippet(fields: dict[str, float], comment: str) -> str:
    """The fields below `markets: bitcoin:`, each with its source; there is no drift among them."""
    return "\n".join(["markets:", "  bitcoin:", *field_lines(fields, 4, comment)])


def _parameters(parameters: dict[str, float]) -> Table:
    facts = Bitcoin.model_fields
    rows = []
    for name, value in parameters.items():
        rows.append((name, number(value), number(float(facts[name].default))))
    return Table("Fitted fields (the fits give no standard errors)", ("", "fitted", "default"), tuple(rows))


def _models(scores: tuple[PriceScore, ...]) -> Table:
    best = scores[0].fitted.aic
    rows = []
    for score in scores:
        fit = score.fitted
        jumps = number(365.25 * fit.jumps_per_day) if fit.jumps_per_day else "-"
        rows.append(
            (
                fit.model.name,
                str(fit.model.free),
                f"{fit.aic:,.1f}",
                f"{fit.aic - best:,.1f}",
                f"{score.later_log_score:.4f}",
                f"{fit.volatility_rate:.3f}",
                " / ".join(f"{math.sqrt(365.25) * spread:.2f}" for spread in fit.daily_spread),
                jumps,
            )
        )
    heads = ("", "free", "AIC", "above best", "later log score a day", "volatility", "of each state", "jumps a year")
    return Table("Models of the price", heads, tuple(rows), frozenset({0, 6}))


def _horizons(scores: tuple[PriceScore, ...]) -> tuple[Table, ...]:
    """By months ahead: every model's CRPS, and bands and places of the chosen one."""
    chosen = next(score for score in scores if score.fitted.model.name == CHOSEN)
    ahead = [score.months for score in chosen.horizons]
    if not ahead:
        return ()
    rows = [(s.fitted.model.name, *(f"{h.crps:.4f}" for h in s.horizons)) for s in scores]
    heads = ("", *(f"{months} mo" for months in ahead))
    return (
        Table("CRPS of later log price, months ahead", heads, tuple(rows)),
        _bands(f"Bands of the price by {CHOSEN}", chosen.horizons),
    )


def _bands(title: str, horizons: tuple[HorizonScore, ...]) -> Table:
    rows = [
        (
            f"{in_months(h.months)} ahead",
            str(h.origins),
            f"{h.crps:.4f}",
            share(h.coverage_50),
            share(h.coverage_90),
            share(float(np.expm1(h.bias))),
            pit_bars(h.pit),
        )
        for h in horizons
    ]
    heads = ("", "forecasts", "CRPS", "inside 50 %", "inside 90 %", "came above median", "PIT 0 to 1")
    return Table(title, heads, tuple(rows), frozenset({0, 6}))


def _fees(found: BitcoinCalibration) -> Table:
    rows = [
        (
            fit.name,
            str(fit.free),
            f"{fit.aic:.1f}",
            f"{fit.later_log_score:.3f}",
            f"{fit.level_btc:.3f}",
            f"{fit.spread * math.sqrt(12):.2f}",
            f"{12 * fit.spike_chance:.2f}",
            share(_inside(fit.pit, 0.5)),
            share(_inside(fit.pit, 0.9)),
            pit_bars(fit.pit),
        )
        for fit in found.fees
    ]
    heads = (
        "",
        "free",
        "AIC",
        "later log score",
        "level, BTC",
        "volatility",
        "spikes a year",
        "in 50 %",
        "in 90 %",
        "PIT 0 to 1",
    )
    return Table("Models of fees, a month ahead", heads, tuple(rows), frozenset({0, 9}))


def _inside(pit: np.ndarray, band: float) -> float:
    return float((np.abs(pit - 0.5) <= band / 2).mean()) if len(pit) else math.nan


def _histories(found: BitcoinCalibration) -> Table:
    rows = [
        (h.name, f"{h.fitted_error:.3f}", f"{h.later_error:.3f}", share(float(np.expm1(h.later_bias))))
        for h in found.network.histories
    ]
    heads = ("", "error of log, fitted", "later", "later, above the real one by")
    return Table("Network, driven by the real price", heads, tuple(rows))


def _hashprice(title: str, scores: tuple[HashpriceScore, ...]) -> tuple[Table, ...]:
    if not scores or not scores[0].horizons:
        return ()
    ahead = [h.months for h in scores[0].horizons]
    rows = [(score.name, *(f"{h.crps:.3f}" for h in score.horizons)) for score in scores]
    return (
        Table(f"{title}; CRPS of its logarithm", ("", *(f"{months} mo" for months in ahead)), tuple(rows)),
        _bands(f"Its bands by {scores[0].name}", scores[0].horizons),
    )


def _price_verdict(found: BitcoinCalibration) -> list[str]:
    price = found.price
    best, chosen = price.scores[0], price.score(CHOSEN)
    taken_off = f"The mean return of the fitted days, {share(price.mean_return_rate)} a year in logarithms, was taken off"
    said = [f"{taken_off} and is not used: no drift is fitted, and none is among the fields."]
    if best is chosen:
        said.append(f"By AIC the best model of the price is the one that scenarios use: {CHOSEN}.")
    else:
        said.append(
            f"By AIC the best model of the price is {best.fitted.model.name}; scenarios use {CHOSEN} because they move by the "
            f"month, {chosen.fitted.aic - best.fitted.aic:.0f} above it."
        )
    plain = price.score(_PLAIN)
    gained = chosen.later_log_score - plain.later_log_score
    words = f"Its log score of a later day is {gained:+.3f} against a {_PLAIN}"
    if chosen.horizons:
        last, theirs = chosen.horizons[-1], plain.horizons[-1]
        words += f"; {last.months} months ahead its CRPS is {against(last.crps, theirs.crps, f'the {_PLAIN}')}"
    said.append(f"{words}.")
    said += [band_sentence("the price", h.months, h.coverage_90, h.origins) for h in chosen.horizons]
    return [sentence for sentence in said if sentence]


def _fee_verdict(found: BitcoinCalibration) -> list[str]:
    calm, spiking = found.fees
    by_aic = "better" if spiking.aic < calm.aic else "worse"
    later = "better" if spiking.later_log_score > calm.later_log_score else "worse"
    words = (
        f"Fees with spikes, which scenarios use, are {by_aic} by AIC ({spiking.aic - calm.aic:+.1f}) and {later} on later months "
        f"({spiking.later_log_score - calm.later_log_score:+.3f} a month) than without."
    )
    if spiking.pit.size:
        words += " " + band_sentence("fees", 1, _inside(spiking.pit, 0.9), len(spiking.pit))
    return [words]


def _network_verdict(found: BitcoinCalibration) -> list[str]:
    fleet, *others = found.network.histories
    rival = min(others, key=lambda history: history.later_error)
    off = f"off by {share(float(np.expm1(fleet.later_error)))} on later months"
    compared = against(fleet.later_error, rival.later_error, f"the {rival.name}")
    said = [f"Driven by the real price, the network of the {_FLEET} is {off}, {compared}."]
    later = found.network.later
    for place, horizon in enumerate(later[0].horizons):
        rival_score = min(later[1:], key=lambda score: score.horizons[place].crps)
        rival_crps = rival_score.horizons[place].crps
        bias = float(np.expm1(horizon.bias))
        compared = against(horizon.crps, rival_crps, f"the best of the simpler ones ({rival_score.name})")
        said.append(
            f"Hashprice {in_months(horizon.months)} ahead: CRPS {compared}; it came {share(abs(bias))} "
            f"{'below' if bias < 0 else 'above'} the median forecast. "
            + band_sentence("hashprice", horizon.months, horizon.coverage_90, horizon.origins)
        )
    said += [
        band_sentence("hashprice", horizon.months, horizon.coverage_90, horizon.origins, which="fitted (not later)")
        for horizon in found.network.earlier[0].horizons
        if abs(horizon.coverage_90 - 0.9) > NEAR
    ]
    return [sentence.strip() for sentence in said if sentence]
