"""Each mistake once: its code, the path, the caret under the right word, and nothing else reported because of it."""

from __future__ import annotations

import pytest

from repower.errors import InputError
from repower.explanations import explanations
from repower.portfolio.reading import find_problems, load
from small_portfolio import FULL_YAML, SMALL_YAML, write_small

# code, text in the small portfolio (or in that with everything), what an analyst wrote instead, path, what the caret stands under
MISTAKES = [
    ("P101", "name: tydal", "name: ty\u200bdal", "", "\u200bdal"),
    ("P102", "weather: fjord\n", "weather: fjord: oslo\n", "", ": oslo"),
    ("P103", "policy:\n  crews: 2\n", "policy:\n  crews: 2\n  crews: 3\n", "policy.crews", "crews: 3"),
    ("P104", "adder_usd_per_mwh: 4.5", "tarif: 4.5", "sites[0].supply.tarif", "tarif"),
    ("P104", "  discount_rate: 0.11", "  disount_rate: 0.11", "capital.disount_rate", "disount_rate"),
    ("P104", "{from: 2024-01, import_mw: 60}", "{from_: 2024-01, import_mw: 60}", "sites[1].connection[0].from_", "from_"),
    ("P104", "hall: {built: 2022}", "hal: {built: 2022}", "sites[0].blocks[0].hal", "hal"),
    ("P105", "  cost_of_equity_rate: 0.14\n", "", "capital.cost_of_equity_rate", "capital"),
    ("P105", "latitude: 63.1\n    ", "", "sites[1].latitude", "name: tydal"),
    ("P106", "crews: 2", "crews: true", "policy.crews", "true"),
    ("P106", "crews: 2", 'crews: "2"', "policy.crews", '"2"'),
    ("P106", "crews: 2", "crews: 2.5", "policy.crews", "2.5"),
    ("P106", "resale: true", "resale: yes", "sites[0].supply.ppas[0].resale", "yes"),
    ("P106", "name: tydal", "name: 42", "sites[1].name", "42"),
    ("P106", "grid_mw: 50", "grid_mw: many", "sites[0].blocks[0].grid_mw", "many"),
    ("P106", "grid_mw: 50", 'grid_mw: "2,5"', "sites[0].blocks[0].grid_mw", '"2,5"'),
    ("P106", "    designs: [dense]\n    blocks", "    designs: dense\n    blocks", "sites[1].designs", "dense"),
    ("P106", "loan: {rate: 0.07, tenor_months: 96}", "loan:", "capital.loan", "loan"),
    ("P107", "grid_mw: 50", "grid_mw: 50 MWh", "sites[0].blocks[0].grid_mw", "50 MWh"),
    ("P107", "price_usd_per_mwh: 28", "price_usd_per_mwh: 28 EUR/MWh", "sites[0].supply.ppas[0].price_usd_per_mwh", "28 EUR"),
    ("P108", "must_take_share: 0.8", "must_take_share: 80", "sites[0].supply.ppas[0].must_take_share", "80"),
    ("P108", "grid_mw: 50", "grid_mw: -50", "sites[0].blocks[0].grid_mw", "-50"),
    ("P109", "redundancy: N+1", "redundancy: N1", "designs[0].redundancy", "N1"),
    ("P110", "start: 2027-01\n", "start: 2027-13\n", "start", "2027-13"),
    ("P110", "until: 2031-12\n    term", "until: 2031\n    term", "leases[0].until", "2031"),
    ("P111", "country: US\n    power", "country: usa\n    power", "sites[0].country", "usa"),
    ("P111", "data_may_live_in: [US, CA]", "data_may_live_in: [US, UK]", "leases[0].data_may_live_in[1]", "UK"),
    ("P112", "between: [gpu, power]", "between: [gpu]", "markets.correlations[1].between", "between"),
    ("P112", "between: [gpu, power]", "between: [gpu, power, bitcoin]", "markets.correlations[1].between", "between"),
    ("P112", "customer: Cloud House", 'customer: ""', "leases[0].customer", '""'),
    ("P113", "grid_mw: 50", "grid_mw: .nan", "sites[0].blocks[0].grid_mw", ".nan"),
    ("P113", "rack_kw: 15,", "rack_kw: 15, cost_scale: .inf,", "designs[1].cost_scale", ".inf"),
    ("P113", "crews: 2", "crews: 1e999", "policy.crews", "1e999"),
    ("P114", "years: 10", "years: !!int 10", "years", "!!int 10"),
    ("P114", "years: 10\n", "years: 10\n7: x\n", "", "7"),
    ("P114", "refresh_miner: antminer-s21\n", "refresh_miner: antminer-s21\n---\n", "", "---"),
    ("P115", "hall: {built: 2022}", "hall: *concrete", "sites[0].blocks[0].hall", "*concrete"),
    ("P115", "designs: [dense, classic]", "designs: &both [dense, *both]", "sites[0].designs[1]", "*both"),
    ("P117", "rate: 0.07", "rate: 7", "capital.loan.rate", "7"),
    ("P201", "power_market: plains", "power_market: plain", "sites[0].power_market", "plain"),
    ("P201", "weather: ranch", "weather: rnch", "sites[0].weather", "rnch"),
    ("P201", "miner: antminer-s19", "miner: antminer-s91", "sites[0].blocks[1].fleet.miner", "antminer-s91"),
    ("P201", "gpu: gb300", "gpu: gb30", "clouds[0].gpu", "gb30"),
    ("P201", "[dense, classic]", "[dense, clasic]", "sites[0].designs[1]", "clasic"),
    ("P201", "cloud: own", "cloud: ours", "sites[1].blocks[1].cloud", "ours"),
    ("P201", "design: dense", "design: dens", "sites[1].blocks[1].design", "dens"),
    ("P201", "refresh_miner: antminer-s21", "refresh_miner: s21", "policy.refresh_miner", "s21"),
    ("P202", "name: nordic", "name: anchor", "leases[1].name", "anchor"),
    ("P202", "name: land", "name: a1", "sites[0].blocks[2].name", "a1"),
    ("P202", "data_may_live_in: [US, CA]", "data_may_live_in: [US, US]", "leases[0].data_may_live_in[1]", "US]"),
    ("P203", "from: 2028-07, import", "from: 2025-01, import", "sites[0].connection[1].from", "2025-01"),
    ("P203", "from: 2028-07, import", "from: 2024-12, import", "sites[0].connection[1].from", "2024-12"),
    ("P204", "{name: land, grid_mw: 60}", "{name: land, grid_mw: 61}", "sites[0].blocks[2].grid_mw", "61"),
    ("P205", "hall: {built: 2022}", "hall: {built: 2022}, cloud: own, design: dense", "sites[0].blocks[0].cloud", "own"),
    ("P206", ", design: dense", "", "sites[1].blocks[1].cloud", "own"),
    ("P206", "cloud: own, ", "", "sites[1].blocks[1].design", "dense"),
    ("P207", ", hall: {built: 2022}", "", "sites[0].blocks[0]", "{name: a1"),
    ("P208", "until: 2031-12, must", "from: 2032-01, until: 2031-12, must", "sites[0].supply.ppas[0].until", "2031-12"),
    ("P209", "resale: true, resale_fee_usd_per_mwh: 1", "resale: false}\n        - {name: sun, mw: 70, price_usd_per_mwh: 30",
     "sites[0].supply.ppas", "ppas"),
    ("P210", "from: 2028-01\n", "from: 2032-01\n", "leases[0].until", "2031-12"),
    ("P211", "start: 2027-01", "start: 2027-02", "start", "2027-02"),
    ("P212", "commissioned: 2024-06", "commissioned: 2027-06", "sites[0].blocks[0].fleet.commissioned", "2027-06"),
    ("P213", "    - {country: NO, income_rate: 22 %}\n", "", "sites[1].country", "NO"),
    ("P214", "year: 2028", "year: 2027", "capital.budget[1].year", "2027"),
    ("P215", "2027, usd: 400 M$}\n    - {year: 2028, usd: 600 M$}\n    - {year: 2029", "2026", "capital.budget", "budget"),
    ("P216", "last_start: 2033-12", "last_start: 2037-01", "policy.last_start", "2037-01"),
    ("P217", "between: [gpu, power]", "between: [gpu, powr]", "markets.correlations[1].between[1]", "powr"),
    ("P217", "between: [gpu, power]", "between: [gpu, bitcoin]", "markets.correlations[1].between", "between"),
    ("P217", "between: [gpu, power]", "between: [gpu, gpu]", "markets.correlations[1].between", "between"),
    ("P218", "value: 0.3}\n    - {between: [gpu, power], value: 0.1", "value: 0.9}\n    - {between: [gpu, power], value: 0.9",
     "markets.correlations", "correlations"),
    ("P219", "{country: NO, income_rate: 22 %}", "{country: NO, income_rate: 22 %}\n    - {country: US, income_rate: 0}",
     "capital.taxes[2].country", "US"),
    ("P220", "tenor_months: 96", "tenor_months: 121", "capital.loan.tenor_months", "121"),
    ("P221", "until: 2028-12", "until: 2026-12", "policy.minimum_mining_until", "2026-12"),
    ("P240", "{year: 2029, usd: 600 M$}", "{year: 2009, usd: 600 M$}", "capital.budget[2].year", "2009"),
    ("P239", "refresh_miner: antminer-s21", "renewal_payback_months: 30", "policy.renewal_payback_months", "30"),
    ("P222", "series: prices.csv}", "series: price.csv}", "markets.power[1].series", "price.csv"),
    ("P222", "series: prices.csv}", 'series: "prices\\0.csv"}', "markets.power[1].series", '"prices'),
    ("P223", "series: prices.csv}", "series: ../prices.csv}", "markets.power[1].series", "../prices.csv"),
    ("P223", "series: prices.csv}", "series: 'C:\\prices.csv'}", "markets.power[1].series", "'C:"),
    ("P224", "until: 2031-12, must", "until: 2026-12, must", "sites[0].supply.ppas[0].until", "2026-12"),
    ("P224", "from: 2028-01}", "from: 2037-01}", "sites[0].supply.generators[0].from", "2037-01"),
    ("P224", "from: 2027-07, until: 2030-12", "from: 2037-01, until: 2037-12", "leases[1].from", "2037-01"),
    ("P225", ", status: contracted", "", "sites[0].connection[1].status", "{from: 2028-07"),
    ("P226", "import_mw: 150 MW, status: contracted}",
     "import_mw: 150, status: contracted}\n      - {from: 2030-01, import_mw: 50, status: contracted}",
     "sites[0].connection[2].import_mw", "50"),
    ("P227", "status: contracted}", "status: in_queue}\n      - {from: 2030-01, import_mw: 200, status: contracted}",
     "sites[0].connection[2].status", "contracted"),
    ("P228", "{from: 2025-01, import_mw: 100}", "{from: 2025-01, import_mw: 80}", "sites[0].blocks[1]", "{name: a2"),
    ("P229", "cooling: hydro, pue", "cooling: air, pue", "sites[1].blocks[0].hall.cooling", "air"),
    ("P230", "{built: 2021, cooling: air}", "{built: 2018, cooling: air}", "sites[0].blocks[1].fleet.commissioned", "2019-01"),
    ("P231", "built: 2022", "built: 2025", "sites[0].blocks[0].hall.built", "2025"),
    ("P231", "built: 2022", "built: 2028", "sites[0].blocks[0].hall.built", "2028"),
    ("P232", "data_may_live_in: [US, NO]}", "data_may_live_in: [US]}", "sites[1].blocks[1].cloud", "own"),
    ("P233", "resale: true, ", "", "sites[0].supply.ppas[0].resale_fee_usd_per_mwh", "1}"),
    ("P234", ", fuel_usd_per_mmbtu: 3", "", "sites[0].supply.generators[0].heat_rate_mmbtu_per_mwh", "8.5"),
    ("P235", "price_usd_per_mwh: 28", "price_usd_per_mwh: 0.028", "sites[0].supply.ppas[0].price_usd_per_mwh", "0.028"),
    ("P236", "watts: 3500", "watts: 3.5", "miners[0].watts", "3.5"),
    ("P236", "critical_kw: 1.9", "critical_kw: 1900", "gpus[0].critical_kw", "1900"),
    ("P237", "data_may_live_in: [US, CA]", "data_may_live_in: [DE, CA]", "leases[0].data_may_live_in", "data_may_live_in"),
    ("P238", "name: land", "name: land/2", "sites[0].blocks[2].name", "land/2"),
    ("P105", "kind: annual_peak, ", "", "sites[0].supply.demand_charge[2].kind", "{usd"),
    ("P106", "months: [6, 7, 8, 9]", 'months: [6, "7", 8, 9]', "sites[0].supply.demand_charge[0].months[1]", '"7"'),
    ("P106", "months: [6, 7, 8, 9]", "months: [6, 7.5, 8, 9]", "sites[0].supply.demand_charge[0].months[1]", "7.5"),
    ("P106", "months: [6, 7, 8, 9]", "months: 6", "sites[0].supply.demand_charge[0].months", "6"),
    ("P106", "power_share: 0.6", 'power_share: "a lot"', "miners[0].modes[0].power_share", '"a lot"'),
    ("P107", "energy_mwh: 100", "energy_mwh: 100 MW", "sites[0].supply.battery.energy_mwh", "100 MW"),
    ("P107", "usd_per_mw_hour: 3.0", "usd_per_mw_hour: 3 USD/MWh", "sites[0].supply.reserve.usd_per_mw_hour", "3 USD"),
    ("P108", "import_share: 0.5}", "import_share: 1.0}", "sites[0].supply.curtailment.import_share", "1.0"),
    ("P108", "round_trip_efficiency: 0.81", "round_trip_efficiency: 81", "sites[0].supply.battery.round_trip_efficiency", "81"),
    ("P108", "least_share: 0.4", "least_share: 1.4", "sites[0].supply.generators[0].least_share", "1.4"),
    ("P108", "min_up_hours: 6", "min_up_hours: 0", "sites[0].supply.generators[0].min_up_hours", "0"),
    ("P108", "months: [6, 7, 8, 9]", "months: [6, 13]", "sites[0].supply.demand_charge[0].months[1]", "13"),
    ("P108", "power_share: 1.2", "power_share: 120", "miners[0].modes[1].power_share", "120"),
    ("P108", "export_mw: 40", "export_mw: -40", "sites[0].connection[1].export_mw", "-40"),
    ("P108", "utc_offset_hours: -6", "utc_offset_hours: -97", "sites[0].utc_offset_hours", "-97"),
    ("P108", "unserved_usd_per_mwh: 4000", "unserved_usd_per_mwh: 0", "sites[0].unserved_usd_per_mwh", "0"),
    ("P108", "flexible_share: 0.2", "flexible_share: 20", "designs[1].flexible_share", "20"),
    ("P109", "kind: annual_peak", "kind: yearly_peak", "sites[0].supply.demand_charge[2].kind", "yearly"),
    ("P109", "workload: inference", "workload: inferrence", "designs[1].workload", "inferr"),
    ("P202", "months: [6, 7, 8, 9]", "months: [6, 6]", "sites[0].supply.demand_charge[0].months[1]", "6]"),
    ("P202", "name: high", "name: low", "miners[0].modes[1].name", "low"),
    ("P202", "kind: annual_peak", "name: on-peak, kind: annual_peak", "sites[0].supply.demand_charge[2].name", "on-peak"),
    ("P224", "throughput: 5, from: 2028-01", "throughput: 5, from: 2037-01", "sites[0].supply.battery.from", "2037-01"),
    ("P236", "j_per_th: 15", "j_per_th: 1500", "miners[0].modes[0].j_per_th", "1500"),
    ("P241", "{from: 2025-01, import_mw: 100}", "{from: 2025-01, import_mw: 100, export_mw: 50}",
     "sites[0].connection[1].export_mw", "{from: 2028-07"),
    ("P241", "{from: 2024-01, import_mw: 60}", "{from: 2024-01, import_mw: 60, export_mw: 5}, {from: 2026-01, import_mw: 70}",
     "sites[1].connection[1].export_mw", "{from: 2026"),
    ("P242", ", export_mw: 40", "", "sites[0].supply.export_fee_usd_per_mwh", "2"),
    ("P243", "kind: annual_peak", "kind: annual_peak, intervals_per_month: 2",
     "sites[0].supply.demand_charge[2].intervals_per_month", "2"),
    ("P243", "{kind: annual_peak", "{ratchet_share: 0.5, kind: annual_peak",
     "sites[0].supply.demand_charge[2].ratchet_share", "0.5"),
    ("P243", "kind: annual_peak", "kind: annual_peak, peak_hours: [06-01T12]",
     "sites[0].supply.demand_charge[2].peak_hours", "peak_hours"),
    ("P244", "months: [6, 7, 8, 9]", "months: [6, 7], peak_hours: [06-21T22, 07-32T22]",
     "sites[0].supply.demand_charge[0].peak_hours[1]", "07-32"),
    ("P244", "months: [6, 7, 8, 9]", "months: [6, 7], peak_hours: [06-21T22, 08-03T22]",
     "sites[0].supply.demand_charge[0].peak_hours", "peak_hours"),
    ("P244", "months: [6, 7, 8, 9]", "months: [6, 7], peak_hours: [06-21T22, 07-03T22, 08-03T22]",
     "sites[0].supply.demand_charge[0].peak_hours", "peak_hours"),
    ("P202", "months: [6, 7, 8, 9]", "months: [6, 7], peak_hours: [06-21T22, 06-21T22]",
     "sites[0].supply.demand_charge[0].peak_hours[1]", "06-21"),
    ("P245", "until_hour: 20", "until_hour: 14", "sites[0].supply.demand_charge[1].until_hour", "14"),
    ("P245", "months: [6, 7, 8, 9], intervals_per_month: 1", "from_hour: 14, until_hour: 15, intervals_per_month: 29",
     "sites[0].supply.demand_charge[0].intervals_per_month", "29"),
    ("P246", "run_hours_per_year: 500}", "run_hours_per_year: 500}\n        - {name: spare, mw: 5, variable_usd_per_mwh: 90}",
     "sites[0].supply.generators[1]", "{name: spare"),
    ("P247", "power_share: 0.6", "power_share: 1.0", "miners[0].modes[0].power_share", "1.0"),
    ("P247", "j_per_th: 19.6", "j_per_th: 21.5", "miners[0].modes[1].j_per_th", "21.5"),
    ("P248", "load_factor_share: 0.8,", "load_factor_share: 0.9,", "designs[1].workload", "inference"),
    ("P249", ", flexible_usd_per_mwh: 300", "", "designs[1].flexible_share", "0.2"),
    ("P249", "flexible_share: 0.2, ", "", "designs[1].flexible_usd_per_mwh", "300"),
    ("P250", "unserved_usd_per_mwh: 4000", "unserved_usd_per_mwh: 200", "sites[0].unserved_usd_per_mwh", "200"),
    ("P251", "energy_mwh: 100", "energy_mwh: 2", "sites[0].supply.battery.energy_mwh", "2"),
    ("P261", "network_eh_per_s: 1000}", "network_eh_per_s: 1000, price_turbulent_share: 0.9, price_turbulent_months: 2}",
     "markets.bitcoin.price_turbulent_months", "2}"),
    ("P262", "network_eh_per_s: 1000}", "network_eh_per_s: 1000, newest_j_per_th: 12, fleet_j_per_th: 9}",
     "markets.bitcoin.fleet_j_per_th", "9}"),
    ("P265", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, season: [1, 2, 3]}",
     "markets.power[1].season", "season"),
    ("P265", "{name: fjord, series: prices.csv}",
     "{name: fjord, series: prices.csv, season: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]}",
     "markets.power[1].season", "season"),
    ("P266", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, carbon: {usd_per_t: 9, from: 2050-01}}",
     "markets.power[1].carbon.from", "2050-01"),
    ("P267", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, cap_usd_per_mwh: 9, floor_usd_per_mwh: 9}",
     "markets.power[1].floor_usd_per_mwh", "9}"),
    ("P267", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, cap_usd_per_mwh: 9, level_usd_per_mwh: 10}",
     "markets.power[1].level_usd_per_mwh", "10}"),
    ("P275", "power_market: fjord\n", "power_market: fjord\n    queue_region: ercot\n", "sites[1].queue_region", "ercot"),
    ("P276", ", status: contracted}", ", status: contracted, delay: {p10_months: 3, p50_months: 2, p90_months: 9}}",
     "sites[0].connection[1].delay", "delay"),
    ("P276", ", status: contracted}", ", status: contracted, delay: {p10_months: 1, p50_months: 8, p90_months: 9}}",
     "sites[0].connection[1].delay", "delay"),
    ("P276", "markets:\n",
     "markets:\n  time_to_power:\n    - {region: us, stage: contracted, review: {p10_months: 2, p50_months: 2, p90_months: 9}}\n",
     "markets.time_to_power[0].review", "review"),
    ("P277", "{from: 2024-01, import_mw: 60}", "{from: 2024-01, import_mw: 60, never_share: 0.1}",
     "sites[1].connection[0].never_share", "0.1"),
    ("P278", "markets:\n", "markets:\n  time_to_power: [{region: us, stage: contracted}, {region: us, stage: contracted}]\n",
     "markets.time_to_power[1].stage", "contracted"),
    ("P279", "  correlations:", "  time_to_power: [{region: us, stage: in_queue, never_share: 0}]\n  correlations:",
     "markets.time_to_power[0].region", "us"),
    ("P270", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, currency: NOK}",
     "markets.power[1].currency", "NOK"),
    ("P271", "  correlations:\n", "  money: {currencies: [{name: USD, usd_per_unit: 1}]}\n  correlations:\n",
     "markets.money.currencies[0].name", "USD"),
    ("P271", "  correlations:\n",
     "  money: {currencies: [{name: NOK, usd_per_unit: 0.1}, {name: NOK, usd_per_unit: 0.2}]}\n  correlations:\n",
     "markets.money.currencies[1].name", "NOK"),
    ("P272", "critical_mw: 20, data", "critical_mw: 20, utilisation_share: 0.3, utilisation_response: 0.4, data",
     "clouds[0].utilisation_response", "0.4"),
    ("P280", "{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, region: nordic}\n  power_region_share: 0.05",
     "markets.power_region_share", "0.05"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: power_level, add_months: 3}]}]\npolicy:\n",
     "stresses[0].changes[0].add_months", "3"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_rent}]}]\npolicy:\n", "stresses[0].changes[0]", "{what"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_rent, factor: 2, set: 3}]}]\npolicy:\n",
     "stresses[0].changes[0].factor", "2"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_regime, set: 0.5}]}]\npolicy:\n",
     "stresses[0].changes[0].set", "0.5"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: power_level, set: 0}]}]\npolicy:\n",
     "stresses[0].changes[0].set", "0"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: scarcity, from: 2028-02, factor: 9}]}]\npolicy:\n",
     "stresses[0].changes[0]", "{what"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_rent, factor: 2, hours: 9}]}]\npolicy:\n",
     "stresses[0].changes[0].hours", "9"),
    ("P281", "policy:\n", "stresses: [{name: s, changes: [{what: default}]}]\npolicy:\n", "stresses[0].changes[0]", "{what"),
    ("P282", "policy:\n", "stresses: [{name: s, changes: [{what: power_level, where: plain, factor: 2}]}]\npolicy:\n",
     "stresses[0].changes[0].where", "plain"),
    ("P282", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_rent, where: plains, factor: 2}]}]\npolicy:\n",
     "stresses[0].changes[0].where", "plains"),
    ("P282", "policy:\n", "stresses: [{name: s, changes: [{what: default, where: plains, from: 2029-01}]}]\npolicy:\n",
     "stresses[0].changes[0].where", "plains"),
    ("P283", "policy:\n", "stresses: [{name: s, changes: [{what: gpu_rent, from: 2040-01, factor: 2}]}]\npolicy:\n",
     "stresses[0].changes[0].from", "2040-01"),
    ("P283", "policy:\n",
     "stresses: [{name: s, changes: [{what: gpu_rent, from: 2030-01, until: 2029-12, factor: 2}]}]\npolicy:\n",
     "stresses[0].changes[0].until", "2029-12"),
    ("P284", "policy:\n", "stresses: [{name: GPU glut, changes: [{what: gpu_rent, factor: 2}]}]\npolicy:\n", "stresses[0].name",
     "GPU glut"),
    ("P284", "policy:\n", ("stresses: [{name: s, changes: [{what: gpu_rent, factor: 2}]}, {name: s, changes: [{what: gpu_rent, "
     "factor: 3}]}]\npolicy:\n"), "stresses[1].name", "s,"),
    ("P285", "  correlations:\n", ("  cases: {low: {bitcoin_price_drift_shift: -0.05, power_escalator_shift: 0, "
     "gpu_rent_drift_shift: 0, machine_gain_shift: -0.15}}\n  correlations:\n"), "markets.cases.low.machine_gain_shift", "-0.15"),
    ("P285", "price_usd: ", "price_drift_rate: -0.97, price_usd: ", "markets.cases.low.bitcoin_price_drift_shift", "markets"),
]  # fmt: skip


