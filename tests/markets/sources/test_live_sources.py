"""The live adapters against recorded shapes: what they read, and what they refuse. The server is on this machine."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from loopback import Answer, serving

from repower.errors import InputError
from repower.markets.sources.live import LiveSource
from repower.markets.sources.live.asking import Cache, Connection, Patience
from repower.markets.sources.live.bitcoin_node import BitcoinNode
from repower.markets.sources.live.gridstatus_prices import GridstatusPrices, operator_named
from repower.markets.sources.live.mempool_api import MempoolServer
from repower.markets.sources.live.weather_archive import WeatherArchive

QUICK = Connection(Patience(answer_s=5.0, attempts=1))


def problem(source: LiveSource, start: date, end: date):
    with pytest.raises(InputError) as caught:
        source.fetch(start, end)
    (found,) = caught.value.problems
    return found


def test_importing_repower_loads_no_adapter_and_no_library():
    program = (
        "import repower, repower.markets.sources, repower.markets.shapes, repower.markets.sources.kinds, sys;"
        "print(*(name for name in sys.modules if name.startswith(('repower.markets.sources.live', 'pvlib', 'gridstatus'))))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == ""


# --- weather archive ---


def weather_answer(start="2023-03-01", days=2):
    hours = [datetime.fromisoformat(start) + timedelta(hours=h) for h in range(24 * days)]
    return {
        "latitude": 30.65,
        "longitude": -97.0,
        "generationtime_ms": 0.4,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": 140.0,
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C", "relative_humidity_2m": "%", "surface_pressure": "hPa"},
        "hourly": {
            "time": [f"{hour:%Y-%m-%dT%H:%M}" for hour in hours],
            "temperature_2m": [10.0 + hour.hour / 2 for hour in hours],
            "relative_humidity_2m": [80 - hour.hour for hour in hours],
            "surface_pressure": [997.5 for _ in hours],
        },
    }


WINDOW = (date(2023, 3, 1), date(2023, 3, 3))


def test_weather_is_asked_for_in_utc_and_given_in_our_units():
    with serving(lambda *_: Answer(weather_answer())) as (url, asked):
        source: LiveSource = WeatherArchive("ranch", 30.65, -97.0, QUICK, f"{url}/v1/archive")
        table = source.fetch(*WINDOW)
    question = {name: given[0] for name, given in parse_qs(urlsplit(asked.paths[0]).query).items()}
    assert question["timezone"] == "UTC"
    assert (question["start_date"], question["end_date"]) == ("2023-03-01", "2023-03-02")
    assert table.hours[0] == np.datetime64("2023-03-01T00", "h").astype(int)
    assert list(table.values) == ["ranch_dry_bulb_c", "ranch_relative_humidity_share", "ranch_pressure_kpa"]
    np.testing.assert_allclose([column[5] for column in table.values.values()], [12.5, 0.75, 99.75])
    assert all(len(column) == 48 for column in table.values.values())


def change(answer, path, value):
    changed = copy.deepcopy(answer)
    place = changed
    *way, last = path.split(".")
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("hourly_units.temperature_2m", "°F", "S335"),
        ("hourly_units.surface_pressure", "kPa", "S335"),
        ("hourly_units.time", "unixtime", "S335"),
        ("hourly_units", None, "S334"),
        ("hourly.temperature_2m", None, "S334"),
        ("hourly.temperature_2m", [1.0] * 47, "S334"),
        ("hourly.temperature_2m", ["warm"] * 48, "S334"),
        ("hourly.temperature_2m", [-999.0] * 48, "S335"),
        ("hourly.temperature_2m", [1.0] * 47 + [None], "S339"),
        ("hourly.time", ["2023-03-01T00:00"] * 48, "S334"),
        ("utc_offset_seconds", 3600, "S334"),
    ],
)
def test_weather_that_is_not_as_agreed(path, value, code):
    with serving(lambda *_: Answer(change(weather_answer(), path, value))) as (url, _):
        assert problem(WeatherArchive("ranch", 30.65, -97.0, QUICK, url), *WINDOW).code == code


@pytest.mark.parametrize("answer", [[], 7, None, "no", {"error": True}])
def test_weather_that_is_something_else(answer):
    with serving(lambda *_: Answer(answer)) as (url, _):
        assert problem(WeatherArchive("ranch", 30.65, -97.0, QUICK, url), *WINDOW).code == "S334"


def test_the_words_of_a_refusal_are_passed_on():
    said = {"error": True, "reason": "Latitude must be in range of -90 to 90"}
    with serving(lambda *_: Answer(said, 400)) as (url, _):
        found = problem(WeatherArchive("ranch", 95.0, 0.0, QUICK, url), *WINDOW)
    assert found.code == "S331"
    assert "Latitude must be in range" in found.message


@pytest.mark.parametrize(
    "window", [(date(2023, 1, 2), date(2023, 1, 2)), (date(2023, 1, 2), date(2023, 1, 1)), (date(1990, 1, 1), date(2020, 1, 1))]
)
def test_a_window_that_is_none_asks_nobody(window):
    assert problem(WeatherArchive("ranch", 0.0, 0.0, QUICK, "http://127.0.0.1:1"), *window).code == "S337"


# --- mempool ---

TODAY = date(2024, 1, 10)


def hashrates(unit=1.0, skip=-1, scale=1):
    first = datetime(2023, 12, 1, tzinfo=UTC)
    return {
        "hashrates": [
            {"timestamp": int((first + timedelta(days=d)).timestamp()) * scale, "avgHashrate": (5e20 + d * 1e18) * unit}
            for d in range(40)
            if d != skip
        ],
        "difficulty": [{"time": 1704067200, "height": 823786, "difficulty": 7.2e13, "adjustment": 1.0}],
        "currentHashrate": 5.4e20,
        "currentDifficulty": 7.2e13,
    }


def test_the_network_by_day():
    with serving(lambda *_: Answer(hashrates())) as (url, asked):
        table = MempoolServer(url, TODAY, QUICK).fetch(date(2023, 12, 20), date(2024, 1, 5))
        MempoolServer(url, TODAY, QUICK).fetch(date(2023, 12, 2), date(2024, 1, 5))
    assert asked.paths == ["/api/v1/mining/hashrate/1m", "/api/v1/mining/hashrate/3m"]
    assert str(table.days[0].astype("datetime64[D]")) == "2023-12-20"
    np.testing.assert_allclose(table.values["hashrate_ths"], 519e6 + 1e6 * np.arange(16))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (hashrates(unit=1e-12), "S335"),
        (hashrates(unit=1e3), "S335"),
        (hashrates(scale=1000), "S335"),
        (hashrates(skip=25), "S339"),
        ({"hashrates": {}}, "S334"),
        ({"hashrates": [{"timestamp": "today", "avgHashrate": 1}]}, "S334"),
        ({"hashrates": [{"timestamp": 1704067200}]}, "S334"),
        ({}, "S334"),
    ],
)
def test_a_network_that_is_not_as_agreed(answer, code):
    with serving(lambda *_: Answer(answer)) as (url, _):
        assert problem(MempoolServer(url, TODAY, QUICK), date(2023, 12, 20), date(2024, 1, 5)).code == code


def test_a_window_beyond_the_servers_memory():
    assert problem(MempoolServer("http://127.0.0.1:1", TODAY, QUICK), date(2019, 1, 1), date(2019, 2, 1)).code == "S337"


def test_a_cached_period_that_ends_too_early_is_asked_for_anew(tmp_path):
    line = Connection(Patience(attempts=1), Cache(tmp_path, timedelta(hours=1)))
    longer = hashrates()
    shorter = longer | {"hashrates": longer["hashrates"][:30]}
    with serving(lambda n, *_: Answer(shorter if n == 0 else longer)) as (url, asked):
        server = MempoolServer(url, TODAY, line)
        server.fetch(date(2023, 12, 20), date(2023, 12, 25))
        server.fetch(date(2023, 12, 21), date(2023, 12, 26))
        assert len(asked.paths) == 1
        server.fetch(date(2023, 12, 20), date(2024, 1, 5))
    assert len(asked.paths) == 2


def test_the_price_and_its_age():
    now = datetime(2024, 1, 10, 12, tzinfo=UTC)
    told = {"time": int(now.timestamp()) - 600, "USD": 43753, "EUR": 40545}
    with serving(lambda *_: Answer(told)) as (url, asked):
        assert MempoolServer(url, TODAY, QUICK).price_usd(now) == 43753.0
        assert asked.paths == ["/api/v1/prices"]
        with pytest.raises(InputError) as caught:
            MempoolServer(url, TODAY, QUICK).price_usd(now + timedelta(days=2))
    assert caught.value.problems[0].code == "S339"
    for wrong, code in ((told | {"USD": "43753"}, "S334"), (told | {"USD": -1}, "S334"), (told | {"time": 1.7e12}, "S335")):
        with serving(lambda *_, wrong=wrong: Answer(wrong)) as (url, _), pytest.raises(InputError) as caught:
            MempoolServer(url, TODAY, QUICK).price_usd(now)
        assert caught.value.problems[0].code == code


# --- Bitcoin node ---


class Chain:
    """A chain of blocks about every ten minutes from 2023-05-30 on; every seventh block's time runs ahead of its follower's."""

    first = datetime(2023, 5, 30, tzinfo=UTC)

    def __init__(self, blocks=1200):
        step = 600
        base = int(self.first.timestamp())
        self.times = [base + step * h + (900 if h % 7 == 0 else 0) for h in range(blocks)]
        self.medians = [sorted(self.times[max(0, h - 10) : h + 1])[min(h, 10) // 2] for h in range(blocks)]
        self.fees = [10_000_000 + 1_000 * h for h in range(blocks)]
        self.syncing = False
        self.chain = "main"
        self.error = None

    def result(self, method, params):
        if method == "getblockchaininfo":
            tip = len(self.times) - 1
            return {
                "chain": self.chain,
                "blocks": tip,
                "headers": tip,
                "difficulty": 5e13,
                "time": self.times[-1],
                "mediantime": self.medians[-1],
                "verificationprogress": 0.9999,
                "initialblockdownload": self.syncing,
                "pruned": False,
            }
        if method == "getblockhash":
            return f"{params[0]:064x}"
        if method == "getblockheader":
            height = int(params[0], 16)
            return {"height": height, "time": self.times[height], "mediantime": self.medians[height]}
        if method == "getblockstats":
            height = params[0]
            return {"time": self.times[height], "subsidy": 625_000_000, "totalfee": self.fees[height]}
        assert method == "getnetworkhashps"
        return params[0] / 144 * 3.6e20

    def answer(self, _number, _path, body):
        calls = json.loads(body)
        answers = [
            {"result": None if self.error else self.result(call["method"], call["params"]), "error": self.error, "id": call["id"]}
            for call in calls
        ]
        return Answer(answers[::-1])

    def by_hand(self, day):
        begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        heights = [h for h, t in enumerate(self.times) if begin <= t < begin + 86_400]
        return len(heights), sum(self.fees[h] for h in heights) * 1e-8


DAYS = (date(2023, 6, 1), date(2023, 6, 5))


def test_days_of_a_node_are_the_sums_of_their_own_blocks():
    chain = Chain()
    with serving(chain.answer) as (url, asked):
        table = BitcoinNode(url, "ann", "secret", QUICK).fetch(*DAYS)
    hand = [chain.by_hand(date(2023, 6, day)) for day in range(1, 5)]
    np.testing.assert_array_equal(table.values["blocks"], [blocks for blocks, _ in hand])
    np.testing.assert_allclose(table.values["fees_btc"], [fees for _, fees in hand])
    np.testing.assert_allclose(table.values["issuance_btc"], 6.25 * table.values["blocks"])
    np.testing.assert_allclose(table.values["hashrate_ths"], table.values["blocks"] / 144 * 360e6)
    assert asked.headers[0]["Authorization"] == "Basic YW5uOnNlY3JldA=="
    assert len(asked.paths) < 60


def test_a_node_is_not_asked_twice_for_the_same(tmp_path):
    line = Connection(Patience(attempts=1), Cache(tmp_path, timedelta(days=1)))
    with serving(Chain().answer) as (url, asked):
        first = BitcoinNode(url, connection=line).fetch(*DAYS)
        count = len(asked.paths)
        again = BitcoinNode(url, connection=line).fetch(*DAYS)
    assert len(asked.paths) == count
    np.testing.assert_array_equal(first.values["fees_btc"], again.values["fees_btc"])


def test_a_node_that_is_behind_or_elsewhere_or_not_ready():
    behind, elsewhere, starting, syncing = Chain(700), Chain(), Chain(), Chain()
    elsewhere.chain = "test"
    starting.error = {"code": -28, "message": "Loading block index…"}
    syncing.syncing = True
    codes = []
    for chain in (behind, elsewhere, starting, syncing):
        with serving(chain.answer) as (url, _):
            codes.append(problem(BitcoinNode(url, connection=QUICK), *DAYS).code)
    assert codes == ["S339", "S334", "S338", "S339"]


@pytest.mark.parametrize("answer", [{}, [], [{"id": 0}], [{"id": 7, "result": {}, "error": None}], [7], "x"])
def test_a_node_that_is_none(answer):
    with serving(lambda *_: Answer(answer)) as (url, _):
        assert problem(BitcoinNode(url, connection=QUICK), *DAYS).code == "S334"


def test_a_password_is_never_shown():
    assert "secret" not in repr(BitcoinNode("http://127.0.0.1:1", "ann", "secret"))
    with serving(lambda *_: Answer(b"", 401)) as (url, _):
        found = problem(BitcoinNode(url, "ann", "secret", QUICK), *DAYS)
    assert found.code == "S331"
    assert "secret" not in str(found)


# --- gridstatus ---


class Stub:
    """What an operator of gridstatus answers, in small."""

    def __init__(self, minutes=60, price="LMP", zone="US/Pacific", drop=0):
        self.minutes, self.price, self.zone, self.drop, self.asked = minutes, price, zone, drop, 0

    def get_lmp(self, date, end, market, locations):
        self.asked += 1
        starts = pd.date_range(date, end, freq=f"{self.minutes}min", inclusive="left").tz_convert(self.zone)
        frame = pd.DataFrame(
            {"Time": starts, "Interval Start": starts, "Interval End": starts + pd.Timedelta(minutes=self.minutes)}
        )
        frame["Market"], frame["Location"], frame["Location Type"] = market, locations[0], "Trading Hub"
        frame[self.price] = np.arange(len(frame)) * self.minutes / 60.0
        other = frame.assign(Location="ELSEWHERE", **{self.price: -1e9})
        return pd.concat([other, frame]).iloc[: 2 * len(frame) - self.drop]


def test_prices_of_a_stub_by_the_hour():
    hourly = GridstatusPrices("np15", Stub(), "TH_NP15_GEN-APND").fetch(date(2023, 3, 11), date(2023, 3, 14))
    np.testing.assert_allclose(hourly.values["np15"], np.arange(72))
    quarters = GridstatusPrices("np15", Stub(15, "SPP"), "HB_WEST", "REAL_TIME_15_MIN").fetch(
        date(2023, 3, 11), date(2023, 3, 14)
    )
    np.testing.assert_allclose(quarters.values["np15"], np.arange(72) + 0.375)
    assert hourly.hours[0] == np.datetime64("2023-03-11T00", "h").astype(int)


def test_prices_of_a_stub_are_kept(tmp_path):
    stub = Stub()
    source = GridstatusPrices("np15", stub, "TH_NP15", cache=Cache(tmp_path, timedelta(hours=1)))
    first, again = (source.fetch(date(2023, 3, 11), date(2023, 3, 14)) for _ in range(2))
    assert stub.asked == 1
    np.testing.assert_array_equal(first.values["np15"], again.values["np15"])


@pytest.mark.parametrize(
    ("stub", "code"),
    [
        (Stub(price="Price"), "S334"),
        (Stub(zone=None), "S334"),
        (Stub(drop=1), "S339"),
        (Stub(15, drop=1), "S320"),
        (object(), "S334"),
    ],
)
def test_prices_that_are_not_as_agreed(stub, code):
    assert problem(GridstatusPrices("np15", stub, "TH_NP15"), date(2023, 3, 11), date(2023, 3, 14)).code == code


def test_an_error_of_the_library_is_told():
    class Broken:
        def get_lmp(self, **_):
            raise RuntimeError("no data for this day")

    found = problem(GridstatusPrices("np15", Broken(), "TH_NP15"), date(2023, 3, 11), date(2023, 3, 14))
    assert found.code == "S338"
    assert "no data for this day" in found.message


def test_a_library_that_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "gridstatus", None)
    with pytest.raises(InputError) as caught:
        operator_named("CAISO")
    assert caught.value.problems[0].code == "S324"
    assert "repower[gridstatus]" in caught.value.problems[0].hint
