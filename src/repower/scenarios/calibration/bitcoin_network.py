"""The world's machines against history: rules fitted on some months, scored on later ones, beside two simpler models.

Driven by the real price, subsidy and fees (a conditional history), and as a forecast of hashprice whose price and fees are drawn
too (an unconditional one, from every month on). The simpler models: a network that follows revenue with a lag, and a lognormal
walk of hashprice itself.

Three numbers are fitted to log network: the share ordered, the most made in a year, the cost of a machine per watt. The others
are as in the portfolio's defaults. The ban in China (network -38 % from May to July 2021, back by December) is in the data and
not in the model, and falls into the months that are fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from repower.horizon import Month
from repower.markets.bitcoin import hashprice
from repower.markets.miner_fleet import FleetPaths, FleetRules, run_fleet
from repower.portfolio import Bitcoin
from repower.scenarios import bitcoin_fees, bitcoin_price
from repower.scenarios.calibration.bitcoin_history import MonthlyHistory
from repower.scenarios.calibration.bitcoin_machines import vintages
from repower.scenarios.calibration.bitcoin_scores import HorizonScore, score_horizon
from repower.scenarios.draws import Draws
from repower.scenarios.network import fleet_rules, network_surprise
from repower.scenarios.reverting import growth, kept

Floats = NDArray[np.float64]

#: Months ahead that are scored.
HORIZONS = (1, 6, 12, 24)
#: Paths of a forecast from one month.
PATHS = 1000


@dataclass(frozen=True)
class LaggedNetwork:
    """A network that grows by a drift and follows a share of every change of revenue with a lag."""

    drift_rate: float
    response_share: float
    lag_months: float

    def path(self, start: float, price_usd: Floats, subsidy_btc: Floats) -> Floats:
        """Network [S, M] from price [S, M] and subsidy [M]."""
        revenue = price_usd * subsidy_btc
        target = self.response_share * np.log(revenue / revenue[:, :1])
        step = 1.0 - kept(self.lag_months)
        followed = np.zeros_like(target)
        for month in range(1, target.shape[1]):
            followed[:, month] = followed[:, month - 1] + step * (target[:, month] - followed[:, month - 1])
        return np.asarray(start * growth(self.drift_rate, target.shape[1]) * np.exp(followed))


@dataclass(frozen=True)
class SurpriseFit:
    """What the fleet's rules did not know: a logarithm that returns to zero, by least squares of one month ahead.

    kept_share : of it after a month.  spread : of a month's shock.  months : fitted on.
    """

    kept_share: float
    spread: float
    months: int

    @property
    def volatility_rate(self) -> float:
        return float(self.spread * np.sqrt(12.0))

    @property
    def reversion_months(self) -> float:
        return float(np.log(1.0 / 3.0) / np.log(self.kept_share))


@dataclass(frozen=True)
class NetworkHistory:
    """A model driven by the real price, against the real network.

    path : [M] EH/s.  fitted_error, later_error : root mean square of its log error, over the months fitted and the later ones.
    later_bias : mean log error later. Errors of log hashprice are the same with the opposite sign, as price and fees are real.
    """

    name: str
    path: Floats
    fitted_error: float
    later_error: float
    later_bias: float


@dataclass(frozen=True)
class HashpriceScore:
    """Forecasts of log hashprice by one model, by months ahead."""

    name: str
    horizons: tuple[HorizonScore, ...]


@dataclass(frozen=True)
class NetworkCalibration:
    """rules : fitted.  histories : by model, the fleet first.  later : forecasts from months after the fit; earlier : from months
    within it (from its third year on, rules fitted on them too, so only the shape of the bands is tested).  months : the history.
    """

    rules: FleetRules
    surprise: SurpriseFit
    lagged: LaggedNetwork
    histories: tuple[NetworkHistory, ...]
    later: tuple[HashpriceScore, ...]
    earlier: tuple[HashpriceScore, ...]
    months: MonthlyHistory

    def parameters(self) -> dict[str, float]:
        """Fields of `markets.bitcoin` by name."""
        return {
            "machine_order_share": self.rules.order_share,
            "machine_most_gw_per_year": self.rules.most_gw_per_year,
            "machine_made_usd_per_watt": self.rules.made_usd_per_watt,
            "network_volatility_rate": self.surprise.volatility_rate,
            "network_reversion_months": self.surprise.reversion_months,
        }


def calibrate_network(months: MonthlyHistory, parameters: dict[str, float], seed: int = 1) -> NetworkCalibration:
    """Fit the rules and score the models; `parameters` are the fitted ones of price and fees, by the portfolio's names."""
    bitcoin = Bitcoin(price_usd=1.0, network_eh_per_s=1.0).model_copy(update=parameters)
    rules = fit_rules(months, fleet_rules(bitcoin))
    plain, fitted = LaggedNetwork(0.05, 0.7, 12.0), fit_lagged(months)
    path = fleet_history(months, rules).network_eh_per_s[0]
    surprise = fit_surprise(np.log(months.network_eh_per_s / path)[: months.fitted])
    noise = {
        "network_volatility_rate": surprise.volatility_rate,
        "network_reversion_months": max(1, round(surprise.reversion_months)),
    }
    bitcoin = bitcoin.model_copy(update={"price_drift_rate": 0.0, **noise})
    start = months.network_eh_per_s[0]
    histories = (
        _against("fleet of vintages", path, months),
        _against("lagged response", plain.path(start, months.price_usd[None], months.subsidy_btc)[0], months),
        _against("lagged response, fitted", fitted.path(start, months.price_usd[None], months.subsidy_btc)[0], months),
    )
    later, earlier = (
        _forecasts(months, bitcoin, rules, plain, fitted, seed, origins)
        for origins in (range(months.fitted - 1, len(months.labels) - 1), range(24, months.fitted - 1))
    )
    return NetworkCalibration(rules, surprise, fitted, histories, later, earlier, months)


