"""A server for tests of scripts, run as a program: answers as its first argument says, in JSON, and writes down what it was asked.

Answers are lists by path, each of status and body; the last one of a list is repeated. `login` is the header that `protected` paths need.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PLAN = json.loads(sys.argv[1])
LOG = Path(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    """Answers GET requests."""

    def do_GET(self) -> None:
        """Answer, and note path and login."""
        with LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"path": self.path, "login": self.headers.get("Authorization")}) + "\n")
        answers = PLAN["answers"].get(self.path, [[404, "not here"]])
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if self.path in PLAN["protected"] and self.headers.get("Authorization") != PLAN["login"]:
            status, body = 401, "Unauthorized"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Say nothing: the log is a file."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
