"""What runs beside the cases of tests/interop/identity: the provider, our server, the SDKs' clients."""

import contextlib
import itertools
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 90


class Talking:
    """A process that answers each line with a line in JSON."""

    def __init__(self, command, environment=None):
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(part) for part in command], env=os.environ | (environment or {}), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said)
        self.lines = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.put(json.loads(line))
        self.lines.put(None)

    def tell(self, line):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.hear()

    def hear(self):
        """What it answers; an `error` when it does not."""
        try:
            answer = self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            answer = {"error": f"no answer within {PATIENCE} s"}
        if answer is None:
            answer = {"error": f"it ended with {self.process.wait()}"}
        if "error" in answer:
            self.said.seek(0)
            print(f"{self.process.args}: {answer['error']}\n{self.said.read()[-3000:]}", flush=True)
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Provider(Talking):
    """The identity provider, with a redirect for its confidential client."""

    ID, SECRET = "itential", "a secret of two:+% parts"

    def __init__(self, callback, kind="jwt"):
        super().__init__(["node", HERE / "provider.mjs", callback, kind])
        self.issuer = self.hear()["issuer"]

    def rotate(self):
        """Its new key."""
        return self.ask("rotate")["signs"]


class Server:
    """Our server, before its simulated platform."""

    def __init__(self, program, settings, port=0):
        self.log = tempfile.TemporaryFile("w+")
        environment = {f"ITENTIAL_MCP_SERVER_{name.upper()}": str(value)
                       for name, value in settings.items()}
        command = [program, "run", "--sandbox", "--transport", "http", "--port", str(port)]
        self.process = subprocess.Popen(
            command, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT)
        self.port = eventually("the server serves", self.listens)

    def listens(self):
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.told())
        if not found and self.process.poll() is not None:
            raise SystemExit(f"the server ended: {self.told()}")
        return found and int(found.group(1))

    def told(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Front:
    """An address before several servers; whoever connects reaches those chosen last, by turns."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.ports, self.open = itertools.repeat(0), []
        threading.Thread(target=self.serve, daemon=True).start()

    def lead(self, *servers):
        """From now on to these; connections to those before are cut."""
        self.ports = itertools.cycle([server.port for server in servers])
        cut, self.open = self.open, []
        for end in cut:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", next(self.ports)))
            except OSError:
                near.close()
                continue
            self.open += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def eventually(what, so):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = so()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"never came: {what}")
