"""Python SDK 2: python2.py auto|2026-07-28|legacy http|sse URL, or ... stdio COMMAND..."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.types import ElicitResult, PromptReference
from tasks import Tasks

asked = []
told = []
BACKUP = {"route_name": "backup-device", "data": {"device": "ams-access-sw-008"}, "wait": 60}


async def agree(context, params):
    asked.append(params.message)
    return ElicitResult(action="accept", content={"value": True})


async def progress(done, total, message):
    told.append(message)


def target(kind, rest):
    if kind == "stdio":
        return StdioServerParameters(command=rest[0], args=rest[1:])
    return sse_client(rest[0]) if kind == "sse" else rest[0]


async def main(mode, kind, *rest):
    tasks = Tasks()
    async with Client(target(kind, list(rest)), mode=mode, extensions=[tasks],
                      elicitation_callback=agree) as client:
        tools = await client.list_tools()
        health = await client.call_tool("get_health", {})
        prompts = await client.list_prompts()
        runbook = await client.get_prompt("run_workflow_safely", {"workflow": "Backup via API"})
        reference = PromptReference(type="ref/prompt", name="change_device_configuration")
        devices = await client.complete(reference, {"name": "device", "value": "ams"})
        device = devices.completion.values[0]
        read = await client.read_resource(f"itential://devices/{device}/configuration")
        restarted = await client.call_tool("restart_adapter", {"name": "NetBox"},
                                           progress_callback=progress)
        agreed = len(asked) == 1
        job = await client.call_tool("start_workflow", BACKUP, progress_callback=progress)
        print(json.dumps({
            "protocol": client.protocol_version,
            "tools": len(tools.tools),
            "called": not health.is_error,
            "prompts": len(prompts.prompts),
            "runbook": "Backup via API" in runbook.messages[0].content.text,
            "read": len(read.contents[0].text) > 0,
            "confirmed": not restarted.is_error and agreed,
            "progress": len(told),
            "task": tasks.how(job.structured_content),
        }))


asyncio.run(main(*sys.argv[1:]))
