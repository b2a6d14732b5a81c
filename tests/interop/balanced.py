"""Three processes with one state_key and one platform, behind a real balancer; for tests/interop/replicas."""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

BALANCERS = pathlib.Path(__file__).resolve().parent.parent.parent / "packaging" / "balancer"
KEY = "5e0f6a0c8d4b49d7a3c1e2b4f6870915"
SBIN = f"/usr/sbin{os.pathsep}{os.environ['PATH']}"


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def platform(program):
    """The port of a simulated platform that all replicas share."""
    command = [program, "sandbox", "--port", "0"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.DEVNULL)) as process:
        yield int(re.search(r":(\d+)", process.stdout.readline().split("//")[1]).group(1))


class Replica:
    """A server; the operating system chooses its port."""

    def __init__(self, program, behind, asks, stack):
        self.log = stack.enter_context(tempfile.TemporaryFile("w+"))
        environment = os.environ | {
            "ITENTIAL_MCP_PLATFORM_HOST": "127.0.0.1",
            "ITENTIAL_MCP_PLATFORM_PORT": str(behind),
            "ITENTIAL_MCP_PLATFORM_DISABLE_TLS": "true",
            "ITENTIAL_MCP_SERVER_STATE_KEY": KEY,
            "ITENTIAL_MCP_SERVER_TRUSTED_PROXIES": "127.0.0.1",
        }
        command = [program, "run", "--transport", "http", "--port", "0",
                   "--confirm", "destructive" if asks else "never"]
        self.process = stack.enter_context(ended(subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.log)))
        self.port = eventually("a server serves", self.listens)

    def listens(self):
        self.log.seek(0)
        said = self.log.read()
        found = re.search(r"http://[^/]*:(\d+)/", said)
        if not found and self.process.poll() is not None:
            raise SystemExit(f"a server ended: {said}")
        return found and int(found.group(1))


@contextlib.contextmanager
def replicas(program, behind, asks=False):
    with contextlib.ExitStack() as stack:
        yield [Replica(program, behind, asks, stack) for _ in range(3)]


@contextlib.contextmanager
def balancer(file, affine, servers):
    """The URL of a balancer with one of our files, but for the ports."""
    text = (BALANCERS / file).read_text()
    if not affine:
        text = "".join(line for line in text.splitlines(True) if "# affinity" not in line)
    for port, server in zip(("8001", "8002", "8003"), servers):
        assert text.count(port) == 1, f"{file} names {port} not once"
        text = text.replace(port, str(server.port))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("bind :8080", f"bind 127.0.0.1:{port}")
    with tempfile.TemporaryDirectory() as scratch:
        config = pathlib.Path(scratch) / file
        config.write_text(text)
        command = ["haproxy", "-db", "-f", str(config)]
        if file.startswith("nginx"):
            whole = pathlib.Path(scratch) / "whole.conf"
            places = "".join(f"{name}_temp_path {scratch}/{name};\n"
                             for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
            whole.write_text(
                f"daemon off;\nmaster_process off;\npid {scratch}/pid;\nerror_log stderr crit;\n"
                f"events {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path {scratch}/body;\n"
                f"{places}include {config};\n}}\n")
            command = ["nginx", "-p", scratch, "-e", "stderr", "-c", str(whole)]
        with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL)) as process:
            eventually(f"{file} listens", lambda: listens(process, port))
            yield f"http://127.0.0.1:{port}/mcp"


def listens(process, port):
    if process.poll() is not None:
        raise SystemExit(f"{process.args} ended with {process.returncode}")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True


def eventually(what, so):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = so()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"never came: {what}")
