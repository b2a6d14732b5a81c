"""The official clients of tests/interop/identity, and what each of them does."""

import base64
import contextlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .processes import HERE, PATIENCE, Talking, eventually

SDKS = [
    # name, where its interpreter is, its script and arguments
    ("Python SDK 2.3.0", "py2", ["python.py"]),
    ("Python SDK 1.30.0", "py1", ["python.py"]),
    ("TypeScript SDK 2.4.0", "node", ["typescript.mjs", "2"]),
    ("TypeScript SDK 1.32.2", "node", ["typescript.mjs", "1"]),
]
BROWSER = HERE / "chromium.mjs"


class Client(Talking):
    """An SDK that has Chromium walk its logins."""

    def __init__(self, cache, scratch, url, name, runtime, script):
        self.name = name
        self.report = scratch / f"{name.replace(' ', '-')}.json"
        self.report.touch()
        interpreter = "node" if runtime == "node" else cache / runtime / "bin" / "python"
        command = [interpreter, HERE / script[0], *script[1:], url]
        super().__init__(command, {
            "BROWSER": str(BROWSER), "LOGIN": json.dumps({"report": str(self.report)})})
        self.now = {}

    def call(self):
        """Lists and calls; what came of it."""
        self.now = self.ask("call")
        return self.now

    def logins(self):
        """What the browser saw, a login each."""
        wanted = self.now.get("logins", 0)
        eventually("the browser has ended", lambda: len(self.visits()) >= wanted)
        return self.visits()

    def visits(self):
        return [json.loads(line) for line in self.report.read_text().splitlines()]


@contextlib.contextmanager
def sdks(cache, scratch, url):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Client(cache, scratch, url, *sdk)) for sdk in SDKS]


def at_once(clients, deed):
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(zip(clients, pool.map(deed, clients)))


def works(said, **more):
    """Whether it listed and called, and whatever else is said of it."""
    return (said.get("tools", 0) > 0 and said.get("called") is True
            and all(said.get(name) == value for name, value in more.items()))


def smooth(visits):
    """Whether nobody had to scroll sideways and the browser had nothing to complain about."""
    trouble = [visit for visit in visits if visit["complaints"] or not visit["pages"]
               or any(page["scrolls"] for page in visit["pages"])]
    if trouble:
        print(json.dumps(trouble, indent=1), flush=True)
    return not trouble


def header(token):
    """The header of a signed token; empty for another one."""
    with contextlib.suppress(ValueError):
        first = token.split(".")[0]
        return json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    return {}


def remote(cache, scratch, url, *arguments, environment=None):
    """Whether `mcp-remote` carries a session between standard input and output and the server."""
    command = [cache / "identity/node_modules/.bin/mcp-remote", url, *arguments, "--allow-http",
               "--transport", "http-only"]
    kept = {"MCP_REMOTE_CONFIG_DIR": str(scratch / "mcp-remote")} | (environment or {})
    with Talking(command, kept) as session:
        def request(number, method, params):
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            return session.ask(json.dumps(message)).get("result", {})

        hello = request(1, "initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "identity", "version": "1"}})
        session.tell(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        tools = request(2, "tools/list", {}).get("tools", [])
        health = request(3, "tools/call", {"name": "get_health", "arguments": {}})
        return bool(hello and tools and health and not health.get("isError"))


def inspector(cache, url, *arguments):
    """Whether the inspector's command line lists and calls."""
    command = [cache / "identity/node_modules/.bin/mcp-inspector", "--cli", url, "--transport",
               "http", *arguments]
    calls = [["tools/list"], ["tools/call", "--tool-name", "get_health"]]
    done = [subprocess.run([*command, "--method", *call], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=PATIENCE) for call in calls]
    with contextlib.suppress(ValueError):
        listed, called = (json.loads(one.stdout) for one in done)
        if listed["tools"] and not called.get("isError"):
            return True
    print("\n".join(one.stdout[-500:] + one.stderr[-2000:] for one in done), flush=True)
    return False
