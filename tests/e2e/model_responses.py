"""The pretend model for Codex: the Responses API on loopback, answered by the same rules as the Messages API.

with ResponsesServer(POLECAT) as model: … env={"CODEX_…": …}, base URL model.url("Toast") + "/v1"
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tests.e2e.model_rules import After, Fail, Json, Reply, Request, Rule, Say, Use
from tests.e2e.model_server import (
    ModelServer,
    _Handler,  # pyright: ignore[reportPrivateUsage]
    _Listener,  # pyright: ignore[reportPrivateUsage]
)

RESPONSES = re.compile(r"^(?:/agent/(?P<agent>.+?))?/v1/responses(?:\?|$)")
EXITED = re.compile(r"exited with code (-?\d+)|exit_code\D+(\d+)")


class ResponsesServer(ModelServer):
    """A `ModelServer` that agent CLIs reach at `<url>/v1/responses`; what they ask is kept as if it were Messages."""

    def __init__(self, rules: Sequence[Rule], port: int = 0) -> None:
        super().__init__(rules, port)
        self._http.RequestHandlerClass = _ResponsesHandler
        self.bodies: list[Json] = []
        """What came over the wire, for whoever wants to see it."""


class _ResponsesHandler(_Handler):
    def do_POST(self) -> None:  # noqa: N802 - the base class names it so
        asked, body = RESPONSES.match(self.path), self._body()
        if not asked:
            self._send_json(404, {})
            return
        model = cast("ResponsesServer", cast("_Listener", self.server).model)
        model.bodies.append(body)
        conversation = str(body.get("prompt_cache_key") or "")
        request = Request(asked["agent"] or "", conversation, dict(self.headers), as_messages(body))
        self._reply(request)

    def _write(self, model: ModelServer, request: Request, reply: Reply) -> None:
        match reply:
            case After(seconds, later):
                model.closing.wait(seconds)
                self._write(model, request, later)
            case Fail(status, headers, message):
                self._send_json(
                    status, {"error": {"type": "pretend", "code": None, "message": message}}, headers
                )
            case Say() | Use():
                self._send_head(200, "text/event-stream")
                for event in stream(reply, f"resp_{len(model.exchanges):06}"):
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())


def as_messages(body: Json) -> Json:
    """A request of the Responses API as one of the Messages API, so that the same rules read both."""
    messages: list[Json] = []
    for item in cast("Sequence[Json]", body.get("input", ())):
        match item.get("type"):
            case "message":
                role = "system" if item["role"] == "developer" else item["role"]
                text = "\n".join(str(part.get("text", "")) for part in item["content"])
                messages.append({"role": role, "content": [{"type": "text", "text": text}]})
            case "function_call":
                call = {
                    "type": "tool_use",
                    "id": item["call_id"],
                    "name": item["name"],
                    "input": item["arguments"],
                }
                messages.append({"role": "assistant", "content": [call]})
            case "function_call_output":
                messages.append({"role": "user", "content": [_result(item)]})
            case _:
                pass  # what it keeps of its own reasoning
    return {"model": body.get("model"), "messages": messages, "tools": body.get("tools", ()), "stream": True}


def _result(item: Json) -> Json:
    output = item["output"]
    said = output if isinstance(output, str) else json.dumps(output)
    codes = [int(first or second) for first, second in EXITED.findall(said)]
    failed = any(codes) or "denied" in said or "blocked by" in said
    return {"type": "tool_result", "tool_use_id": item["call_id"], "content": said, "is_error": failed}


def stream(reply: Say | Use, response: str) -> Iterator[Mapping[str, Any]]:
    """The reply as the events of a stream."""
    yield {"type": "response.created", "response": {"id": response}}
    for index, item in enumerate(items(reply, response)):
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    usage = {
        "input_tokens": reply.context,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": reply.context + 20,
    }
    yield {"type": "response.completed", "response": {"id": response, "usage": usage}}


def items(reply: Say | Use, response: str) -> Iterator[Json]:
    """The reply's words and calls; a call of the tool `Bash` becomes one of Codex's own shell."""
    if reply.text:
        words = [{"type": "output_text", "text": reply.text}]
        yield {"type": "message", "role": "assistant", "id": f"msg_{response}", "content": words}
    for at, (name, given) in enumerate(reply.calls if isinstance(reply, Use) else ()):
        shell = name == "Bash"
        arguments = {"cmd": given["command"]} if shell else given
        yield {
            "type": "function_call",
            "id": f"fc_{response}_{at}",
            "call_id": f"call_{response}_{at}",
            "name": "exec_command" if shell else name,
            "arguments": json.dumps(arguments),
        }
