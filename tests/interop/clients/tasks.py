"""The tasks extension of 2026-07-28 for clients made with the Python SDK 2, which has none of its own."""

import asyncio
from typing import Any, ClassVar, Literal

from mcp.client.extension import ClientExtension, ResultClaim
from mcp.types import CallToolResult, Request, RequestParams, Result


class Started(Result):
    result_type: Literal["task"]
    taskId: str
    pollIntervalMs: int


class Named(RequestParams):
    taskId: str


class Get(Request[Named, Literal["tasks/get"]]):
    method: Literal["tasks/get"] = "tasks/get"
    params: Named

    # Where the header Mcp-Name comes from.
    name_param: ClassVar[str] = "taskId"


class Seen(Result):
    status: str
    result: dict[str, Any] | None = None


class Tasks(ClientExtension):
    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self):
        self.followed = 0

    def claims(self):
        return [ResultClaim(result_type="task", model=Started, resolve=self.follow)]

    async def follow(self, started, context):
        while True:
            get = Get(params=Named(taskId=started.taskId))
            seen = await context.session.send_request(get, Seen)
            if seen.status == "completed":
                self.followed += 1
                return CallToolResult.model_validate(seen.result)
            if seen.status != "working":
                raise RuntimeError(seen)
            await asyncio.sleep(0.2)

    def how(self, result):
        """How the end of a job became known: followed as a task, or waited for in one call."""
        if result["result"]["status"] != "complete":
            return ""
        return "followed" if self.followed else "waited"
