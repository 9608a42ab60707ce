"""A small valid portfolio for tests: two sites, a PPA, a generator, a lease and a cloud, over ten years.

It names `prices.csv` (columns time_utc, plains, fjord) and `weather.csv` (time_utc, ranch_dry_bulb_c,
ranch_relative_humidity_share, fjord_dry_bulb_c, fjord_relative_humidity_share); a test that needs their values writes them.
Use it as ``from small_portfolio import SMALL_YAML, write_small``.
"""

from __future__ import annotations

from pathlib import Path

SMALL_YAML = """\
name: small
about: two made-up sites for tests
start: 2027-01
years: 10

markets:
  bitcoin: {price_usd: 90000, network_eh_per_s: 1000}  # A round numbers
  power:
    - {name: plains, series: prices.csv, level_usd_per_mwh: 38}  # A round number
    - {name: fjord, series: prices.csv}
  weather:
    - {name: ranch, series: weather.csv, pressure_kpa: 99.5}
    - {name: fjord, series: weather.csv}
  correlations:
    - {between: [bitcoin, gpu], value: 0.3}
    - {between: [gpu, power], value: 0.1}

miners:
  - {name: antminer-s21, th_per_s: 200, watts: 3500}  # R* list of machines
  - {name: antminer-s19, th_per_s: 100, watts: 3250, usd_per_th: 6}
  - {name: hydro-23, th_per_s: 500, watts: 8500, cooling: hydro}

gpus:
  - name: gb300  # K typical of the class
    critical_kw: 1.9
    usd_per_gpu: 55000
    usd_per_gpu_hour: 3.2

designs:
  - {name: dense, cooling: warm_liquid, redundancy: N+1, rack_kw: 130}
  - {name: classic, cooling: air_chiller, redundancy: 2N, rack_kw: 15, load_factor_share: 0.8}

leases:
  - name: anchor
    customer: Cloud House
    critical_mw: 60
    from: 2028-01
    until: 2031-12
    term_months: 15 years
    usd_per_kw_month: 135
    data_may_live_in: [US, CA]
  - {name: nordic, customer: Forsk, critical_mw: 25, from: 2027-07, until: 2030-12, term_months: 120, usd_per_kw_month: 120,
     default_rate: 0.5 %, data_may_live_in: [NO]}

clouds:
  - {name: own, gpu: gb300, critical_mw: 20, data_may_live_in: [US, NO]}

sites:
  - name: rockdale
    country: US
    power_market: plains
    weather: ranch
    latitude: 30.65
    longitude: -97.0
    connection:
      - {from: 2025-01, import_mw: 100}  # R* yearly report
      - {from: 2028-07, import_mw: 150 MW, status: contracted}  # K: typical
    supply:
      adder_usd_per_mwh: 4.5
      ppas:
        - {name: wind, mw: 40, price_usd_per_mwh: 28, until: 2031-12, must_take_share: 0.8,
           resale: true, resale_fee_usd_per_mwh: 1}
      generators:
        - {name: engines, mw: 30, heat_rate_mmbtu_per_mwh: 8.5, fuel_usd_per_mmbtu: 3, variable_usd_per_mwh: 4, from: 2028-01}
    designs: [dense, classic]
    blocks:
      - {name: a1, grid_mw: 50, fleet: {miner: antminer-s21, commissioned: 2024-06}, hall: {built: 2022}}
      - {name: a2, grid_mw: 40, fleet: {miner: antminer-s19, commissioned: 2022-03}, hall: {built: 2021, cooling: air}}
      - {name: land, grid_mw: 60}
  - name: tydal
    country: NO
    power_market: fjord
    weather: fjord
    latitude: 63.1
    longitude: 11.6
    connection: [{from: 2024-01, import_mw: 60}]
    designs: [dense]
    blocks:
      - {name: h1, grid_mw: 45, fleet: {miner: hydro-23, commissioned: 2025-01}, hall: {built: 2024, cooling: hydro, pue: 1.03}}
      - {name: c1, grid_mw: 10, cloud: own, design: dense}

capital:
  budget:
    - {year: 2027, usd: 400 M$}
    - {year: 2028, usd: 600 M$}
    - {year: 2029, usd: 600 M$}
  discount_rate: 0.11
  cost_of_equity_rate: 0.14
  loan: {rate: 0.07, tenor_months: 96}
  taxes:
    - {country: US, income_rate: 0.25}
    - {country: NO, income_rate: 22 %}

policy:
  crews: 2
  last_start: 2033-12
  minimum_mining_share: 0.2
  minimum_mining_until: 2028-12
  refresh_miner: antminer-s21
  jurisdictions:
    - {country: NO, new_mining_allowed: false, source: made up for tests}
"""

#: What the dispatch of one year prices beside the study, put into the small portfolio: text there, text in its place.
FULL_CHANGES = (
    ("  - {name: antminer-s21, th_per_s: 200, watts: 3500}  # R* list of machines\n",
     """\
  - name: antminer-s21
    th_per_s: 200
    watts: 3500
    wear_usd_per_mwh: 2
    modes: [{name: low, power_share: 0.6, j_per_th: 15}, {name: high, power_share: 1.2, j_per_th: 19.6}]
"""),
    ("rack_kw: 15, load_factor_share: 0.8}",
     "rack_kw: 15, load_factor_share: 0.8,\n     workload: inference, flexible_share: 0.2, flexible_usd_per_mwh: 300}"),
    ("status: contracted}  # K: typical", "status: contracted, export_mw: 40}"),
    ("      adder_usd_per_mwh: 4.5\n",
     """\
      adder_usd_per_mwh: 4.5
      export_fee_usd_per_mwh: 2
      demand_charge:
        - {kind: coincident_peak, usd_per_kw_month: 5.5, months: [6, 7, 8, 9], intervals_per_month: 1}
        - {name: on-peak, kind: monthly_peak, usd_per_kw_month: 3, months: [6, 7, 8], from_hour: 14, until_hour: 20,
           ratchet_share: 0.8}
        - {kind: annual_peak, usd_per_kw_month: 2}
      battery: {power_mw: 50, energy_mwh: 100, round_trip_efficiency: 0.81, usd_per_mwh_throughput: 5, from: 2028-01}
      curtailment: {hours_per_year: 100, notice_hours: 1, import_share: 0.5}
      reserve: {usd_per_mw_hour: 3.0, max_share: 0.5, called_hours_per_year: 30}
"""),
    ("variable_usd_per_mwh: 4, from: 2028-01}",
     "variable_usd_per_mwh: 4, from: 2028-01,\n           least_share: 0.4, min_up_hours: 6, run_hours_per_year: 500}"),
    ("    designs: [dense, classic]\n",
     "    designs: [dense, classic]\n    unserved_usd_per_mwh: 4000\n    utc_offset_hours: -6\n"),
)  # fmt: skip


def _with_changes(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


#: The small portfolio with a battery, demand charges, export, calls, reserve, power modes and halls with a day.
FULL_YAML = _with_changes(SMALL_YAML, FULL_CHANGES)


def write_small(folder: Path, text: str = SMALL_YAML) -> Path:
    """Write `text` as portfolio.yaml beside placeholder series (a heading and no hours), and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portfolio.yaml").write_text(text, encoding="utf-8")
    (folder / "prices.csv").write_text("time_utc,plains,fjord\n", encoding="utf-8")
    stations = ("ranch", "fjord")
    columns = [f"{station}_{what}" for station in stations for what in ("dry_bulb_c", "relative_humidity_share")]
    (folder / "weather.csv").write_text(",".join(["time_utc", *columns]) + "\n", encoding="utf-8")
    return folder
