"""The numbers that describe a price zone's hours."""

from __future__ import annotations

from dataclasses import dataclass

ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True)
class PriceShape:
    """Hours of one zone; amplitudes and noises are of the logarithm of the price, hours are local standard time.

    A zone with its name, mean and source alone is a flat tariff.

    Attributes
    ----------
    mean_usd_per_mwh : mean over all years
    yearly_amplitude, yearly_peak_month : cosine over the year (1 is January)
    daily_amplitude, daily_peak_hour; half_daily_amplitude, half_daily_peak_hour : cosines over 24 and 12 hours
    weekend_factor : price on Saturday and Sunday against the week
    noise, noise_hours : standard deviation and memory of the fast noise
    slow_noise, slow_noise_days : the same of wet and dry, windy and calm spells
    grid, grid_share : grid whose fast noise the zone shares, and the share of its variance that is common
    station, cold_below_c, per_k_cold, hot_above_c, per_k_hot : the station that drives its load, and how
    spikes_per_year, spike_length_hours, spike_multiple, spike_spread, spike_months, spike_hours : scarcity events; median
        multiple of the mean, spread of its logarithm
    spike_clustering : how much likelier spikes are in a tight spell: chance x exp(clustering x slow noise in its deviations)
    surplus_days_share, surplus_hours, surplus_months, surplus_usd_per_mwh : share of the season's days with surplus, the
        hours and months, and the mean price in them
    floor_usd_per_mwh, cap_usd_per_mwh : limits of the market
    """

    name: str
    source: str
    mean_usd_per_mwh: float
    utc_offset_hours: float = 0.0
    yearly_amplitude: float = 0.0
    yearly_peak_month: float = 1.0
    daily_amplitude: float = 0.0
    daily_peak_hour: float = 18.0
    half_daily_amplitude: float = 0.0
    half_daily_peak_hour: float = 8.0
    weekend_factor: float = 1.0
    noise: float = 0.0
    noise_hours: float = 12.0
    slow_noise: float = 0.0
    slow_noise_days: float = 30.0
    grid: str = ""
    grid_share: float = 0.0
    station: str = ""
    cold_below_c: float = 0.0
    per_k_cold: float = 0.0
    hot_above_c: float = 24.0
    per_k_hot: float = 0.0
    spikes_per_year: float = 0.0
    spike_length_hours: float = 3.0
    spike_multiple: float = 4.0
    spike_spread: float = 0.8
    spike_clustering: float = 0.0
    spike_months: tuple[int, ...] = ALL_YEAR
    spike_hours: tuple[int, int] = (0, 24)
    surplus_days_share: float = 0.0
    surplus_hours: tuple[int, int] = (10, 16)
    surplus_months: tuple[int, ...] = ALL_YEAR
    surplus_usd_per_mwh: float = -5.0
    floor_usd_per_mwh: float = -500.0
    cap_usd_per_mwh: float = 5000.0
