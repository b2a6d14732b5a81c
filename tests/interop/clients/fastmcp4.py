"""fastmcp: fastmcp4.py legacy|2026-07-28 http URL"""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from tasks import Tasks

asked = []
told = []
BACKUP = {"route_name": "backup-device", "data": {"device": "ams-access-sw-008"}, "wait": 60}


async def agree(message, response_type, params, context):
    asked.append(message)
    return ElicitResult(action="accept", content={"value": True})


async def progress(done, total, message):
    told.append(message)


async def main(mode, kind, url):
    tasks = Tasks()
    async with Client(url, mode=mode, extensions=[tasks], progress_handler=progress,
                      elicitation_handler=agree) as client:
        tools = await client.list_tools()
        health = await client.call_tool("get_health", {})
        restarted = await client.call_tool("restart_adapter", {"name": "NetBox"},
                                           raise_on_error=False)
        agreed = len(asked) == 1
        job = await client.call_tool("start_workflow", BACKUP)
        print(json.dumps({
            "protocol": client.protocol_version,
            "tools": len(tools),
            "called": not health.is_error,
            "confirmed": not restarted.is_error and agreed,
            "progress": len(told),
            "task": tasks.how(job.structured_content),
        }))


asyncio.run(main(*sys.argv[1:]))