def broken(old: str, new: str) -> str:
    whole = SMALL_YAML if SMALL_YAML.count(old) == 1 else FULL_YAML
    assert whole.count(old) == 1, old
    text = whole.replace(old, new)
    return text.replace("commissioned: 2022-03", "commissioned: 2019-01") if "built: 2018" in new else text


@pytest.mark.parametrize(("code", "old", "new", "path", "word"), MISTAKES)
def test_mistake_is_found_where_it_stands_and_causes_no_other(tmp_path, code, old, new, path, word):
    text = broken(old, new)
    (problem,) = find_problems(write_small(tmp_path, text))
    assert (problem.code, problem.path) == (code, path)
    line = text.split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith(word), (line, problem.column)
    assert problem.hint
    shown = str(problem).split("\n")
    assert shown[0].startswith(f"{tmp_path / 'portfolio.yaml'}:{problem.line}:{problem.column}: {code} ")
    assert shown[2][: len(shown[2]) - 1].strip() == ""
    assert shown[2].endswith("^")


def test_the_portfolio_with_everything_has_no_mistake(tmp_path):
    assert find_problems(write_small(tmp_path, FULL_YAML)) == []


def test_every_code_of_the_portfolio_is_met():
    elsewhere = {"P100", "P116", "P118"}
    assert {code for code, *_ in MISTAKES} | elsewhere == {code for code in explanations() if code.startswith("P")}


