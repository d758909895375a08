"""Registers a SAML identity provider at Anchore Enterprise: waits until both answer, then creates or updates the registration.

Runs in the image of Anchore, whose Python may be as old as 3.8, on nothing but the standard library.
Neither the password nor what is made of it reaches a log line or the arguments of a process.
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

EXIT_REFUSED = 1
EXIT_SETTINGS = 2
EXIT_LATE = 3

REQUEST_SECONDS = 30.0
LARGEST_ANSWER = 4 * 1024 * 1024
SHOWN_CHARACTERS = 500

LOG = logging.getLogger("configure-sso")


class FailureError(Exception):
    """The registration cannot be done; `code` is the exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Settings:
    """What the environment asks for; `provider` is the registration as Anchore takes it."""

    provider: dict[str, Any]
    metadata_url: str
    api_url: str
    username: str
    password: str
    certificates: str
    deadline_seconds: float
    poll_seconds: float

    @property
    def token(self) -> str:
        """Name and password as HTTP basic authentication sends them."""
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")


class Clock:
    """Counts down to the deadline."""

    def __init__(self, seconds: float, pause: float) -> None:
        self._end = time.monotonic() + seconds
        self._pause = pause

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self._end - time.monotonic()

    def pause(self) -> bool:
        """Wait a little; say whether time is left."""
        if self.left <= self._pause:
            return False
        time.sleep(self._pause)
        return True


class _NeverElsewhere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: it would take the password along."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


class _NeverUnencrypted(urllib.request.HTTPRedirectHandler):
    """Follows no redirection from https to http: metadata hold the certificate that logins are trusted by."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature of urllib
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise FailureError(EXIT_REFUSED, f"the identity provider redirects to {newurl}, which is not encrypted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from the environment and the file that it names."""
    try:
        provider = json.loads(Path(environment["SSO_SETTINGS"]).read_text(encoding="utf-8"))
        settings = Settings(
            provider=provider,
            metadata_url=environment.get("SSO_METADATA_URL", ""),
            api_url=environment["SSO_API_URL"].rstrip("/"),
            username=environment["SSO_USERNAME"],
            password=environment["ANCHORE_ADMIN_PASSWORD"],
            certificates=environment.get("SSO_CERTIFICATES", ""),
            deadline_seconds=float(environment["SSO_DEADLINE_SECONDS"]),
            poll_seconds=float(environment.get("SSO_POLL_SECONDS", "5")),
        )
    except KeyError as error:
        raise FailureError(EXIT_SETTINGS, f"the variable {error.args[0]} is not set") from error
    except (OSError, ValueError) as error:
        raise FailureError(EXIT_SETTINGS, f"the settings cannot be read: {error}") from error
    if not isinstance(provider, dict) or not provider.get("name"):
        raise FailureError(EXIT_SETTINGS, f"{environment['SSO_SETTINGS']} names no identity provider")
    if not provider.get("idp_metadata_xml") and not settings.metadata_url:
        raise FailureError(EXIT_SETTINGS, "there is neither metadata nor an address to fetch them from")
    return settings


def trusted(folder: str) -> ssl.SSLContext:
    """Trust the CAs of the image and every certificate in a folder; what else lies there is left alone."""
    context = ssl.create_default_context()
    for path in sorted(Path(folder).iterdir()) if folder else ():
        if not path.is_file():
            continue
        try:
            context.load_verify_locations(cafile=str(path))
        except (ssl.SSLError, OSError):
            LOG.info("%s holds no certificate that could be trusted; it is ignored", path.name)
    return context


def ask(opener: urllib.request.OpenerDirector, request: urllib.request.Request, seconds: float) -> Answer:
    """Send a request; an error status is an answer, too."""
    try:
        with opener.open(request, timeout=seconds) as response:
            answer = Answer(response.status, response.read(LARGEST_ANSWER + 1))
    except urllib.error.HTTPError as error:
        with error:
            answer = Answer(error.code, error.read(LARGEST_ANSWER + 1))
    if len(answer.body) > LARGEST_ANSWER:
        raise FailureError(EXIT_REFUSED, f"{request.host} answered more than {LARGEST_ANSWER} bytes")
    return answer


