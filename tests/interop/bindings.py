#!/usr/bin/env python3
"""Records how the Python server offers tools of `[tool:NAME]` sections and what it answers to calls.

usage: tests/interop/bindings.py [--check] [--program FILE]

Installs itential-mcp 0.14.1 from PyPI into a cache (INTEROP_CACHE, by default
~/.cache/itential-mcp-interop), runs it before the simulated platform, and writes
tests/facts/python-bindings.json: names, structure, values of the platform, none of its words.
tests/bindings_dropin.rs holds this server to it. With --check the file is not written but must already
say the same. Without PyPI it says SKIPPED and exits with 0.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.request

import tokens

FACTS = tokens.ROOT / "tests" / "facts" / "python-bindings.json"

# Every kind of trigger and service that the simulated platform has.
SECTIONS = {
    "backup_router": {"type": "endpoint", "name": "Backup via API", "automation": "Backup Device",
                      "tags": "backup,routers"},
    "CollectInventory": {"type": "endpoint", "name": "Inventory",
                         "automation": "Collect Inventory"},
    "ask_assistant": {"type": "endpoint", "name": "Assistant", "automation": "Network Assistant"},
    "route_of_two_parts": {"type": "endpoint", "name": "VLAN via API",
                           "automation": "Provision VLAN"},
    "facts_of_device": {"type": "service", "name": "device-facts", "cluster": "dc-east",
                        "tags": "gateway"},
    "echo_it": {"type": "service", "name": "echo", "cluster": "lab"},
    "is_it_alive": {"type": "service", "name": "is-alive", "cluster": "dc-east"},
    "number": {"type": "service", "name": "print-number", "cluster": "lab"},
    "ends_badly": {"type": "service", "name": "exit-2", "cluster": "lab"},
    "section": {"type": "service", "name": "print-list", "cluster": "lab",
                "tool_name": "name_of_its_own"},
}
ENVIRONMENT = {
    "ITENTIAL_MCP_TOOL_from_variables_TYPE": "service",
    "ITENTIAL_MCP_TOOL_from_variables_NAME": "print-unicode",
    "ITENTIAL_MCP_TOOL_from_variables_CLUSTER": "lab",
    "ITENTIAL_MCP_TOOL_from_variables_TAGS": "gateway,words",
    "ITENTIAL_MCP_TOOL_backup_router_TAGS": "backup,of_the_environment",
}
SELECTIONS = [
    {}, {"include": "bindings"}, {"include": "backup"}, {"include": "of_the_environment"},
    {"include": "routers"}, {"include": "gateway"}, {"include": "echo_it"}, {"include": "default"},
    {"include": "bindings", "exclude": "gateway"}, {"exclude": "bindings"},
    {"include": "nothing_has_it"},
]
DEVICE = {"device": "core-rtr-07"}
CALLS = [
    ("backup_router", {"data": DEVICE}),
    ("backup_router", {"data": json.dumps(DEVICE)}),
    ("backup_router", {"data": {**DEVICE, "devices": '["a", "b"]', "options": '{"x": 1}'}}),
    ("backup_router", {"data": {**DEVICE, "devices": ["a"], "options": {"x": 1}, "vlan_id": 7}}),
    ("backup_router", {}),
    ("backup_router", {"data": None}),
    ("backup_router", {"data": {"devices": []}}),
    ("backup_router", {"data": "no JSON"}),
    ("backup_router", {"nobody_knows_this": 1}),
    ("CollectInventory", {}),
    ("CollectInventory", {"data": {}}),
    ("CollectInventory", {"data": {"anything": [1]}}),
    ("ask_assistant", {"data": {"prompt": "hello"}}),
    ("route_of_two_parts", {"data": DEVICE}),
    ("facts_of_device", {"input_params": DEVICE}),
    ("facts_of_device", {"input_params": json.dumps({**DEVICE, "depth": 2})}),
    ("facts_of_device", {}),
    ("facts_of_device", {"input_params": "no JSON"}),
    ("echo_it", {"input_params": {"a": [1, {"b": None}]}}),
    ("echo_it", {}),
    ("is_it_alive", {}),
    ("number", {}),
    ("ends_badly", {}),
    ("name_of_its_own", {}),
    ("from_variables", {}),
]


def main():
    if not tokens.installed():
        print("\nSKIPPED: the Python server cannot be installed; its bindings were not compared\n")
        return 0
    if "--program" in sys.argv:
        program = sys.argv[sys.argv.index("--program") + 1]
    else:
        program = tokens.built()
    for name in [name for name in os.environ if name.startswith("ITENTIAL_")]:
        del os.environ[name]
    text = written(recorded(program))
    if "--check" in sys.argv:
        same = FACTS.exists() and FACTS.read_text(encoding="utf-8") == text
        print("the same as before" if same else f"{FACTS} says something else:\n{text}")
        return 0 if same else 1
    FACTS.write_text(text, encoding="utf-8")
    return 0


def recorded(program):
    with tokens.sandbox(program) as platform, tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "mcp.conf")
        file.write_text("".join(
            f"[tool:{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
            for name, keys in SECTIONS.items()))
        levers = f"http://127.0.0.1:{platform['ITENTIAL_MCP_PLATFORM_PORT']}/sandbox"
        # The Python server asks for pages of accounts for ever when their number is not what was
        # promised, as it is not here.
        world = f"{levers}/world/accounts"
        with urllib.request.urlopen(world) as accounts:
            accounts = json.load(accounts)
        admin = [one for one in accounts if one["username"] == "admin"]
        pull(world, "PUT", admin)
        env = {**platform, **ENVIRONMENT, "ITENTIAL_MCP_CONFIG": str(file)}
        with Server(env) as server:
            tools = [tool for tool in server.tools() if tool["name"] in names()]
            calls = [called(server, levers, *call) for call in CALLS]
        selections = []
        for selection in SELECTIONS:
            chosen = {f"ITENTIAL_MCP_SERVER_{key.upper()}_TAGS": tags
                      for key, tags in selection.items()}
            with Server({**env, **chosen}) as server:
                listed = [tool["name"] for tool in server.tools()]
            selections.append({**selection, "others": any(one not in names() for one in listed),
                               "tools": [one for one in listed if one in names()]})
    return {"sections": SECTIONS, "environment": ENVIRONMENT, "tools": list(map(offered, tools)),
            "selections": selections, "calls": calls}


def names():
    renamed = {keys.get("tool_name", name) for name, keys in SECTIONS.items()}
    return renamed | {"from_variables"}


def offered(tool):
    """A tool of the list; what its texts say is left out."""
    schema = tool["inputSchema"]
    return {
        "name": tool["name"],
        "title": tool["title"],
        "tags": tool["_meta"]["fastmcp"]["tags"],
        "annotations": tool["annotations"],
        "parameters": {name: [kind["type"] for kind in one["anyOf"]]
                       for name, one in schema["properties"].items()},
        "required": schema.get("required", []),
        "output": tool["outputSchema"],
    }


def called(server, levers, name, arguments):
    """A call: what the platform was asked to do, and the shape of the answer."""
    levers += "/requests"
    pull(levers, "DELETE")
    answer = server.ask("tools/call", {"name": name, "arguments": arguments})
    result = answer.get("result", {})
    with urllib.request.urlopen(levers) as asked:
        asked = json.load(asked)
    asked = asked if isinstance(asked, list) else asked["requests"]
    sent = [{"path": one["path"], "body": one.get("body")} for one in asked
            if one["method"] == "POST" and one["path"] != "/login"]
    kept = {"tool": name, "arguments": arguments, "sent": sent,
            "failed": "error" in answer or result.get("isError", False)}
    if not kept["failed"]:
        content, structured = result["content"], result["structuredContent"]
        kept["content"] = [one["type"] for one in content]
        kept["same_as_text"] = json.loads(content[0]["text"]) == structured
        kept["result"] = shape(structured)
    return kept


def pull(lever, method, body=None):
    body = json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(lever, body, method=method)).close()


# What the simulated platform says is its own, and the same at every call.
VALUES = {"name", "stdout", "stderr", "return_code"}


def shape(value, name=None):
    """Names and types; of what is the same at every call the value."""
    if name in VALUES:
        return {"is": value}
    if isinstance(value, dict):
        return {key: shape(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return []
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", str: "string"}[type(value)]


class Server:
    """The Python server over stdio."""

    def __init__(self, env):
        command = [str(tokens.VENV / "bin" / "itential-mcp"), "run"]
        self.process = subprocess.Popen(command, env={**os.environ, **env}, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.next = 0
        self.watch = threading.Timer(10 * tokens.PATIENCE, self.process.kill)
        self.watch.start()

    def __enter__(self):
        self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                "clientInfo": {"name": "t", "version": "1"}})
        self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *_):
        self.watch.cancel()
        self.process.kill()
        self.process.communicate()

    def say(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method, params):
        self.next += 1
        self.say({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params})
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.next:
                return answer
        raise SystemExit(f"the Python server gave no answer:\n{self.process.stderr.read()}")

    def tools(self):
        return self.ask("tools/list", {})["result"]["tools"]


def written(facts):
    """A line for each fact, so that a change is seen as a changed line."""
    def block(values):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in values) + "\n]"
    sections = ",\n".join(f"{json.dumps(name)}: {json.dumps(keys)}"
                          for name, keys in facts["sections"].items())
    parts = [f'"sections": {{\n{sections}\n}}',
             f'"environment": {json.dumps(facts["environment"], indent=0)}']
    parts += [f'"{part}": {block(facts[part])}' for part in ("tools", "selections", "calls")]
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    sys.exit(main())
