"""Bitcoin calibrated on its own days: `calibrate_bitcoin(days, first, last, score_until)`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from repower.scenarios.calibration.bitcoin_fees import FeeFit, calibrate_fees
from repower.scenarios.calibration.bitcoin_history import MonthlyHistory, read_days
from repower.scenarios.calibration.bitcoin_network import NetworkCalibration, calibrate_network
from repower.scenarios.calibration.bitcoin_price import PriceCalibration, calibrate_price


@dataclass(frozen=True)
class BitcoinCalibration:
    """All that a table and a chart need.

    first, last, score_until : the days.  price : models of the price, best AIC first, with their scores.  fees : without and
    with spikes.  network : the world's machines against history, and forecasts of hashprice beside simpler models.
    """

    first: str
    last: str
    score_until: str
    price: PriceCalibration
    fees: tuple[FeeFit, ...]
    network: NetworkCalibration

    @property
    def months(self) -> MonthlyHistory:
        """The history by month."""
        return self.network.months

    def parameters(self) -> dict[str, float]:
        """What was fitted, as fields of `markets.bitcoin`; there is no drift among them."""
        return {**self.price.parameters(), **self.fees[-1].parameters(), **self.network.parameters()}


def calibrate_bitcoin(days: pd.DataFrame, first: str, last: str, score_until: str, *, seed: int = 1) -> BitcoinCalibration:
    """Fit price, fees and network on the days from `first` to `last`, and score them on those until `score_until`.

    Parameters
    ----------
    days : one row a day: date, price_usd, hashrate_ths, fees_btc, issuance_btc, blocks.
    first, last, score_until : ISO dates; whole months, and at least four years to fit on, make sense.
    seed : of the simulated forecasts that are scored; the fits do not depend on it.

    Raises
    ------
    InputError : days that cannot be used (code S350).
    """
    history = read_days(days, first, last, score_until)
    price, fees = calibrate_price(history, seed), calibrate_fees(history.months())
    network = calibrate_network(history.months(), {**price.parameters(), **fees[-1].parameters()}, seed)
    return BitcoinCalibration(first, last, score_until, price, fees, network)
