"""semantic-kernel: a plugin that connects, makes a function of every tool, and calls one."""

from report import SAMPLE, run
from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.function_calling_utils import (
    kernel_function_metadata_to_function_call_format,
)
from semantic_kernel.connectors.mcp import MCPStdioPlugin, MCPStreamableHttpPlugin
from wire import all_tools, session


async def check(report, kind, target):
    async with session(kind, target) as opened:
        offered = {tool.name: tool for tool in await all_tools(opened)}
    if kind == "stdio":
        plugin = MCPStdioPlugin(name="itential", command=target[0], args=target[1:])
    else:
        plugin = MCPStreamableHttpPlugin(name="itential", url=target[0])
    async with plugin:
        kernel = Kernel()
        functions = kernel.add_plugin(plugin).functions
        made = {name: function for name, function in functions.items() if name in offered}
        report.expect("functions", len(made) == len(offered) > 0, len(made))

        def describe(function):
            told = kernel_function_metadata_to_function_call_format(function.metadata)
            properties = told["function"]["parameters"]["properties"]
            wanted = offered[function.name].inputSchema.get("properties", {})
            if properties != wanted:
                raise ValueError(f"tells the model {properties} instead of {wanted}")

        report.each("descriptions", list(made.items()), describe)
        answer = await kernel.invoke(made[SAMPLE])
        report.expect("text", answer and answer.value and answer.value[0].text, answer)


run(check)