def fleet_history(months: MonthlyHistory, rules: FleetRules) -> FleetPaths:
    """The fleet driven by the real price, subsidy and fees, [1, M], with the machines of the day."""
    efficiency = vintages(_year(months.labels[0]), rules.past_vintages, rules.vintages(len(months.labels)))
    return run_fleet(
        rules,
        months.price_usd[None],
        months.subsidy_btc,
        months.fee_share[None],
        months.network_eh_per_s[0],
        efficiency,
        np.zeros((1, len(months.labels))),
    )


def fit_rules(months: MonthlyHistory, rules: FleetRules) -> FleetRules:
    """Least squares of log network on the months to fit, over three numbers."""

    def told(free: Floats) -> FleetRules:
        share, most, made = (float(value) for value in np.exp(free))
        return replace(rules, order_share=share, most_gw_per_year=most, made_usd_per_watt=made)

    known = np.log(months.network_eh_per_s[: months.fitted])

    def loss(free: Floats) -> float:
        if np.abs(free).max() > 10.0:
            return 1e6
        path = np.log(fleet_history(months, told(free)).network_eh_per_s[0, : months.fitted])
        return float(np.mean((path - known) ** 2))

    start = np.log([rules.order_share, rules.most_gw_per_year, rules.made_usd_per_watt])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-8, "maxiter": 2000})
    return told(found.x)


def fit_surprise(error: Floats) -> SurpriseFit:
    """The process of what the rules did not know, from its history [M]."""
    before, after = error[:-1], error[1:]
    share = float(np.clip(before @ after / (before @ before), 0.05, 0.99))
    return SurpriseFit(share, float((after - share * before).std()), len(error))


def fit_lagged(months: MonthlyHistory) -> LaggedNetwork:
    """Least squares of log network on the months to fit, over drift, response and lag."""

    def told(free: Floats) -> LaggedNetwork:
        return LaggedNetwork(float(np.expm1(free[0])), float(1.0 / (1.0 + np.exp(-free[1]))), float(np.exp(free[2])))

    known = np.log(months.network_eh_per_s[: months.fitted])
    price, subsidy = months.price_usd[None, : months.fitted], months.subsidy_btc[: months.fitted]

    def loss(free: Floats) -> float:
        if np.abs(free).max() > 10.0:
            return 1e6
        return float(np.mean((np.log(told(free).path(months.network_eh_per_s[0], price, subsidy)[0]) - known) ** 2))

    found = minimize(loss, [0.5, 0.0, 2.5], method="Nelder-Mead", options={"maxiter": 2000})
    return told(found.x)


