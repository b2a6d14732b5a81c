"""openai-agents: lists, makes strict schemas of every tool, and calls one."""

import copy

from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from agents.mcp.util import MCPUtil
from agents.strict_schema import ensure_strict_json_schema
from report import SAMPLE, run


async def check(report, kind, target):
    if kind == "stdio":
        server = MCPServerStdio({"command": target[0], "args": target[1:]},
                                client_session_timeout_seconds=30)
    else:
        server = MCPServerStreamableHttp({"url": target[0]}, client_session_timeout_seconds=30)
    async with server:
        tools = await server.list_tools()
        report.expect("tools", tools, tools)
        named = [(tool.name, tool) for tool in tools]
        report.each("strict", named, lambda tool: strict(tool.input_schema))
        report.each("functions", named, lambda tool: function(tool, server))
        answer = await server.call_tool(SAMPLE, {})
        report.expect("text", not answer.is_error and answer.content[0].text, answer)
        report.expect("structured", answer.structured_content, answer)


def strict(schema):
    made = ensure_strict_json_schema(copy.deepcopy(schema))
    if set(made.get("properties", {})) != set(made.get("required", [])):
        raise ValueError("not every property is required")


def function(tool, server):
    """As an agent is given it: strict where that loses nothing, else as it was announced."""
    made = MCPUtil.to_function_tool(tool, server, convert_schemas_to_strict=True)
    told = made.params_json_schema
    if told.get("properties", {}).keys() != tool.input_schema.get("properties", {}).keys():
        raise ValueError("lost parameters")
    if not made.strict_json_schema and not open_object(tool.input_schema):
        raise ValueError("is not strict, and has no object of free form that could be the reason")


def open_object(schema):
    """Whether an object of any members stands anywhere in it."""
    properties = schema.get("properties", {}).values()
    inner = [*properties, *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return (schema.get("type") == "object" and not properties) or any(map(open_object, inner))


run(check)
