"""A pretend Messages API on loopback: enough of the wire for agent CLIs; what it says is in model_rules.py.

In a test: `with ModelServer(POLECAT) as model: … env={"ANTHROPIC_BASE_URL": model.url("Toast")}`.
By hand: `python -m tests.e2e.model_server --port 8123 --rules polecat`.
"""

import argparse
import contextlib
import json
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast

from tests.e2e.model_rules import SCENARIOS, After, Fail, Json, Reply, Request, Rule, Say, Use

MESSAGES = re.compile(r"^(?:/agent/(?P<agent>.+?))?/v1/messages(?P<count>/count_tokens)?(?:\?|$)")

ERROR_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
"""From the API's public documentation; every other status is an `api_error`."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was answered: with which reply, and which rule gave it."""

    request: Request
    rule: str
    reply: Reply


class ModelServer:
    """Answers on 127.0.0.1 by the first rule that holds; remembers every exchange, for assertions."""

    def __init__(self, rules: Sequence[Rule], port: int = 0) -> None:
        self.rules = rules
        self.exchanges: list[Exchange] = []
        self.closing = threading.Event()
        self._http = _Listener(("127.0.0.1", port), _Handler)
        self._http.model = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def url(self, agent: str = "") -> str:
        """What `ANTHROPIC_BASE_URL` should be; with `agent` its requests carry that name."""
        base = f"http://127.0.0.1:{self._http.server_port}"
        return f"{base}/agent/{agent}" if agent else base

    def heard_from(self, agent: str) -> Sequence[Exchange]:
        return [exchange for exchange in tuple(self.exchanges) if exchange.request.agent == agent]

    def answered_by(self, rule: str) -> Sequence[Exchange]:
        return [exchange for exchange in tuple(self.exchanges) if exchange.rule == rule]

    def answer(self, request: Request) -> Reply:
        """Choose and record the reply; a request that no rule expects is an error of the API."""
        for rule in self.rules:
            if rule.when(request):
                reply = rule.then(request)
                self.exchanges.append(Exchange(request, rule.name, reply))
                return reply
        self.exchanges.append(Exchange(request, "", Fail(400)))
        return Fail(400, message="no rule of the pretend model expects this request")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    model: ModelServer


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._send_head(200, "application/json")

    def do_GET(self) -> None:
        self._send_json(200, {})

    def do_POST(self) -> None:
        asked = MESSAGES.match(self.path)
        body = self._body()
        if not asked:
            self._send_json(200, {})
        elif asked["count"]:
            self._send_json(200, {"input_tokens": len(json.dumps(body)) // 4})
        else:
            self._reply(Request(asked["agent"] or "", self._conversation(), dict(self.headers), body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Keep the test's output clean."""

    def _body(self) -> Json:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        return cast("Json", json.loads(raw)) if raw else {}

    def _conversation(self) -> str:
        return self.headers.get("x-claude-code-session-id") or ""

    def _reply(self, request: Request) -> None:
        model = cast("_Listener", self.server).model
        try:
            reply = model.answer(request)
        except Exception as error:  # noqa: BLE001 (a broken rule must show in the agent's pane)
            reply = Fail(400, message=f"a rule of the pretend model broke: {error!r}")
        try:
            self._write(model, request, reply)
        except ConnectionError:
            self.close_connection = True  # the agent was ended, or interrupted its turn

    def _write(self, model: ModelServer, request: Request, reply: Reply) -> None:
        match reply:
            case After(seconds, later):
                model.closing.wait(seconds)
                self._write(model, request, later)
            case Fail(status, headers, message):
                kind = ERROR_KINDS.get(status, "api_error")
                self._send_json(
                    status, {"type": "error", "error": {"type": kind, "message": message}}, headers
                )
            case Say() | Use() if request.body.get("stream"):
                self._send_head(200, "text/event-stream")
                for event in stream(request, reply, f"msg_{len(model.exchanges):06}"):
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            case Say() | Use():
                self._send_json(200, whole(request, reply, f"msg_{len(model.exchanges):06}"))

    def _send_json(self, status: int, body: Json, headers: Json | None = None) -> None:
        self._send_head(status, "application/json", headers)
        self.wfile.write(json.dumps(body).encode())

    def _send_head(self, status: int, kind: str, headers: Json | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()


def content(reply: Say | Use, message: str) -> Sequence[Json]:
    """The reply's content blocks as the API has them."""
    calls = reply.calls if isinstance(reply, Use) else ()
    return [
        *([{"type": "text", "text": reply.text}] if reply.text else []),
        *(
            {"type": "tool_use", "id": f"toolu_{message}_{at}", "name": name, "input": given}
            for at, (name, given) in enumerate(calls)
        ),
    ]


def whole(request: Request, reply: Say | Use, message: str) -> Json:
    """The reply as one message."""
    return {
        "id": message,
        "type": "message",
        "role": "assistant",
        "model": request.body.get("model", "pretend"),
        "content": content(reply, message),
        "stop_reason": "tool_use" if isinstance(reply, Use) else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": reply.context, "output_tokens": 20},
    }


def stream(request: Request, reply: Say | Use, message: str) -> Iterator[Json]:
    """The reply as the events of a stream."""
    finished = whole(request, reply, message)
    yield {"type": "message_start", "message": {**finished, "content": [], "stop_reason": None}}
    for index, block in enumerate(content(reply, message)):
        start, delta = opened(block)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": finished["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": finished["usage"]}
    yield {"type": "message_stop"}


def opened(block: Json) -> tuple[Json, Json]:
    """A content block as it begins, empty, and the one piece that fills it."""
    if block["type"] == "text":
        return {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    return {**block, "input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}


def main() -> None:
    options = argparse.ArgumentParser(prog="model_server", description="A pretend Messages API on loopback.")
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--rules", choices=sorted(SCENARIOS), default="polecat")
    chosen = options.parse_args()
    with ModelServer(SCENARIOS[chosen.rules], chosen.port) as model:
        sys.stdout.write(f"{model.url()}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
