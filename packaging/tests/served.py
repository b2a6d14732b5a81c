"""Starts the product however it is started, and talks MCP to it. Shared by the tests beside this file."""

import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

# Longest wait for anything: what is tested may run under an emulator on a busy machine.
PATIENCE = 120
REVISION = "2025-06-18"
HELLO = {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": {"name": "release", "version": "1"}}

done = []


def check(what, holds, told=""):
    """Ends the test unless it holds; says what has been shown otherwise."""
    if not holds:
        sys.exit(f"FAILED: {what}\n{told}")
    done.append(what)
    print(f"ok: {what}", flush=True)


def run(command, env=None, text=None, **options):
    """Runs a command to its end: exit code, standard output, standard error."""
    end = subprocess.run(command, env=env, input=text, capture_output=True, text=True, timeout=PATIENCE, **options)
    return end.returncode, end.stdout, end.stderr


class Served:
    """A server, from the line that says where it serves."""

    def __init__(self, command, env=None, **options):
        self.log = []
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.url = self.wait_for(r"serves MCP at (\S+)").group(1)

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            over = self.process.poll() is not None
            if over:
                self.reader.join(5)
            if found := re.search(pattern, "".join(self.log)):
                return found
            if over:
                break
            time.sleep(0.02)
        self.process.kill()
        sys.exit(f"FAILED: no '{pattern}' from {self.process.args}\n{''.join(self.log)}")

    def stop(self):
        """Asks it to stop, and returns how it ended."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


class Client:
    """One MCP session over HTTP or, with an authority, HTTPS."""

    def __init__(self, url, authority=None):
        where = urlsplit(url)
        self.path = where.path
        self.session = None
        self.count = 0
        if where.scheme == "https":
            trust = ssl.create_default_context(cafile=authority)
            self.line = http.client.HTTPSConnection(where.hostname, where.port, timeout=PATIENCE, context=trust)
        else:
            self.line = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE)
        self.server = self.ask("initialize", HELLO)["serverInfo"]

    def ask(self, method, params=None):
        self.count += 1
        message = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params or {}}
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if self.session:
            headers |= {"Mcp-Session-Id": self.session, "MCP-Protocol-Version": REVISION}
        self.line.request("POST", self.path, json.dumps(message), headers)
        answer = self.line.getresponse()
        body = answer.read().decode()
        self.session = answer.headers.get("Mcp-Session-Id", self.session)
        if answer.headers.get("Content-Type", "").startswith("text/event-stream"):
            body = "\n".join(line[5:] for line in body.splitlines() if line.startswith("data:") and '"id"' in line)
        return result(body)


def result(body):
    answer = json.loads(body)
    if "result" not in answer:
        sys.exit(f"FAILED: an error for an answer: {body}")
    return answer["result"]


def over_stdio(command, env=None, **options):
    """A session over standard streams: who it was, its tools, and a health call's result."""
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "get_health", "arguments": {}}},
    ]
    code, out, err = run(command, env, "".join(json.dumps(message) + "\n" for message in messages), **options)
    answers = {}
    for line in out.splitlines():
        answer = json.loads(line)
        if "id" in answer:
            answers[answer["id"]] = answer
    check("stdio: three questions are answered, and the end of input ends it", code == 0 and set(answers) >= {1, 2, 3}, out + err)
    return answers[1]["result"]["serverInfo"], answers[2]["result"]["tools"], answers[3]["result"]


def session(url, authority=None):
    """A session over HTTP: lists the tools and calls one."""
    client = Client(url, authority)
    tools = client.ask("tools/list")["tools"]
    health = client.ask("tools/call", {"name": "get_health", "arguments": {}})
    return client.server, tools, health


def is_healthy(told, version):
    """Whether a session was with the simulated platform behind this version."""
    server, tools, health = told
    return server["version"] == version and len(tools) > 50 and not health.get("isError") and "verdict" in json.dumps(health)


def certificate(folder, names="DNS:localhost,IP:127.0.0.1,IP:::1"):
    """Certificate, key and authority for a server on this machine, as files."""
    at = lambda name: os.path.join(folder, name)
    make = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make("req", "-x509", *kind, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "3", "-subj", "/CN=Test CA")
    make("req", *kind, "-keyout", at("key.pem"), "-out", at("request.pem"), "-subj", "/CN=localhost")
    with open(at("names"), "w") as file:
        file.write(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    make("x509", "-req", "-in", at("request.pem"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial",
         "-days", "2", "-extfile", at("names"), "-out", at("cert.pem"))
    return at("cert.pem"), at("key.pem"), at("ca.pem")
