"""pydantic-ai: lists, makes definitions by two vendors' schema rules, and calls one."""

from fastmcp.client.transports import StdioTransport
from pydantic_ai import RunContext
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.test import TestModel
from pydantic_ai.profiles.google import GoogleOpenAPISchemaTransformer
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer
from pydantic_ai.usage import RunUsage
from report import SAMPLE, run


async def check(report, kind, target):
    client = StdioTransport(target[0], target[1:]) if kind == "stdio" else target[0]
    async with MCPToolset(client) as toolset:
        offered = await toolset.list_tools()
        context = RunContext(deps=None, model=TestModel(), usage=RunUsage())
        tools = await toolset.get_tools(context)
        report.expect("tools", len(tools) == len(offered) > 0, len(tools))
        definitions = [(name, tool.tool_def) for name, tool in tools.items()]
        for vendor, rules in (("Google", GoogleOpenAPISchemaTransformer),
                              ("OpenAI", OpenAIJsonSchemaTransformer)):
            report.each(f"{vendor} definitions", definitions, lambda definition: whole(
                rules(definition.parameters_json_schema).walk(), definition))
        answer = await toolset.call_tool(SAMPLE, {}, context, tools[SAMPLE])
        report.expect("answer", answer, answer)
        raw = await toolset.client.call_tool(SAMPLE, {})
        report.expect("text", raw.content[0].text, raw)
        report.expect("structured", raw.structured_content, raw)


def whole(schema, definition):
    wanted = definition.parameters_json_schema.get("properties", {}).keys()
    if schema.get("properties", {}).keys() != wanted:
        raise ValueError("lost parameters")


run(check)
