"""Asking a server: what is tried again, what is final, what is kept, and what is told. The server is on this machine."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from loopback import Answer, serving

from repower.errors import InputError, Problem
from repower.markets.sources.live.asking import Cache, Connection, Patience, Request

NOW = datetime(2025, 6, 1, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW
        self.pauses = []

    def __call__(self):
        return self.now


def connection(clock=None, cache=None, **patience):
    clock = clock or Clock()
    settings = {"answer_s": 2.0, "attempts": 3, "pause_s": 1.0, "longest_pause_s": 10.0} | patience
    return Connection(Patience(**settings), cache, clock.pauses.append)


def same(answer):
    return answer


def problem(connection, url, read=same, **request):
    with pytest.raises(InputError) as caught:
        connection.ask(Request(url, **request), "test", read)
    (found,) = caught.value.problems
    assert found.path == "test"
    return found


def test_a_good_answer_at_the_third_attempt():
    clock = Clock()
    wrong = [Answer(b"busy", 503), Answer(b'{"a": ', promised=10)]
    with serving(lambda n, *_: wrong[n] if n < 2 else Answer({"a": 1})) as (url, asked):
        assert connection(clock).ask(Request(url), "test", same) == {"a": 1}
    assert len(asked.paths) == 3
    assert clock.pauses == [1.0, 2.0]


@pytest.mark.parametrize(
    ("answer", "code", "attempts"),
    [
        (Answer(b"<html>out of order</html>", 500), "S331", 3),
        (Answer(b"no", 404), "S331", 1),
        (Answer(b"who are you", 401), "S331", 1),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/secret"}), "S331", 1),
        (Answer(b"slow down", 429), "S332", 3),
        (Answer(b"slow down", 429, {"Retry-After": "3600"}), "S332", 1),
        (Answer(b"<html>hello</html>"), "S333", 3),
        (Answer(b'{"a": 1'), "S333", 3),
        (Answer(b'{"a": 1}', promised=5), "S333", 3),
        (Answer(b"\xff\xfe\x00"), "S333", 3),
        (Answer(b"[" * 200_000), "S333", 3),
        (Answer(b""), "S333", 3),
    ],
)
def test_an_answer_that_is_none(answer, code, attempts):
    with serving(lambda *_: answer) as (url, asked):
        found = problem(connection(), url)
    assert (found.code, len(asked.paths)) == (code, attempts)
    assert found.hint


def test_a_pause_that_the_server_asks_for_is_kept():
    clock = Clock()
    with serving(lambda n, *_: Answer(b"", 429, {"Retry-After": "7"}) if n == 0 else Answer([])) as (url, _):
        assert connection(clock).ask(Request(url), "test", same) == []
    assert clock.pauses == [7.0]


@pytest.mark.parametrize("answer", [Answer({"a": 1}, silent_s=1.5), Answer(b'{"a": "' + b"x" * 200 + b'"}', drip_s=0.02)])
def test_a_silent_and_a_dripping_server_are_given_up(answer):
    with serving(lambda *_: answer) as (url, asked):
        found = problem(connection(answer_s=0.2, attempts=2), url)
    assert found.code == "S330"
    assert "0.2 s" in found.message
    assert len(asked.paths) == 2


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = problem(connection(), f"http://127.0.0.1:{port}/x?key=1")
    assert found.code == "S330"
    assert "key" not in str(found)


@pytest.mark.parametrize(
    "url", ["file:///etc/hosts", "ftp://127.0.0.1/x", "127.0.0.1:8332", "http://ann:secret@127.0.0.1/", "http:///x"]
)
def test_no_address(url):
    found = problem(connection(), url)
    assert found.code == "S331"
    assert "secret" not in str(found)


def test_the_cache_serves_while_fresh_and_says_when_it_is_not(tmp_path):
    clock = Clock()
    cache = Cache(tmp_path / "cache", timedelta(hours=1), clock)
    line = connection(clock, cache)
    with serving(lambda n, *_: Answer({"n": n})) as (url, asked):
        request = Request(f"{url}/a?b=1", "{}", {"Authorization": "Basic c2VjcmV0"})
        assert line.ask(request, "test", same) == {"n": 0}
        clock.now += timedelta(minutes=59)
        assert line.ask(request, "test", same) == {"n": 0}
        assert line.ask(Request(f"{url}/a?b=2"), "test", same) == {"n": 1}
        clock.now += timedelta(minutes=1)
        assert line.ask(request, "test", same) == {"n": 2}
        assert asked.headers[0]["Authorization"] == "Basic c2VjcmV0"
    clock.now += timedelta(days=2)
    found = problem(line, request.url, body="{}")
    assert found.code == "S330"
    assert "an answer of 2025-06-01 01:00 is in the cache, and too old" in found.hint
    kept = "".join(path.read_text() for path in (tmp_path / "cache").iterdir())
    assert "c2VjcmV0" not in kept
    assert json.loads((next((tmp_path / "cache").iterdir())).read_text())["fetched"].startswith("2025-06-0")


def test_an_answer_that_is_not_understood_is_not_kept(tmp_path):
    cache = Cache(tmp_path, timedelta(hours=1))

    def read(answer):
        if answer["n"] == 0:
            raise InputError(Problem("S334", "no", path="test"))
        return answer

    with serving(lambda n, *_: Answer({"n": n})) as (url, _):
        assert problem(connection(cache=cache), url, read).code == "S334"
        assert list(tmp_path.iterdir()) == []
        assert connection(cache=cache).ask(Request(url), "test", read) == {"n": 1}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"key": 1}', '{"key": "x", "fetched": "yesterday", "answer": 1}'])
def test_a_damaged_entry_is_asked_for_anew(tmp_path, damage):
    cache = Cache(tmp_path, timedelta(hours=1))
    with serving(lambda n, *_: Answer({"n": n})) as (url, _):
        connection(cache=cache).ask(Request(url), "test", same)
        (entry,) = tmp_path.iterdir()
        entry.write_text(damage)
        assert connection(cache=cache).ask(Request(url), "test", same) == {"n": 1}
    assert [path.name for path in tmp_path.iterdir()] == [entry.name]


def test_a_cache_that_cannot_be_written(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with serving(lambda *_: Answer({})) as (url, _), pytest.raises(InputError) as caught:
        connection(cache=Cache(tmp_path / "taken", timedelta(hours=1))).ask(Request(url), "test", same)
    assert caught.value.problems[0].code == "S336"


def test_an_entry_from_the_future_is_not_fresh(tmp_path):
    clock = Clock()
    cache = Cache(tmp_path, timedelta(hours=1), clock)
    cache.put("k", 1)
    clock.now -= timedelta(minutes=1)
    kept = cache.get("k")
    assert kept is not None
    assert not cache.fresh(kept[1])
