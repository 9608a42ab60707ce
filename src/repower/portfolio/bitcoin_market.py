"""Bitcoin at the start of the study, and how uncertain its path is.

Drifts are judgements, never fits; what is fitted are spreads, memories and frequencies. A low, a base and a high view that can
be argued for (K):

- price_drift_rate -0.05, 0.0, 0.10. Nothing that is known today makes the median grow or fall; the 78 % a year of 2016-2021 (in
  logarithms) are those of a new money's first years.
- machine_gain_rate 0.15, 0.10, 0.05 (a high gain is the low case for hashprice). Newest machines gained 15 % a year from 2020
  (29.5 J/TH) to 2026 (10.9), and more before; what chips still have before them is less.
- fee_drift_rate -0.10, 0.0, 0.10. Fees fell from about 0.3 BTC a block in 2016-2021 to 0.03-0.06 in 2026, and rose tenfold for
  weeks whenever the chain was used for something new.
"""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import EhPerS, JPerTh, Months, Rate, Share, UsdPerBtc, UsdPerMwh


class Bitcoin(Model):
    """Bitcoin at the start, and its path: hashprice follows from price, network, fees and halvings."""

    price_usd: UsdPerBtc = fact("price at the start", gt=0, le=1e8)
    network_eh_per_s: EhPerS = fact("network hashrate at the start", gt=0, le=1e6)
    fee_share: Share = fact(
        "transaction fees as a share of the block subsidy, at the start; their level in BTC is what fees return to, so the share "
        "doubles with every halving",
        default=0.01,
        ge=0,
        source="R 0.5-2 % in 2026",
    )
    pool_fee_rate: Share = fact("what the pool keeps", default=0.01, ge=0, lt=1, source="K 0.5-2 %")

    # ---- price
    price_drift_rate: Rate = fact("yearly growth of the median price: a judgement", default=0.0, gt=-1)
    price_volatility_rate: Rate = fact(
        "yearly volatility of the price in the long run, of all its parts together",
        default=0.6,
        ge=0,
        source="D between 0.73 (days of 2016-2021), 0.55 (2022-2023) and K 0.4-0.6 since",
    )
    price_turbulence_factor: float = fact(
        "how many times as volatile the price is in turbulent months as in calm ones, jumps aside",
        default=3.4,
        ge=1,
        le=20,
        source="D fitted on the days of 2016-2021 by two states by the month with jumps",
    )
    price_turbulent_share: Share = fact(
        "share of months that are turbulent", default=0.47, gt=0, lt=1, source="D fitted as the factor of turbulence"
    )
    price_turbulent_months: float = fact(
        "mean months that turbulence lasts", default=4.9, ge=1, le=240, source="D fitted as the factor of turbulence"
    )
    price_jump_variance_share: Share = fact(
        "share of the long-run variance that comes in jumps; 0 is without jumps",
        default=0.59,
        ge=0,
        le=1,
        source="D fitted as the factor of turbulence; jumps of 4.3 % in the mean, up as often as down",
    )
    price_jumps_per_year: float = fact(
        "jumps in a year: the fewer, the larger each",
        default=173.0,
        gt=0,
        le=1000,
        source="D fitted as the factor of turbulence: news of a day, not crashes",
    )

    # ---- fees
    fee_drift_rate: Rate = fact("yearly growth of the level of fees in BTC: a judgement", default=0.0, gt=-1)
    fee_volatility_rate: Rate = fact(
        "yearly volatility of the logarithm of fees in BTC",
        default=1.25,
        ge=0,
        source="D fitted on the months of 2016-2023: a logarithm that returns, with spikes",
    )
    fee_reversion_months: Months = fact(
        "months in which two thirds of a deviation of fees die away",
        default=12,
        gt=0,
        source="D fitted as the volatility of fees",
    )
    fee_spikes_per_year: float = fact(
        "months in a year in which fees are lifted for that month alone",
        default=1.7,
        ge=0,
        le=12,
        source="D fitted as the volatility of fees; 2016-2021 alone gives 0.7",
    )
    fee_spike_mean: float = fact(
        "mean size of such a lift, in logarithms: 0.6 is a factor of 1.8", default=0.61, ge=0, le=3, source="D as its frequency"
    )

    # ---- the world's machines
    network_volatility_rate: Rate = fact(
        "yearly volatility of what the network does beside price and machines: bans, shortages, other uses of power",
        default=0.34,
        ge=0,
        source="D error of the fleet's rules on the months of 2016-2021, China's ban included",
    )
    network_reversion_months: Months = fact(
        "months in which two thirds of that die away", default=22, gt=0, source="D fitted as its volatility"
    )
    newest_j_per_th: JPerTh = fact(
        "efficiency of the machines that are delivered at the start",
        default=11.0,
        gt=0,
        source="R* Antminer S23: 11, SealMiner A4 Pro: 10.9",
    )
    fleet_j_per_th: JPerTh = fact(
        "mean efficiency of the machines that stand in the world at the start",
        default=19.0,
        gt=0,
        source="K 18-20 J/TH in 2026; makes 12 % of what stands lose money at 37 USD/PH/day, where 15-20 % was reported",
    )
    machine_gain_rate: Rate = fact(
        "yearly fall of the newest machines' J/TH: a judgement; see the head of the module for a low and a high view",
        default=0.10,
        ge=0,
        lt=1,
        source="K below the 15 % a year of 2020-2026 (D 29.5 to 10.9 J/TH)",
    )
    machine_gain_spread: Rate = fact(
        "standard deviation of that yearly fall over scenarios, one draw for each",
        default=0.03,
        ge=0,
        le=0.2,
        source="K judgement",
    )
    miner_power_usd_per_mwh: UsdPerMwh = fact(
        "what the world's miners pay for power and running cost: the median",
        default=50.0,
        gt=0,
        le=500,
        source="K 40-60 USD/MWh",
    )
    miner_power_growth_rate: Rate = fact("yearly rise of that: a judgement", default=0.02, gt=-1)
    miner_power_spread: float = fact(
        "standard deviation of its logarithm over miners: how smoothly machines switch off",
        default=0.3,
        gt=0,
        le=2,
        source="K half of all between 41 and 61 USD/MWh",
    )
    machine_payback_months: Months = fact(
        "months of its margin over power that a new machine is worth",
        default=15,
        gt=0,
        source="D offers of 28-30 J/TH in 2021-22 and Luxor's index: 14.7 months of the margin followed with three months' lag",
    )
    machine_made_usd_per_watt: float = fact(
        "price per watt of a machine below which none is made: its cost",
        default=0.53,
        gt=0,
        le=100,
        source="D fitted on the network of 2016-2021, given the payback; list prices of 2025-26 begin at 0.62 USD/W",
    )
    machine_order_share: Share = fact(
        "new machines ordered in a month, in MW per MW running, for each time that their worth is above their cost once more",
        default=0.0103,
        gt=0,
        le=1,
        source="D fitted on the network of 2016-2021",
    )
    machine_most_gw_per_year: float = fact(
        "gigawatts of machines that the world can make, ship and plug in in a year, at the very most",
        default=21.0,
        gt=0,
        le=1000,
        source="D fitted on the network of 2016-2021, weakly: orders came near it in 2018 only",
    )
    machine_delivery_months: Months = fact("months from order to running", default=3, gt=0, le=24, source="K 2-4 months")
    machine_life_months: Months = fact(
        "months until the world's machines are scrapped", default=72, ge=12, le=180, source="K five to seven years in practice"
    )
    machine_resale_share: Share = fact(
        "share of what a used machine is worth that is left after taking it out, shipping it and the dealer; 0 sells none",
        default=0.7,
        ge=0,
        le=1,
        source="K judgement",
    )
