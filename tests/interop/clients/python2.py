"""Python SDK 2: python2.py auto|2026-07-28|legacy http|sse URL, or ... stdio COMMAND..."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.types import ElicitResult, PromptReference

asked = []


async def agree(context, params):
    asked.append(params.message)
    return ElicitResult(action="accept", content={"value": True})


def target(kind, rest):
    if kind == "stdio":
        return StdioServerParameters(command=rest[0], args=rest[1:])
    return sse_client(rest[0]) if kind == "sse" else rest[0]


async def main(mode, kind, *rest):
    async with Client(target(kind, list(rest)), mode=mode, elicitation_callback=agree) as client:
        tools = await client.list_tools()
        health = await client.call_tool("get_health", {})
        prompts = await client.list_prompts()
        runbook = await client.get_prompt("run_workflow_safely", {"workflow": "Backup via API"})
        reference = PromptReference(type="ref/prompt", name="change_device_configuration")
        devices = await client.complete(reference, {"name": "device", "value": "ams"})
        device = devices.completion.values[0]
        read = await client.read_resource(f"itential://devices/{device}/configuration")
        restarted = await client.call_tool("restart_adapter", {"name": "NetBox"})
        print(json.dumps({
            "protocol": client.protocol_version,
            "tools": len(tools.tools),
            "called": not health.is_error,
            "prompts": len(prompts.prompts),
            "runbook": "Backup via API" in runbook.messages[0].content.text,
            "read": len(read.contents[0].text) > 0,
            "confirmed": not restarted.is_error and len(asked) == 1,
        }))


asyncio.run(main(*sys.argv[1:]))