def wait_for(what: str, question: Callable[[float], Answer], clock: Clock) -> Answer:
    """Repeat a question until the answer has status 200; say why it waits whenever the reason changes."""
    reason = ""
    while True:
        now = reason
        try:
            answer = question(max(1.0, min(REQUEST_SECONDS, clock.left)))
            if answer.status == http.client.OK:
                LOG.info("%s answers", what)
                return answer
            now = f"status {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            if isinstance(cause, ssl.SSLCertVerificationError):
                message = (
                    f"{what} has a certificate that is not trusted: {cause.verify_message}; add its CA to the certificates of the chart"
                )
                raise FailureError(EXIT_REFUSED, message) from error
            now = str(cause) or type(cause).__name__
        if now != reason:
            LOG.info("waiting for %s: %s", what, now)
            reason = now
        if not clock.pause():
            raise FailureError(EXIT_LATE, f"{what} did not answer before the deadline: {reason}")


def fetch_metadata(settings: Settings, context: ssl.SSLContext, clock: Clock) -> str:
    """Fetch the metadata of the identity provider, through the proxy that the environment names, if any."""
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NeverUnencrypted())
    request = urllib.request.Request(settings.metadata_url, headers={"Accept": "application/samlmetadata+xml, application/xml"})  # noqa: S310 - the schema of the values allows http and https only
    answer = wait_for(f"the identity provider at {settings.metadata_url}", lambda seconds: ask(opener, request, seconds), clock)
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FailureError(EXIT_REFUSED, f"{settings.metadata_url} is no text in UTF-8") from error
    if "EntityDescriptor" not in text:
        raise FailureError(EXIT_REFUSED, f"{settings.metadata_url} holds no SAML metadata: {shown(answer.body, ())}")
    return text


def shown(body: bytes, secrets: Iterable[str]) -> str:
    """Part of an answer that a log may hold: one line of printable ASCII without secrets."""
    text = body.decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    text = " ".join(text.split())
    text = "".join(character if character.isprintable() else "?" for character in text)
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


class Registry:
    """The registrations at Anchore."""

    def __init__(self, settings: Settings, context: ssl.SSLContext, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._list = f"{settings.api_url}/saml/idps"
        # Services of the cluster are never behind a proxy.
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NeverElsewhere())
        self._opener = urllib.request.build_opener(*handlers)

    def wait(self) -> None:
        """Wait until the service is there; this needs no login."""
        request = urllib.request.Request(f"{self._settings.api_url}/swagger.json")  # noqa: S310 - the chart writes the address
        wait_for(f"Anchore at {self._settings.api_url}", lambda seconds: ask(self._opener, request, seconds), self._clock)

    def register(self, provider: Mapping[str, Any]) -> None:
        """Create the registration, or update the one of the same name."""
        name = str(provider["name"])
        own = f"{self._list}/{urllib.parse.quote(name, safe='')}"
        found = self._send("GET", own)
        if found.status == http.client.OK:
            self._change("PUT", own, provider)
            LOG.info('the identity provider "%s" is updated', name)
        elif found.status == http.client.NOT_FOUND:
            self._change("POST", self._list, provider)
            LOG.info('the identity provider "%s" is created', name)
        else:
            self._refuse("GET", own, found)

    def _change(self, method: str, url: str, provider: Mapping[str, Any]) -> None:
        answer = self._send(method, url, provider)
        if answer.status // 100 != http.client.OK // 100:
            self._refuse(method, url, answer)

    def _send(self, method: str, url: str, content: Mapping[str, Any] | None = None) -> Answer:
        headers = {"Authorization": f"Basic {self._settings.token}", "Accept": "application/json", "Content-Type": "application/json"}
        data = None if content is None else json.dumps(content).encode("ascii")
        request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - the chart writes the address
        try:
            return ask(self._opener, request, REQUEST_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            raise FailureError(EXIT_REFUSED, f"{method} {url}: {getattr(error, 'reason', error)}") from error

    def _refuse(self, method: str, url: str, answer: Answer) -> NoReturn:
        message = f"{method} {url}: status {answer.status}: {shown(answer.body, (self._settings.password, self._settings.token))}"
        if answer.status == http.client.UNAUTHORIZED:
            message += f"; the password of the user {self._settings.username} in the Secret is not the one in the database"
        raise FailureError(EXIT_REFUSED, message)


def configure(settings: Settings) -> None:
    """Do it all."""
    clock = Clock(settings.deadline_seconds, settings.poll_seconds)
    context = trusted(settings.certificates)
    provider = dict(settings.provider)
    if not provider.get("idp_metadata_xml"):
        provider["idp_metadata_xml"] = fetch_metadata(settings, context, clock)
    registry = Registry(settings, context, clock)
    registry.wait()
    registry.register(provider)


def main() -> int:
    """Return the exit code: 0 done, 1 refused, 2 wrong settings, 3 too late."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s: %(message)s")
    try:
        configure(read_settings(os.environ))
    except FailureError as failure:
        LOG.error("%s", failure)  # noqa: TRY400 - the message says it all
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
