"""fastmcp's client: makes a type of every output schema, and answers that fit it."""

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from fastmcp.utilities.json_schema_type import json_schema_to_type
from report import run


async def check(report, kind, target):
    client = StdioTransport(target[0], target[1:]) if kind == "stdio" else target[0]
    async with Client(client) as opened:
        tools = await opened.list_tools()
        report.expect("tools", tools, tools)
        described = [(tool.name, tool) for tool in tools if tool.output_schema]
        report.each("output types", described,
                    lambda tool: json_schema_to_type(tool.output_schema))
        answers = {}
        for tool in tools:
            if tool.annotations.read_only_hint and not tool.input_schema.get("required"):
                answers[tool.name] = await opened.call_tool(tool.name, {})
        report.expect("calls", answers, answers)

        def typed(answer):
            if not answer.content or not answer.content[0].text:
                raise ValueError("no text")
            if answer.structured_content is None or answer.data is None:
                raise ValueError("no data that fits the output schema")

        report.each("typed answers", list(answers.items()), typed)


run(check)