def test_all_mistakes_come_at_once_in_the_order_of_lines(tmp_path):
    apart = {"P103", "P104", "P107", "P110", "P201", "P204", "P216", "P222", "P236"}
    text, wanted = SMALL_YAML, []
    for code, old, new, *_ in MISTAKES:
        if code in apart and text.count(old) == 1 and code not in wanted:
            text = text.replace(old, new)
            wanted.append(code)
    with pytest.raises(InputError) as caught:
        load(write_small(tmp_path, text))
    problems = caught.value.problems
    # P216 needs the study's start and P204 a block's MW; both are broken here and not guessed.
    assert sorted(problem.code for problem in problems) == sorted(set(wanted) - {"P204", "P216"})
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{name: antminer-s19, th_per_s: 100", "{nam: antminer-s19, th_per_s: 100"),
        ("{name: antminer-s19, th_per_s: 100", "{name: 19, th_per_s: 100"),
        ("miners:\n", "minerss:\n"),
        ("  power:\n", "  pover:\n"),
        ("{from: 2025-01, import_mw: 100}", "{from: 2025-01, import_mw: 100 MWh}"),
        ("cooling: hydro}", "cooling: hydr}"),
        ("- {country: NO, income_rate: 22 %}", "- {contry: NO, income_rate: 22 %}"),
        ("years: 10", "years: ten"),
    ],
)
def test_a_broken_fact_breaks_no_check_that_needs_it(tmp_path, old, new):
    assert SMALL_YAML.count(old) == 1
    (problem,) = find_problems(write_small(tmp_path, SMALL_YAML.replace(old, new)))
    assert problem.code in ("P104", "P106", "P107", "P109")


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("  discount_rate: 0.11", "  disount_rate: 0.11", "did you mean discount_rate?"),
        ("power_market: plains", "power_market: plain", "did you mean plains?"),
        ("redundancy: N+1", "redundancy: n+1", "did you mean N+1?"),
        ("grid_mw: 50", "grid_mw: 50 MWh", "write a number in MW"),
        ("country: US\n    power", "country: UK\n    power", "did you mean GB?"),
        ("series: prices.csv}", "series: price.csv}", "did you mean prices.csv?"),
        ("weather: fjord\n", "weather: fjord\n    price_usd: 5\n", "it belongs into markets.bitcoin.price_usd"),
        ("start: 2027-01", "start: 2027-03", "write 2027-01 or 2027-04"),
        ("rate: 0.07", "rate: 7", 'for 7 percent write 0.07 or "7 %"'),
        ("must_take_share: 0.8", "must_take_share: 80", 'for 80 percent write 0.8 or "80 %"'),
        ("policy:\n", "policy:\n  <<: {crews: 3}\n", "merge keys are not part of YAML 1.2"),
        ("name: tydal", "name: 42", "quotes"),
    ],
)
def test_hint_names_the_way_out(tmp_path, old, new, hint):
    problems = find_problems(write_small(tmp_path, SMALL_YAML.replace(old, new)))
    assert any(hint in problem.hint for problem in problems), problems


