"""llama-index: lists, makes a function tool with a typed model of every tool, and calls one."""

from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from report import SAMPLE, run


async def check(report, kind, target):
    client = BasicMCPClient(target[0], args=target[1:], timeout=30)
    offered = (await client.list_tools()).tools
    schemas = {tool.name: tool.input_schema for tool in offered}
    tools = await McpToolSpec(client=client).to_tool_list_async()
    report.expect("tools", len(tools) == len(offered) > 0, len(tools))

    def describe(tool):
        told = tool.metadata.to_openai_tool()["function"]["parameters"]
        wanted = schemas[tool.metadata.name].get("properties", {})
        if told.get("properties", {}).keys() != wanted.keys():
            raise ValueError(f"tells the model {sorted(told.get('properties', {}))}")

    report.each("descriptions", [(tool.metadata.name, tool) for tool in tools], describe)
    sample = next(tool for tool in tools if tool.metadata.name == SAMPLE)
    answer = (await sample.acall()).raw_output
    report.expect("text", not answer.is_error and answer.content[0].text, answer)
    report.expect("structured", answer.structured_content, answer)


run(check)
