"""langchain-mcp-adapters: lists every tool, calls one, and gets its text and structured answer."""

from langchain_mcp_adapters.tools import load_mcp_tools
from report import SAMPLE, run
from wire import all_tools, session


async def check(report, kind, target):
    async with session(kind, target) as opened:
        offered = await all_tools(opened)
        tools = await load_mcp_tools(opened)
        report.expect("tools", len(tools) == len(offered) > 0, len(tools))
        report.each("argument schemas", [(tool.name, tool) for tool in tools],
                    lambda tool: tool.tool_call_schema and tool.args)
        sample = next(tool for tool in tools if tool.name == SAMPLE)
        answer = await sample.ainvoke({"type": "tool_call", "id": "1", "name": SAMPLE, "args": {}})
        report.expect("text", answer.status == "success" and answer.content[0]["text"], answer)
        report.expect("structured", answer.artifact and answer.artifact["structured_content"],
                      answer.artifact)


run(check)
