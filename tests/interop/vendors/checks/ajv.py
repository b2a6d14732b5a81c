"""ajv in strict mode: every schema compiles, and answers fit the output schemas."""

import json
import pathlib
import subprocess

from report import run
from wire import all_tools, session


async def check(report, kind, target):
    async with session(kind, target) as opened:
        tools = await all_tools(opened)
        answers = []
        for tool in tools:
            if tool.annotations.readOnlyHint and not tool.inputSchema.get("required"):
                answer = await opened.call_tool(tool.name, {})
                if not answer.isError and tool.outputSchema:
                    answers.append({"name": tool.name, "content": answer.structuredContent})
    report.expect("tools", tools, tools)
    report.expect("calls", answers, answers)
    told = {"tools": [tool.model_dump(mode="json", exclude_none=False, exclude_unset=True)
                      for tool in tools], "answers": answers}
    judged = subprocess.run(["node", pathlib.Path(__file__).with_name("ajv.cjs")],
                            input=json.dumps(told), capture_output=True, text=True, check=True)

    def judge(error):
        if error:
            raise ValueError(error)

    found = json.loads(judged.stdout)
    for what in dict.fromkeys(what for what, _, _ in found):
        report.each(what, [(name, error) for w, name, error in found if w == what], judge)


run(check)