def _against(name: str, path: Floats, months: MonthlyHistory) -> NetworkHistory:
    error = np.log(path / months.network_eh_per_s)
    fitted, later = error[: months.fitted], error[months.fitted :]
    return NetworkHistory(name, path, _root(fitted), _root(later), float(later.mean()))


def _root(error: Floats) -> float:
    return float(np.sqrt(np.mean(error**2)))


def _year(label: str) -> float:
    month = Month.parse(label)
    return month.year + (month.month - 1) / 12.0


def _forecasts(
    months: MonthlyHistory,
    bitcoin: Bitcoin,
    rules: FleetRules,
    plain: LaggedNetwork,
    fitted: LaggedNetwork,
    seed: int,
    origins: range,
) -> tuple[HashpriceScore, ...]:
    """Forecasts of log hashprice from every origin by all models; price and fees are drawn alike for the first three."""
    real = np.log(months.hashprice)
    changes = np.diff(real[: months.fitted])
    names = ("fleet of vintages", "lagged response", "lagged response, fitted", "lognormal, no drift", "lognormal, fitted drift")
    samples: dict[tuple[str, int], list[Floats]] = {(name, ahead): [] for name in names for ahead in HORIZONS}
    came: dict[int, list[float]] = {ahead: [] for ahead in HORIZONS}
    noise = np.random.default_rng(seed).standard_normal(PATHS)
    for origin in origins:
        reach = [ahead for ahead in HORIZONS if origin + ahead < len(real)]
        if not reach:
            continue
        last = max(reach) + 1
        subsidy = months.subsidy_btc[origin : origin + last]
        start = {
            "price_usd": float(months.price_usd[origin]),
            "network_eh_per_s": float(months.network_eh_per_s[origin]),
            "fee_share": float(months.fee_share[origin]),
        }
        now = bitcoin.model_copy(update=start)
        draws = Draws(seed, PATHS, last)
        price, fees = bitcoin_price.draw(now, draws), bitcoin_fees.draw(now, subsidy, draws)
        networks = (
            _fleet_from(months.labels[origin], rules, now, price, subsidy, fees, network_surprise(now, draws)),
            plain.path(now.network_eh_per_s, price, subsidy),
            fitted.path(now.network_eh_per_s, price, subsidy),
        )
        for ahead in reach:
            came[ahead].append(float(real[origin + ahead]))
            for name, network in zip(names, networks, strict=False):
                value = hashprice(price[:, ahead], network[:, ahead], subsidy[ahead], fees[:, ahead])
                samples[name, ahead].append(np.log(value))
            walk = real[origin] + changes.std() * np.sqrt(ahead) * noise
            samples["lognormal, no drift", ahead].append(walk)
            samples["lognormal, fitted drift", ahead].append(walk + changes.mean() * ahead)
    even = np.full(PATHS, 1.0 / PATHS)
    return tuple(
        HashpriceScore(
            name,
            tuple(
                score_horizon(ahead, samples[name, ahead], [even] * len(came[ahead]), np.array(came[ahead]))
                for ahead in HORIZONS
                if came[ahead]
            ),
        )
        for name in names
    )


def _fleet_from(
    label: str,
    rules: FleetRules,
    bitcoin: Bitcoin,
    price_usd: Floats,
    subsidy_btc: Floats,
    fee_share: Floats,
    surprise: Floats,
) -> Floats:
    """Network [S, M] of a fleet that begins in a month as a study does: past machines of equal MW, later ones by the trend."""
    year = _year(label)
    count = rules.vintages(price_usd.shape[1])
    efficiency = np.broadcast_to(vintages(year, rules.past_vintages, count, known_at=year), (len(price_usd), count))
    return run_fleet(rules, price_usd, subsidy_btc, fee_share, bitcoin.network_eh_per_s, efficiency, surprise).network_eh_per_s
