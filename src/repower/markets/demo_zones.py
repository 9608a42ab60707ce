"""The price zones of the demo: every number with its source and confidence.

R reported, D derived, K general knowledge that nobody has verified, A assumed for illustration; a shape number without a
letter is A, set so that the moments come near the markets named in `source`. Currencies at about 1.1 USD/EUR, 0.73 USD/SGD
and 0.73 USD/CAD (K). The levels are near what was reported or is thought true of each place; the hours are invented by
`repower.markets.synthetic`.

Tariffs in truth, not markets: `bhutan` (sale by the state's utility), `ethiopia` (the utility's dollar tariff for miners),
`tva_knoxville` (a wholesale tariff through a local distributor, with mild seasons) and `malaysia` (an industrial tariff with
hours of use). Their shapes have little or no noise. `midc_chelan` stands for a public utility's tariff that follows the
Mid-Columbia market.
"""

from __future__ import annotations

from repower.markets.price_shape import PriceShape

ZONES = (
    PriceShape(
        name="ercot_south",
        # R: a large miner's net cost was 31 (2022), 21 (2023), 34 (2024) USD/MWh; D: hub average day-ahead 21.8 in 2020,
        # 28.1 in 2024. Chosen between.
        mean_usd_per_mwh=33.0,
        source="level R/D, shape D from ERCOT hub average: day-ahead 2020-2024 without February 2021, real-time 2024",
        utc_offset_hours=-6.0,
        yearly_amplitude=0.10,  # D: August 1.3, February to April 0.8; the rest comes with the heat
        yearly_peak_month=8.0,
        daily_amplitude=0.40,  # D: 0.65 before dawn against 1.9-2.4 at 18:00-19:00 in 2024
        daily_peak_hour=17.5,
        half_daily_amplitude=0.26,  # D: morning bump at 6:00-7:00
        half_daily_peak_hour=18.5,
        weekend_factor=0.92,  # D 0.87-0.94
        noise=0.22,  # D: standard deviation of the logarithm 0.5-0.7 in all
        noise_hours=14.0,
        slow_noise=0.40,  # D: with its days, correlation of 0.66-0.80 from day to day
        slow_noise_days=9.0,
        station="rockdale_tx",
        cold_below_c=4.0,  # K
        per_k_cold=0.10,  # K
        hot_above_c=28.0,  # K
        per_k_hot=0.12,  # K
        spikes_per_year=140.0,  # D: 1.5-3.4 % of hours above four medians, in 47-111 runs; events begun, which may be small
        spike_length_hours=2.5,
        spike_multiple=3.5,
        spike_spread=1.0,  # D: maximum of 40-90 means in a year
        spike_clustering=1.3,
        spike_months=(1, 2, 5, 6, 7, 8, 9),  # D
        spike_hours=(15, 21),  # D
        surplus_days_share=0.16,  # D: 2.3 % negative hours at the hub in real time in 2024; K: more in the west
        surplus_hours=(10, 16),
        surplus_months=(2, 3, 4, 5, 10, 11),  # K: wind and sun in mild months
        surplus_usd_per_mwh=-4.0,  # D: minimum -32 at the hub in 2024
        cap_usd_per_mwh=5000.0,  # K: system-wide offer cap since 2022
        floor_usd_per_mwh=-250.0,  # K
    ),
    PriceShape(
        name="pjm_aep",
        mean_usd_per_mwh=50.0,  # K: 50-70 in Ohio with rising capacity; D: real-time mean 51 in Dominion 2020-2022
        source="level K, shape D from PJM Dominion real-time 2020-2022 as proxy",
        utc_offset_hours=-5.0,
        yearly_amplitude=0.05,  # D
        yearly_peak_month=8.0,
        daily_amplitude=0.33,  # D: 0.66 at 2:00 against 1.38 at 16:00
        daily_peak_hour=16.0,
        half_daily_amplitude=0.10,
        half_daily_peak_hour=18.0,
        weekend_factor=0.87,  # D
        noise=0.30,
        noise_hours=4.0,  # D: correlation of 0.66-0.88 from hour to hour in real time
        slow_noise=0.38,
        slow_noise_days=18.0,
        grid="eastern",
        grid_share=0.5,  # A
        station="ohio",
        cold_below_c=0.0,  # K
        per_k_cold=0.05,
        hot_above_c=22.0,  # K
        per_k_hot=0.06,
        spikes_per_year=240.0,  # D: 1.3-3.8 % of a year's hours above four of its medians, in 97-136 runs
        spike_length_hours=1.7,
        spike_multiple=3.4,
        spike_spread=0.6,
        spike_clustering=1.2,
        spike_months=(1, 5, 6, 7, 8, 9, 12),  # D
        spike_hours=(12, 20),  # D
        surplus_days_share=0.004,  # D: 0.03 % negative hours
        surplus_months=(4, 5, 10),
        cap_usd_per_mwh=3700.0,  # K
    ),
    PriceShape(
        name="tva_knoxville",
        mean_usd_per_mwh=46.0,  # K, near R: an operator's blended 41-43 in 2023-2024
        source="level K; a tariff in truth, mild seasonal and time-of-use differences K",
        utc_offset_hours=-5.0,
        yearly_amplitude=0.05,
        yearly_peak_month=7.5,
        daily_amplitude=0.08,
        daily_peak_hour=16.0,
        noise=0.02,
        noise_hours=4.0,
        slow_noise=0.02,
        slow_noise_days=18.0,
        grid="eastern",
        grid_share=0.5,
    ),
    PriceShape(
        name="nordpool_no3",
        mean_usd_per_mwh=30.0,  # K: 20-45 spot; D: 32.3 EUR in 2013-2018, 41.1 in 2021, 20.9 in 2025
        source="level K/D, shape D from Nord Pool NO3 2013-2018, 2021 and 2025",
        utc_offset_hours=1.0,
        yearly_amplitude=0.15,  # D: 0.07 in 2013-2018, more in 2021 and 2025
        yearly_peak_month=12.0,
        daily_amplitude=0.13,  # D: 0.84 at 2:00, 1.10 at 8:00
        daily_peak_hour=13.0,
        half_daily_amplitude=0.10,  # D: peaks at 8:00 and 18:00
        half_daily_peak_hour=7.5,
        weekend_factor=0.88,  # D 0.73-0.90
        noise=0.10,
        noise_hours=20.0,  # D: correlation of 0.97 from hour to hour
        slow_noise=0.26,  # D: reservoirs; standard deviation 0.17-0.37 of the mean in 2013-2018, 0.66 in 2021, 1.1 in 2025
        slow_noise_days=30.0,
        grid="nordic",
        grid_share=0.7,
        station="trondheim_no",
        cold_below_c=-3.0,  # K
        per_k_cold=0.03,
        spikes_per_year=2.0,  # D: 0-0.1 % of hours above four medians in 2013-2018, 0.9 % in 2021
        spike_length_hours=4.0,
        spike_multiple=3.5,
        spike_spread=0.4,
        spike_months=(1, 2, 11, 12),
        spike_hours=(7, 20),
        surplus_days_share=0.02,  # D: 0 % negative hours in 2013-2018, 1.0 % in 2025
        surplus_hours=(0, 7),
        surplus_months=(5, 6, 7, 8, 9),
        surplus_usd_per_mwh=-1.0,
        cap_usd_per_mwh=4000.0,  # K
    ),
    PriceShape(
        name="midc_chelan",
        mean_usd_per_mwh=45.0,  # K
        source="level and shape K; a public utility's tariff in truth, here after the Mid-Columbia market",
        utc_offset_hours=-8.0,
        yearly_amplitude=0.25,  # K: cheap in the spring melt, dear in winter and late summer
        yearly_peak_month=12.0,
        daily_amplitude=0.12,
        daily_peak_hour=18.0,
        half_daily_amplitude=0.12,
        half_daily_peak_hour=19.0,
        weekend_factor=0.93,
        noise=0.20,
        noise_hours=24.0,
        slow_noise=0.25,
        station="wenatchee_wa",
        cold_below_c=-6.0,
        per_k_cold=0.05,
        hot_above_c=25.0,
        per_k_hot=0.05,
        spikes_per_year=8.0,
        spike_multiple=4.0,
        spike_spread=0.7,
        spike_months=(1, 7, 8, 12),
        spike_hours=(16, 21),
        surplus_days_share=0.06,  # K: spilled water in the melt
        surplus_hours=(0, 6),
        surplus_months=(4, 5, 6),
        surplus_usd_per_mwh=-3.0,
        cap_usd_per_mwh=1000.0,  # K
    ),
    PriceShape(
        name="bhutan",
        mean_usd_per_mwh=46.0,  # K 40-55
        source="level and season K: surplus June to September, deficit December to March; a tariff in truth",
        utc_offset_hours=6.0,
        yearly_amplitude=0.08,
        yearly_peak_month=1.5,
    ),
    PriceShape(
        name="ethiopia",
        # R: 50.6 since July 2026, D: 64.8 from July 2027; the mean of 2027 is 57.7. The step itself is not in the file.
        mean_usd_per_mwh=57.7,
        source="level R/D; a flat dollar tariff in truth",
        utc_offset_hours=3.0,
    ),
    PriceShape(
        name="aeso",
        mean_usd_per_mwh=40.0,  # D: 50.0 CAD in 2010-2019; K: far higher in 2022-2023, near it again since
        source="level D/K, shape D from the Alberta pool price 2010-2019",
        utc_offset_hours=-7.0,
        daily_amplitude=0.42,  # D: 0.68 at 2:00 against 1.34 at 16:00 in 2017-2019
        daily_peak_hour=14.5,
        half_daily_amplitude=0.05,
        half_daily_peak_hour=10.0,
        weekend_factor=0.82,  # D 0.69-0.79, spikes included
        noise=0.22,
        noise_hours=10.0,
        slow_noise=0.45,  # D: with its days and the clustering, correlation of 0.42-0.61 from day to day
        slow_noise_days=10.0,
        station="fox_creek_ab",
        cold_below_c=-15.0,
        per_k_cold=0.04,
        hot_above_c=19.0,
        per_k_hot=0.05,
        spikes_per_year=240.0,  # D: 0.2-11 % of a year's hours above four of its medians, in the mean 5 %
        spike_length_hours=3.0,
        spike_multiple=6.0,
        spike_spread=0.7,
        spike_clustering=2.2,
        spike_hours=(8, 19),  # D: and no season
        floor_usd_per_mwh=0.0,  # R: floor of the pool
        cap_usd_per_mwh=730.0,  # R: 999.99 CAD
    ),
    PriceShape(
        name="singapore",
        mean_usd_per_mwh=135.0,  # D: 187 SGD in 2020-2022, between 70 in 2020 and higher since
        source="level D, shape D from the Uniform Singapore Energy Price 2020-2022",
        utc_offset_hours=8.0,
        daily_amplitude=0.28,  # D: 0.58-0.73 at 4:00, 1.2-1.3 in the afternoon and evening
        daily_peak_hour=16.0,
        half_daily_amplitude=0.10,
        half_daily_peak_hour=10.0,
        weekend_factor=0.88,  # D 0.83-0.91
        noise=0.20,
        noise_hours=6.0,
        slow_noise=0.50,  # D: with its days, correlation of 0.54-0.67 from day to day
        slow_noise_days=25.0,
        spikes_per_year=180.0,  # D: 0.7-6.2 % of a year's hours above four of its medians
        spike_length_hours=2.5,
        spike_multiple=3.8,
        spike_spread=0.6,
        spike_clustering=1.6,
        spike_hours=(9, 22),  # D
        floor_usd_per_mwh=-80.0,  # K
        cap_usd_per_mwh=3285.0,  # R: 4,500 SGD
    ),
    PriceShape(
        name="malaysia",
        mean_usd_per_mwh=100.0,  # K: industrial tariff of about 0.45 MYR/kWh
        source="level K; a tariff in truth with peak and off-peak hours K",
        utc_offset_hours=8.0,
        daily_amplitude=0.12,
        daily_peak_hour=15.0,
        weekend_factor=0.95,
    ),
)  # fmt: skip
