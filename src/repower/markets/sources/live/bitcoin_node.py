"""Network, fees, issuance and blocks by day from a Bitcoin node of one's own, by JSON-RPC.

A block belongs to the day (UTC) of its own time. Times may go back a little from block to block, the median of eleven never does:
the heights of a window are searched by the median with `_MARGIN_S` on either side, and then sorted into days by their own time.
Of a day d with blocks b: blocks = |b|, issuance = sum subsidy_b, fees = sum totalfee_b, and the network is what getnetworkhashps
says of as many blocks at the height of the day's last.

A batch of requests is one question. The node needs its blocks (a pruned one has only the last). The price comes from elsewhere.
Written by the published interface, tested with recorded shapes. Codes: S334, S335, S337, S338 the node's own error, S339 behind.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.bitcoin_days import NETWORK_FACTOR, TH_PER_EH, BitcoinDays, usual_network_eh_per_s
from repower.markets.sources.live import check_window
from repower.markets.sources.live.answers import field as field_of
from repower.markets.sources.live.answers import number, shape
from repower.markets.sources.live.asking import Connection, Request

_LONGEST_DAYS = 400
_BATCH = 144
_MARGIN_S = 4 * 3600
_SATOSHI = 1e-8


@dataclass(frozen=True)
class BitcoinNode:
    """A node on the main chain; `user` and `password` as in its configuration, or the two halves of its cookie."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    connection: Connection = field(default_factory=Connection)

    @property
    def name(self) -> str:
        """What the feed is called in messages."""
        return "Bitcoin node"

    def fetch(self, start: date, end: date) -> BitcoinDays:
        """Daily figures from `start` up to `end`: all columns of `BitcoinDays` but the price.

        Raises
        ------
        InputError
            S330-S339
        """
        check_window(self.name, start, end, _LONGEST_DAYS)
        begin, close = _seconds(start), _seconds(end)
        tip = self._tip(end)
        low = self._first_after(begin - _MARGIN_S, 0, tip)
        high = self._first_after(close + _MARGIN_S, low, tip + 1)
        stats = self._stats(range(low, high))
        first = int(np.datetime64(start, "D").astype(np.int64))
        days = np.arange(first, first + (end - start).days, dtype=np.int64)
        by_day: dict[int, list[tuple[int, dict[str, float]]]] = {day: [] for day in days.tolist()}
        for height, block in zip(range(low, high), stats, strict=True):
            by_day.get(int(block["time"] // 86_400), []).append((height, block))
        empty = [day for day, blocks in by_day.items() if not blocks]
        if empty:
            raise InputError(shape(self.name, f"no block on {np.datetime64(empty[0], 'D')}"))
        questions = [("getnetworkhashps", [len(blocks), max(height for height, _ in blocks)]) for blocks in by_day.values()]
        network = np.array([_plain_number(answer, self.name) for answer in self._ask_all(questions)]) * 1e-18
        _check_size(days, network, self.name)
        values = {
            "hashrate_ths": network * TH_PER_EH,
            "fees_btc": np.array([sum(b["totalfee"] for _, b in blocks) for blocks in by_day.values()]) * _SATOSHI,
            "issuance_btc": np.array([sum(b["subsidy"] for _, b in blocks) for blocks in by_day.values()]) * _SATOSHI,
            "blocks": np.array([float(len(blocks)) for blocks in by_day.values()]),
        }
        return BitcoinDays(days, values, (f"from a {self.name}, heights {low:,} to {high - 1:,}",))

    def _tip(self, end: date) -> int:
        """Height of the last block, once the node is known to be past the window."""
        (info,) = self._ask_all([("getblockchaininfo", [])])
        if field_of(info, "chain", self.name) != "main":
            raise InputError(shape(self.name, f"it follows the chain {field_of(info, 'chain', self.name)!r}, not main"))
        median = datetime.fromtimestamp(number(info, "mediantime", self.name), UTC)
        behind = median < datetime(end.year, end.month, end.day, tzinfo=UTC)
        if field_of(info, "initialblockdownload", self.name) is not False or behind:
            raise InputError(
                Problem(
                    "S339",
                    f"the node is at {median:%Y-%m-%d %H:%M}, before the end of the window",
                    path=self.name,
                    hint="let it catch up, or end the window earlier",
                )
            )
        return int(number(info, "blocks", self.name))

    def _first_after(self, seconds: float, low: int, high: int) -> int:
        """The first height from `low` on whose median time is `seconds` or later; `high` when there is none before it."""
        while low < high:
            middle = (low + high) // 2
            (block_hash,) = self._ask_all([("getblockhash", [middle])])
            (header,) = self._ask_all([("getblockheader", [block_hash])])
            if number(header, "mediantime", self.name) < seconds:
                low = middle + 1
            else:
                high = middle
        return low

    def _stats(self, heights: range) -> list[dict[str, float]]:
        wanted = ("time", "subsidy", "totalfee")
        answers = []
        for begin in range(0, len(heights), _BATCH):
            answers += self._ask_all([("getblockstats", [height, list(wanted)]) for height in heights[begin : begin + _BATCH]])
        return [{name: number(answer, name, self.name) for name in wanted} for answer in answers]

    def _ask_all(self, questions: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The results of a batch, in the order of its questions."""
        calls = [
            {"jsonrpc": "1.0", "id": place, "method": method, "params": params}
            for place, (method, params) in enumerate(questions)
        ]
        secrets = {}
        if self.user or self.password:
            token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            secrets = {"Authorization": f"Basic {token}"}
        request = Request(self.address, json.dumps(calls), secrets)
        return self.connection.ask(request, self.name, lambda answer: _results(answer, questions, self.name))


def _results(answer: object, questions: Sequence[tuple[str, list[Any]]], name: str) -> list[Any]:
    if not isinstance(answer, list) or len(answer) != len(questions):
        raise InputError(shape(name, f"{len(questions)} answers were wanted"))
    by_id = {field_of(part, "id", name): part for part in answer}
    results = []
    for place, (method, _) in enumerate(questions):
        if place not in by_id:
            raise InputError(shape(name, f"the answer to {method} is missing"))
        error = by_id[place].get("error")
        if error is not None:
            said = error.get("message", error) if isinstance(error, dict) else error
            raise InputError(
                Problem(
                    "S338",
                    f"{method}: {str(said)[:160]}",
                    path=name,
                    hint="a pruned node has only its last blocks; one that starts is not ready",
                )
            )
        results.append(field_of(by_id[place], "result", name))
    return results


def _plain_number(answer: object, name: str) -> float:
    return number({"getnetworkhashps": answer}, "getnetworkhashps", name)


def _check_size(days: np.ndarray, network: np.ndarray, name: str) -> None:
    ratio = network / usual_network_eh_per_s(days)
    if ((ratio > NETWORK_FACTOR) | (ratio < 1.0 / NETWORK_FACTOR)).any():
        raise InputError(
            Problem(
                "S335",
                f"the network would be {network[0]:.3g} EH/s",
                path=name,
                hint="getnetworkhashps is in H/s on the main chain",
            )
        )


def _seconds(day: date) -> float:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
