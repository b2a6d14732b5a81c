"""The Python SDKs, logging in: python.py URL   (BROWSER is set; the interpreter decides which SDK)

For each line `call` it lists the tools, calls one and says in JSON what came of that.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import subprocess
import sys
import traceback
import urllib.parse

import mcp
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared import auth
from mcp.shared._httpx_utils import create_mcp_http_client

GENERATION = importlib.metadata.version("mcp").split(".")[0]
told = {"logins": 0, "tokens": 0}


class Storage:
    client = tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens
        told["tokens"] += 1

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Callback:
    """Where the browser comes back to."""

    def __init__(self):
        self.arrivals = asyncio.Queue()

    async def listen(self):
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"

    async def answer(self, reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = urllib.parse.urlsplit(request.split(" ")[1])
        page = "You may close this window." if target.path == "/callback" else ""
        status = "200 OK" if page else "404 Not Found"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                     f"Content-Length: {len(page)}\r\n\r\n{page}".encode())
        await writer.drain()
        writer.close()
        if page:
            await self.arrivals.put(dict(urllib.parse.parse_qsl(target.query)))

    async def wait(self):
        answer = await self.arrivals.get()
        if GENERATION == "1":
            return answer["code"], answer["state"]
        names = {name: answer.get(name) for name in ("code", "state", "iss")}
        return auth.AuthorizationCodeResult(**names)


async def browse(url):
    told["logins"] += 1
    subprocess.Popen([os.environ["BROWSER"], url], stdin=subprocess.DEVNULL,
                     stdout=subprocess.DEVNULL)


@contextlib.asynccontextmanager
async def connected(url, provider):
    async with create_mcp_http_client(auth=provider) as web:
        transport = streamable_http_client(url, http_client=web)
        if GENERATION != "1":
            async with mcp.Client(transport, mode="auto") as client:
                yield client
            return
        async with transport as pipes, mcp.ClientSession(pipes[0], pipes[1]) as client:
            await client.initialize()
            yield client


async def main(url):
    callback, storage = Callback(), Storage()
    metadata = auth.OAuthClientMetadata(
        client_name=f"Python SDK {GENERATION}", redirect_uris=[await callback.listen()])
    provider = OAuthClientProvider(
        server_url=url, client_metadata=metadata, storage=storage,
        redirect_handler=browse, callback_handler=callback.wait)
    first = await asyncio.to_thread(sys.stdin.readline)
    async with connected(url, provider) as client:
        while first or (await asyncio.to_thread(sys.stdin.readline)).strip() == "call":
            first = ""
            try:
                tools = (await client.list_tools()).tools
                health = await client.call_tool("get_health", {})
                failed = health.isError if GENERATION == "1" else health.is_error
                said = told | {
                    "tools": len(tools), "called": not failed,
                    "access": storage.tokens.access_token, "refresh": storage.tokens.refresh_token,
                    "client": json.loads(storage.client.model_dump_json(exclude_none=True))}
            except Exception:
                said = {"error": traceback.format_exc()}
            print(json.dumps(said), flush=True)


asyncio.run(main(sys.argv[1]))