def test_one_missing_series_is_one_problem(tmp_path):
    folder = write_small(tmp_path)
    (folder / "prices.csv").unlink()
    (problem,) = find_problems(folder)
    assert (problem.code, problem.path) == ("P222", "markets.power[0].series")


def test_percentages_of_100_and_more_are_taken_when_written_as_such(tmp_path):
    text = SMALL_YAML.replace("network_eh_per_s: 1000", 'network_eh_per_s: 1000, price_volatility_rate: "120 %"')
    assert load(write_small(tmp_path, text)).markets.bitcoin.price_volatility_rate == pytest.approx(1.2)


def test_must_take_is_compared_month_by_month(tmp_path):
    """110 MW that must be taken fit behind 150 MW from 2028-07 on, but not behind 100 MW before."""
    late = SMALL_YAML.replace("mw: 40, price", "mw: 137.5, from: 2028-07, price").replace(
        "resale: true, resale_fee_usd_per_mwh: 1", "resale: false"
    )
    early = late.replace("from: 2028-07, price", "from: 2028-06, price")
    assert find_problems(write_small(tmp_path, late)) == []
    (problem,) = find_problems(write_small(tmp_path, early))
    assert problem.code == "P209"
    assert "2028-06" in problem.message


@pytest.mark.parametrize("value", [-0.5, -0.49, 0.0, 0.62, 0.99, 0.995])
def test_correlations_agree_with_eigenvalues(tmp_path, value):
    import numpy as np

    text = SMALL_YAML.replace("value: 0.3", "value: 0.8").replace(
        "- {between: [gpu, power], value: 0.1}",
        f"- {{between: [gpu, power], value: 0.8}}\n    - {{between: [power, bitcoin], value: {value}}}",
    )
    matrix = np.array([[1, 0.8, value], [0.8, 1, 0.8], [value, 0.8, 1]])
    codes = [problem.code for problem in find_problems(write_small(tmp_path, text))]
    assert codes == (["P218"] if np.linalg.eigvalsh(matrix)[0] < -1e-9 else [])
