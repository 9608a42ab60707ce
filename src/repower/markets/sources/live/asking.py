"""One way to ask a server: time limits, a bounded number of attempts, one clear problem, and a cache on disk.

An attempt has a limit for its answer, so a server that drips is given up as well as a silent one (after at most twice the limit).
Worth another attempt are silence, a broken or cut-off answer, 429 and the 5xx; all other answers are final. Between attempts we
wait, twice as long each time, or as long as the server asks for within the limit. Redirections are not followed, since a password
would go along.

The cache has a file per request, named by the hash of its address and body (never of its password), written whole or not at all.
An entry knows when it was fetched, and serves while it is younger than `fresh_for`; an older one is never served, not even when
the server fails: then the problem says that it is there. Only answers that were understood are kept.

Codes: S330 no answer, S331 refused, S332 too many requests, S333 broken answer, S336 the cache.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from repower.errors import InputError, Problem

T = TypeVar("T")

_LARGEST_BYTES = 64 * 2**20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Patience:
    """How long we wait: for a whole answer, how often, and between attempts (doubled each time, up to the longest)."""

    answer_s: float = 30.0
    attempts: int = 3
    pause_s: float = 1.0
    longest_pause_s: float = 60.0


@dataclass(frozen=True)
class Request:
    """What is asked: a JSON `body` is posted, none is a GET; `secrets` are headers that no file and no message shows."""

    url: str
    body: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Cache:
    """Answers on disk under `folder`; one serves while it is younger than `fresh_for`."""

    folder: Path
    fresh_for: timedelta
    now: Callable[[], datetime] = _utc_now

    def get(self, key: str) -> tuple[object, datetime] | None:
        """The answer kept for a key, of any age, and when it was fetched; None when there is none that can be read."""
        try:
            entry = json.loads(self._path(key).read_text(encoding="utf-8"))
            fetched = datetime.fromisoformat(entry["fetched"])
            return (entry["answer"], fetched) if entry["key"] == key and fetched.tzinfo else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def fresh(self, fetched: datetime) -> bool:
        """Whether an answer of that time may serve; one from the future may not."""
        return timedelta(0) <= self.now() - fetched < self.fresh_for

    def put(self, key: str, answer: object) -> None:
        """Keep an answer; InputError S336 when it cannot be written."""
        path = self._path(key)
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            entry = {"key": key, "fetched": self.now().isoformat(), "answer": answer}
            draft.write_text(json.dumps(entry), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise InputError(
                Problem(
                    "S336",
                    f"the cache cannot be written: {error.strerror or error}",
                    hint="name a folder that you may write to, or leave the cache out",
                    file=str(path),
                )
            ) from None

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"


@dataclass(frozen=True)
class Connection:
    """How servers are asked: with which patience, through which cache; `pause` is the clock's, or a test's."""

    patience: Patience = Patience()
    cache: Cache | None = None
    pause: Callable[[float], None] = time.sleep

    def ask(self, request: Request, name: str, read: Callable[[object], T]) -> T:
        """The answer of a server as `read` understands it.

        Parameters
        ----------
        request : what is asked
        name : the source, for messages
        read : turns JSON into what is wanted, or raises InputError; only then is the answer kept

        Raises
        ------
        InputError
            S330-S333, S336, and those of `read`
        """
        key = f"{request.url}\n{request.body}"
        kept = self.cache.get(key) if self.cache else None
        if kept and self.cache and self.cache.fresh(kept[1]):
            # an answer that served another window may lack this one: then it is asked for anew
            with suppress(InputError):
                return read(kept[0])
        _check_address(request.url, name)
        try:
            answer = self._fetched(request, name)
        except InputError as error:
            if not kept:
                raise
            note = f"; an answer of {kept[1]:%Y-%m-%d %H:%M} is in the cache, and too old: allow it to be older to use it"
            raise InputError([Problem(p.code, p.message, p.path, p.hint + note, p.file) for p in error.problems]) from None
        understood = read(answer)
        if self.cache:
            self.cache.put(key, answer)
        return understood

    def _fetched(self, request: Request, name: str) -> object:
        pause = self.patience.pause_s
        for attempt in range(1, self.patience.attempts + 1):
            last = attempt == self.patience.attempts
            tried = f"after {attempt} attempt{'s' if attempt > 1 else ''}"
            try:
                return json.loads(self._body(request))
            except urllib.error.HTTPError as error:
                with error:
                    again = error.code == 429 or error.code >= 500
                    if last or not again:
                        raise InputError(_refused(error, request, name, tried)) from None
                    asked = _asked_pause(error.headers.get("Retry-After"))
                if asked > self.patience.longest_pause_s:
                    raise InputError(_refused(error, request, name, tried)) from None
                pause = max(pause, asked)
            except (http.client.HTTPException, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
                if last:
                    raise InputError(
                        Problem(
                            "S333",
                            f"the answer is cut off or no JSON, {tried}: {type(error).__name__}",
                            path=name,
                            hint="try later; look at the address with a browser",
                            file=_shown(request.url),
                        )
                    ) from None
            except OSError as error:  # timeouts and refused connections among them
                if last:
                    reason = getattr(error, "reason", error)
                    slow = isinstance(reason, TimeoutError) or isinstance(error, TimeoutError)
                    fact = f"no whole answer within {self.patience.answer_s:g} s" if slow else f"no connection: {reason}"
                    raise InputError(
                        Problem(
                            "S330",
                            f"{fact}, {tried}",
                            path=name,
                            hint="is the address right, the server up, and the network there? A file can be imported instead",
                            file=_shown(request.url),
                        )
                    ) from None
            self.pause(min(pause, self.patience.longest_pause_s))
            pause *= 2.0
        raise ValueError("patience needs at least one attempt")

    def _body(self, request: Request) -> bytes:
        headers = {"Accept": "application/json", "User-Agent": "repower", **request.secrets}
        data = request.body.encode() if request.body else None
        if data is not None:
            headers["Content-Type"] = "application/json"
        asked = urllib.request.Request(request.url, data=data, headers=headers)  # noqa: S310 - the scheme was checked
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if urlsplit(request.url).hostname in _LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + self.patience.answer_s
        with urllib.request.build_opener(*handlers).open(asked, timeout=self.patience.answer_s) as response:
            return _read_until(response, deadline)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like any other: the user says where to ask."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


def _read_until(response: http.client.HTTPResponse, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(2**16):
        parts.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > _LARGEST_BYTES:
            raise http.client.HTTPException(f"more than {_LARGEST_BYTES:,} bytes")
    # read1 does not miss what was promised and not sent
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _refused(error: urllib.error.HTTPError, request: Request, name: str, tried: str) -> Problem:
    if error.code == 429:
        asked = error.headers.get("Retry-After")
        wait = f"; it asks to wait {asked[:40]}" if asked else ""
        return Problem(
            "S332",
            f"too many requests, {tried}{wait}",
            path=name,
            hint="ask later, for less at once, or through a cache",
            file=_shown(request.url),
        )
    said = error.headers.get("Location", "") if 300 <= error.code < 400 else _said(error)
    hints = {401: "check user and password", 403: "check user, password, and who may ask", 404: "check the address"}
    return Problem(
        "S331",
        f"the server answers {error.code} {error.reason}, {tried}" + (f": {said}" if said else ""),
        path=name,
        hint=hints.get(error.code, "look at the address with a browser, or try later"),
        file=_shown(request.url),
    )


def _said(error: urllib.error.HTTPError) -> str:
    """The first words of an answer that refuses, on one line."""
    with suppress(OSError, http.client.HTTPException):
        return " ".join(error.read(2_000).decode("utf-8", "replace").split())[:160]
    return ""


def _asked_pause(header: str | None) -> float:
    """Seconds that the server asks us to wait; 0 when it does not say, or says a date."""
    return float(header) if header and header.strip().isdigit() else 0.0


def _check_address(url: str, name: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise InputError(
            Problem(
                "S331",
                f"{_shown(url)!r} is no address to ask",
                path=name,
                hint="addresses begin with http:// or https://; user and password stand beside them, not in them",
            )
        )


def _shown(url: str) -> str:
    """The address as messages show it: without password and without the question."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
