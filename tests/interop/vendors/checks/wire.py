"""A session of MCP's Python SDK 1, for libraries that take one."""

import contextlib

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


@contextlib.asynccontextmanager
async def session(kind, target):
    if kind == "stdio":
        streams = stdio_client(StdioServerParameters(command=target[0], args=target[1:]))
    else:
        streams = streamablehttp_client(target[0])
    async with streams as (read, write, *_), ClientSession(read, write) as opened:
        await opened.initialize()
        yield opened


async def all_tools(opened):
    tools, cursor = [], None
    while True:
        page = await opened.list_tools(cursor)
        tools += page.tools
        cursor = page.nextCursor
        if not cursor:
            return tools
