"""What a check finds, and how it says so: one line of JSON on standard output."""

import asyncio
import json
import sys

# A tool that needs no argument and answers with text and structured content.
SAMPLE = "get_health"


class Report:
    def __init__(self):
        self.counts = []
        self.reasons = []

    def note(self, what, passed, total):
        self.counts.append({"what": what, "passed": passed, "total": total})

    def each(self, what, things, attempt):
        """Tries every (name, thing); one that raises has failed."""
        passed = 0
        for name, thing in things:
            try:
                attempt(thing)
                passed += 1
            except Exception as error:  # whatever a library raises is a finding
                self.reasons.append([f"{what}: {first_line(error)}", name])
        self.note(what, passed, len(things))

    def expect(self, what, holds, found):
        if not holds:
            self.reasons.append([f"{what}: found {str(found)[:200]}", None])
        self.note(what, int(bool(holds)), 1)


def first_line(error):
    """The most telling part of an error: groups and causes hide it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if lines and "validation error" in lines[0]:
        lines = [" ".join(lines[1:3])]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:240]


def run(check):
    """Runs `check(report, kind, target)`; kind is stdio or http, target a command or a URL."""
    kind, *target = sys.argv[1:]
    report = Report()

    async def within_time():
        async with asyncio.timeout(90):
            await check(report, kind, target)

    try:
        asyncio.run(within_time())
    except Exception as error:
        report.reasons.append([f"gave up: {first_line(error)}", None])
        report.note("completed", 0, 1)
    print(json.dumps({"counts": report.counts, "reasons": report.reasons}))
