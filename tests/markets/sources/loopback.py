"""A server on this machine that answers as it is told: ``with serving(answers) as address``."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What is sent: status, body (bytes, or JSON), headers; `promised` bytes more than are sent; seconds between bytes."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int = 0
    drip_s: float = 0.0
    silent_s: float = 0.0


@dataclass
class Asked:
    """What came in, in order."""

    paths: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[int, str, str], Answer]) -> Iterator[tuple[str, Asked]]:
    """A server whose `answer` is given the number of the request (from 0), its path and its body."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            number = len(asked.paths)
            asked.paths.append(self.path)
            asked.bodies.append(body)
            asked.headers.append(dict(self.headers))
            given = answer(number, self.path, body)
            content = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            try:
                time.sleep(given.silent_s)
                self.send_response(given.status)
                self.send_header("Content-Length", str(len(content) + given.promised))
                for name, value in given.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if given.drip_s:
                    for place in range(len(content)):
                        self.wfile.write(content[place : place + 1])
                        self.wfile.flush()
                        time.sleep(given.drip_s)
                else:
                    self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the other side has given up, as it should

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
