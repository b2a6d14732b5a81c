"""Python SDK 1: python1.py http|sse URL, or stdio COMMAND..."""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import ElicitResult, PromptReference
from pydantic import AnyUrl

asked = []
told = []
BACKUP = {"route_name": "backup-device", "data": {"device": "ams-access-sw-008"}, "wait": 60}


async def agree(context, params):
    asked.append(params.message)
    return ElicitResult(action="accept", content={"value": True})


async def progress(done, total, message):
    told.append(message)


def streams(kind, rest):
    if kind == "stdio":
        return stdio_client(StdioServerParameters(command=rest[0], args=rest[1:]))
    return sse_client(rest[0]) if kind == "sse" else streamablehttp_client(rest[0])


def ended(result):
    return result["result"]["status"] == "complete"


async def main(kind, *rest):
    async with streams(kind, list(rest)) as pipes:
        async with ClientSession(pipes[0], pipes[1], elicitation_callback=agree) as client:
            hello = await client.initialize()
            await client.send_ping()
            tools = await client.list_tools()
            health = await client.call_tool("get_health", {})
            prompts = await client.list_prompts()
            runbook = await client.get_prompt("run_workflow_safely", {"workflow": "Backup via API"})
            reference = PromptReference(type="ref/prompt", name="change_device_configuration")
            devices = await client.complete(reference, {"name": "device", "value": "ams"})
            device = devices.completion.values[0]
            read = await client.read_resource(AnyUrl(f"itential://devices/{device}/configuration"))
            restarted = await client.call_tool("restart_adapter", {"name": "NetBox"},
                                               progress_callback=progress)
            agreed = len(asked) == 1
            job = await client.call_tool("start_workflow", BACKUP, progress_callback=progress)
            print(json.dumps({
                "protocol": hello.protocolVersion,
                "tools": len(tools.tools),
                "called": not health.isError,
                "prompts": len(prompts.prompts),
                "runbook": "Backup via API" in runbook.messages[0].content.text,
                "read": len(read.contents[0].text) > 0,
                "confirmed": not restarted.isError and agreed,
                "progress": len(told),
                "task": "waited" if ended(job.structuredContent) else "",
            }))


asyncio.run(main(*sys.argv[1:]))
