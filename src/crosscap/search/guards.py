"""What stands between the network and the answers: hosts, other sites, sizes, headers, and how faults are told."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crosscap.search.answers import QuestionError

MAX_BODY_BYTES = 20_000_000  # a photo of a good camera
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NO_STORE = {"Cache-Control": "no-store"}  # but where a reply says otherwise
PLAIN_REFUSALS = {
    400: "the server is not to be asked by this name; crosscap serve --host allows a further one",
    413: f"a picture has at most {MAX_BODY_BYTES:,} bytes; send a smaller one",
}


def guard(app: FastAPI, hosts: Sequence[str]) -> None:
    """Put the guards before an app: only `hosts` and this machine's own names may be asked for (else 400)."""
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(SameSite)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *hosts], www_redirect=False)
    app.add_middleware(JsonRefusals)
    app.add_middleware(SafeHeaders)
    app.add_exception_handler(QuestionError, _tell_question_error)
    app.add_exception_handler(RequestValidationError, _tell_validation_error)
    app.add_exception_handler(Exception, _tell_failure)


class SafeHeaders:
    """Middleware: what a browser may do with the replies. Those of failures, sent outside of it, have the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", NO_STORE["Cache-Control"])
            await send(message)

        await self.app(scope, receive, send_with_headers)


class JsonRefusals:
    """Middleware: what Starlette's own middleware refuses in plain text is told as JSON, like all else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        refused = False

        async def send_json(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] in PLAIN_REFUSALS:
                refused = True
                status = message["status"]
                await JSONResponse({"detail": PLAIN_REFUSALS[status]}, status)(scope, receive, send)
            elif not refused:
                await send(message)

        await self.app(scope, receive, send_json)


class SameSite:
    """Middleware: other sites' pages may link here and nothing else; their requests get 403."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and _is_from_elsewhere(scope["method"], Headers(scope=scope)):
            await JSONResponse({"detail": "requests from other sites' pages are refused"}, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_from_elsewhere(method: str, headers: Headers) -> bool:
    """Return whether a browser says that another site's page sends this, other than by following a link."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        followed_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not followed_link
    origin = headers.get("origin")  # older browsers send it with every POST
    return origin is not None and origin.partition("://")[2] != headers.get("host")


async def _tell_question_error(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 422)


async def _tell_failure(request: Request, error: Exception) -> JSONResponse:
    """Tell that there is no answer, and not why: the log has the error, which may name files of this machine."""
    return JSONResponse({"detail": "the server failed; its log says why"}, 500, HEADERS | NO_STORE)


async def _tell_validation_error(request: Request, error: Exception) -> JSONResponse:
    """Tell which part of the request is wrong and why, without repeating what was sent, which may be long."""
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}" for fault in error.errors()]
    return JSONResponse({"detail": "; ".join(faults)}, 422)
