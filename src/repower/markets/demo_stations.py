"""The weather stations of the demo: monthly normals, each set with its source and confidence.

D derived, K general knowledge that nobody has verified. Normals marked D were taken, by month, from public hourly files of
the place or of the proxy that is named: mean of the temperature, mean of daily maximum less minimum, mean of humidity,
standard deviation of daily means; and over the year the dew point of the 99.9th percentile. Elevations are K.
"""

from __future__ import annotations

from repower.markets.climate import Climate

STATIONS = (
    Climate(
        name="rockdale_tx",
        source="D: mean of Dallas 2020-2022 (reanalysis) and Houston (TMY3); elevation K",
        utc_offset_hours=-6.0,
        elevation_m=140.0,
        temperature_c=(9.7, 10.2, 16.0, 19.6, 23.6, 27.5, 29.3, 28.9, 26.1, 20.4, 15.7, 12.2),
        daily_range_k=(10.3, 11.6, 11.2, 10.6, 9.5, 9.5, 10.0, 10.5, 11.1, 12.5, 11.1, 11.2),
        humidity_share=(0.70, 0.68, 0.67, 0.70, 0.74, 0.71, 0.68, 0.69, 0.66, 0.66, 0.72, 0.70),
        anomaly_k=(4.4, 6.7, 4.6, 3.8, 2.9, 2.1, 1.9, 2.1, 2.4, 4.2, 4.7, 5.8),
        dew_point_limit_c=25.5,  # D: Houston 25.6, Dallas 25.3
        humidity_anomaly_share=0.12,
    ),
    Climate(
        name="ohio",
        source="D: Pittsburgh (TMY3), 90-130 km away; elevation K",
        utc_offset_hours=-5.0,
        elevation_m=310.0,
        temperature_c=(-0.5, -0.4, 7.5, 12.7, 15.3, 19.2, 21.6, 20.9, 17.7, 11.7, 7.4, 1.0),
        daily_range_k=(7.3, 8.8, 9.8, 10.2, 9.9, 9.3, 8.3, 9.7, 8.5, 10.9, 7.8, 5.9),
        humidity_share=(0.74, 0.61, 0.63, 0.62, 0.68, 0.77, 0.79, 0.74, 0.76, 0.74, 0.69, 0.77),
        anomaly_k=(7.1, 4.1, 5.2, 5.7, 5.7, 2.9, 1.9, 2.4, 3.6, 3.8, 3.9, 3.2),
        dew_point_limit_c=22.1,  # D
        humidity_anomaly_share=0.12,
    ),
    Climate(
        name="knoxville_tn",
        source="K: normals from memory; spread as Philadelphia (D)",
        utc_offset_hours=-5.0,
        elevation_m=290.0,
        temperature_c=(3.9, 6.0, 10.7, 15.4, 19.9, 24.0, 25.9, 25.5, 22.2, 15.9, 9.8, 5.6),
        daily_range_k=(9.7, 10.7, 12.0, 12.9, 12.0, 11.2, 10.5, 10.6, 11.3, 12.4, 11.5, 9.6),
        humidity_share=(0.71, 0.67, 0.64, 0.63, 0.70, 0.73, 0.75, 0.76, 0.75, 0.73, 0.71, 0.73),
        anomaly_k=(4.6, 4.5, 4.8, 3.7, 3.5, 2.4, 1.8, 1.8, 2.8, 3.5, 4.8, 4.6),
        dew_point_limit_c=23.5,  # K: between Pittsburgh 22.1 and Houston 25.6
        humidity_anomaly_share=0.12,
    ),
    Climate(
        name="trondheim_no",
        source="K: coastal normals from memory; range and spread as Skien 2018-2019 (D), 500 km south",
        utc_offset_hours=1.0,
        elevation_m=60.0,
        temperature_c=(-1.5, -1.3, 0.8, 4.7, 8.9, 12.2, 14.8, 14.1, 10.6, 5.9, 1.9, -0.8),
        daily_range_k=(5.5, 6.0, 7.0, 8.0, 9.0, 8.5, 8.3, 7.9, 7.2, 5.8, 4.9, 5.2),
        humidity_share=(0.80, 0.79, 0.75, 0.71, 0.69, 0.74, 0.77, 0.79, 0.81, 0.81, 0.82, 0.82),
        anomaly_k=(4.5, 4.2, 3.6, 3.2, 3.8, 3.4, 3.0, 2.4, 2.4, 3.2, 4.0, 4.2),
        dew_point_limit_c=17.0,  # K: Skien 17.9, further south
    ),
    Climate(
        name="wenatchee_wa",
        source="D: Wenatchee (TMY3)",
        utc_offset_hours=-8.0,
        elevation_m=379.0,
        temperature_c=(-1.6, 0.7, 5.6, 11.3, 16.0, 20.0, 22.7, 23.5, 18.9, 9.8, 4.1, -2.0),
        daily_range_k=(4.1, 6.1, 9.1, 11.3, 13.2, 12.8, 13.3, 13.6, 12.8, 9.2, 6.7, 4.0),
        humidity_share=(0.91, 0.84, 0.59, 0.48, 0.47, 0.41, 0.43, 0.46, 0.48, 0.60, 0.74, 0.91),
        anomaly_k=(1.9, 1.9, 2.9, 4.0, 4.6, 4.3, 3.2, 3.5, 3.3, 2.5, 3.1, 2.5),
        dew_point_limit_c=16.0,  # D
        humidity_slope_per_k=0.027,
    ),
    Climate(
        name="bhutan_south",
        source="K: foothills at the Indian border, from memory; spread as Shimla (D), which is higher and cooler",
        utc_offset_hours=6.0,
        elevation_m=350.0,
        temperature_c=(16.5, 18.5, 22.0, 24.5, 25.5, 26.5, 27.0, 27.0, 26.5, 24.5, 21.0, 17.5),
        daily_range_k=(11.5, 11.5, 11.5, 10.0, 8.5, 6.5, 5.5, 5.5, 6.5, 8.5, 10.5, 11.5),
        humidity_share=(0.70, 0.66, 0.60, 0.66, 0.74, 0.83, 0.86, 0.86, 0.84, 0.78, 0.73, 0.72),
        anomaly_k=(1.8, 2.0, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0, 1.1, 1.4, 1.6, 1.8),
        dew_point_limit_c=27.0,  # K
        humidity_anomaly_share=0.08,
    ),
    Climate(
        name="oromia_et",
        source="K: highland normals from memory; range and spread as Bogota (D), a tropical highland of like height",
        utc_offset_hours=3.0,
        elevation_m=2100.0,
        temperature_c=(17.0, 18.2, 19.2, 19.4, 19.6, 18.4, 17.0, 16.9, 17.4, 17.2, 16.6, 16.4),
        daily_range_k=(15.5, 15.0, 14.0, 13.0, 13.5, 11.5, 9.5, 9.5, 11.0, 13.5, 15.5, 16.0),
        humidity_share=(0.50, 0.48, 0.50, 0.56, 0.57, 0.70, 0.80, 0.81, 0.75, 0.60, 0.53, 0.50),
        anomaly_k=(1.0, 1.0, 1.0, 1.1, 1.1, 0.9, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9),
        dew_point_limit_c=15.5,  # K: Bogota 14.4, cooler
        anomaly_days=2.0,
        humidity_anomaly_share=0.08,
    ),
    Climate(
        name="fox_creek_ab",
        source="D: Cut Bank (TMY3), 45 km south of Alberta, less 4 K in winter and 2 K in summer (K) for 600 km north",
        utc_offset_hours=-7.0,
        elevation_m=820.0,
        temperature_c=(-11.0, -8.5, -4.5, 3.5, 9.0, 13.0, 15.5, 14.5, 9.5, 3.5, -5.0, -10.0),
        daily_range_k=(9.6, 11.5, 10.8, 12.5, 13.3, 13.0, 13.5, 13.5, 13.5, 11.0, 9.0, 9.5),
        humidity_share=(0.72, 0.68, 0.66, 0.59, 0.55, 0.62, 0.67, 0.67, 0.65, 0.66, 0.74, 0.74),
        anomaly_k=(9.0, 8.5, 6.0, 4.1, 3.6, 3.2, 3.0, 3.0, 4.2, 4.4, 7.1, 8.0),
        dew_point_limit_c=15.5,  # K: Cut Bank 13.0, higher and drier
        humidity_anomaly_share=0.12,
        humidity_slope_per_k=0.027,
    ),
    Climate(
        name="singapore",
        source="D: mean of Singapore 2020-2022 (reanalysis) and a typical year of the airport",
        utc_offset_hours=8.0,
        elevation_m=16.0,
        temperature_c=(26.5, 27.0, 27.5, 27.8, 28.0, 27.9, 27.6, 27.5, 27.1, 27.3, 26.7, 26.3),
        daily_range_k=(5.0, 5.6, 5.6, 5.4, 4.4, 4.4, 4.4, 4.4, 4.5, 4.5, 4.6, 4.7),
        humidity_share=(0.83, 0.82, 0.83, 0.84, 0.84, 0.83, 0.83, 0.83, 0.84, 0.85, 0.88, 0.86),
        anomaly_k=(0.8, 0.7, 0.7, 0.8, 0.7, 0.9, 1.0, 0.8, 0.8, 0.9, 0.8, 0.8),
        dew_point_limit_c=26.7,  # D: 27.0 and 26.4
        anomaly_days=1.5,
        humidity_anomaly_share=0.04,
        humidity_slope_per_k=0.046,
    ),
    Climate(
        name="johor_my",
        source="D: as Singapore, 25 km away; slightly wider daily range K",
        utc_offset_hours=8.0,
        elevation_m=37.0,
        temperature_c=(26.2, 26.7, 27.2, 27.5, 27.7, 27.5, 27.2, 27.1, 26.8, 27.0, 26.5, 26.1),
        daily_range_k=(5.8, 6.4, 6.6, 6.4, 5.6, 5.4, 5.4, 5.4, 5.6, 5.6, 5.5, 5.5),
        humidity_share=(0.84, 0.82, 0.83, 0.85, 0.85, 0.84, 0.84, 0.84, 0.85, 0.86, 0.88, 0.87),
        anomaly_k=(0.8, 0.7, 0.7, 0.8, 0.7, 0.9, 1.0, 0.8, 0.8, 0.9, 0.8, 0.8),
        dew_point_limit_c=26.7,  # D: as Singapore
        anomaly_days=1.5,
        humidity_anomaly_share=0.04,
        humidity_slope_per_k=0.046,
    ),
)
