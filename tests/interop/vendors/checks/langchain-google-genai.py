"""langchain-google-genai: declarations made of the tools that langchain-mcp-adapters loads."""

import io
import logging

from langchain_google_genai._function_utils import convert_to_genai_function_declarations
from langchain_mcp_adapters.tools import load_mcp_tools
from report import run
from wire import session


async def check(report, kind, target):
    said = io.StringIO()
    logging.getLogger("langchain_google_genai").addHandler(logging.StreamHandler(said))
    async with session(kind, target) as opened:
        tools = await load_mcp_tools(opened)
    report.expect("tools", tools, tools)

    def declare(tool):
        said.seek(0)
        said.truncate()
        (made,) = convert_to_genai_function_declarations([tool])
        (declaration,) = made.function_declarations
        wanted = set(tool.args)
        found = set(declaration.parameters.properties or {}) if declaration.parameters else set()
        if wanted != found:
            raise ValueError(f"declares {sorted(found)} instead of {sorted(wanted)}")
        warnings = {line for line in said.getvalue().splitlines() if "default" not in line}
        if warnings:
            raise ValueError("; ".join(sorted(warnings)))

    report.each("declarations", [(tool.name, tool) for tool in tools], declare)


run(check)
