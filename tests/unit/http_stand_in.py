"""A server for tests, in a process of its own: tests may open no sockets.

Input: one line of JSON with `port`, `headers`, and `answers`, which map `METHOD path` to a list of status and body (base64); the last one
holds for ever.
Output: the port, then one line of JSON for each request. It ends when its input does.
"""

import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCK = threading.Lock()
UNKNOWN = [[404, base64.b64encode(b"{}").decode()]]


def tell(what: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def handler(scenario: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    """Make the class that plays a scenario."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with LOCK:
                prepared = scenario["answers"].get(f"{self.command} {self.path}", UNKNOWN)
                status, text = prepared.pop(0) if len(prepared) > 1 else prepared[0]
                tell([self.command, self.path, dict(self.headers), base64.b64encode(body).decode()])
            answer = base64.b64decode(text)
            self.send_response(status)
            for name, value in {**scenario["headers"], "Content-Length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the names of http.server

        def log_message(self, *_args: object) -> None:
            pass

    return Handler


def main() -> None:
    """Serve until the input ends."""
    scenario = json.loads(sys.stdin.readline())
    with ThreadingHTTPServer(("127.0.0.1", scenario["port"]), handler(scenario)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        tell(server.server_port)
        sys.stdin.read()
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    main()
