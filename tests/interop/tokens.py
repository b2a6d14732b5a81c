#!/usr/bin/env python3
"""Shows the same tokens to the Python server and to this one, and says what came of each.

usage: tests/interop/tokens.py [--check]

Installs itential-mcp 0.14.1 from PyPI into a cache (INTEROP_CACHE, by default
~/.cache/itential-mcp-interop), builds the program, and writes docs/authentication-compared.md. With
--check that file is not written but must already say the same. Without PyPI it says SKIPPED and
exits with 0.
"""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "authentication-compared.md"
CACHE = pathlib.Path(
    os.environ.get("INTEROP_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    / "itential-mcp-interop"
)
VENV = CACHE / "python-0.14.1"
ISSUER, AUDIENCE, SECRET = "https://id.example", "https://mcp.example/mcp", "0123456789abcdef" * 4
PATIENCE = 60

INTRODUCTION = """# Tokens at the Python server and at this one

Made by `tests/interop/tokens.py`, which shows the same tokens to both servers and writes this file. \
Both run with the same variables: `auth_type = jwt`, an RSA key, RS256, one issuer, one audience and \
the required scope `mcp`, unless a row says otherwise. "In" means that the request is answered as \
without authentication.
"""


def installed():
    """Installs the Python server if it is not there: whether it is now."""
    if (VENV / "bin" / "itential-mcp").exists():
        return True
    made = subprocess.run([sys.executable, "-m", "venv", VENV]).returncode == 0
    pip = [VENV / "bin" / "pip", "install", "--quiet", "itential-mcp==0.14.1"]
    return made and subprocess.run(pip).returncode == 0


def built():
    """Builds this program: its path."""
    subprocess.run(["cargo", "build", "--quiet", "--locked"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR") or ROOT / "target"
    return str(pathlib.Path(target) / "debug" / "itential-mcp")


def main():
    if not installed():
        print("\nSKIPPED: the Python server cannot be installed; no tokens were compared\n")
        return 0
    if pathlib.Path(sys.prefix) != VENV:
        # The libraries that sign are there.
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, __file__, *sys.argv[1:]])
    if "--program" in sys.argv:
        program = sys.argv[sys.argv.index("--program") + 1]
    else:
        program = built()
    for name in [name for name in os.environ if name.startswith("ITENTIAL_")]:
        del os.environ[name]
    text = INTRODUCTION + "".join(report(program))
    if "--check" in sys.argv:
        same = DOCUMENT.read_text() == text
        print("the same as before" if same else f"{DOCUMENT} says something else:\n{text}")
        return 0 if same else 1
    DOCUMENT.write_text(text)
    print(text)
    return 0


def report(program):
    with sandbox(program) as platform:
        servers = Servers(program, platform)
        yield "\n## Tokens\n\n| Token | Python 0.14.1 | Here |\n|---|---|---|\n"
        base = settings()
        yield from rows(servers, base, tokens())
        no_audience = {**base, "AUDIENCE": "", "ISSUER": "", "REQUIRED_SCOPES": ""}
        yield from rows(servers, no_audience, [
            ("no issuer and no audience configured: a token without both",
             signed(RSA, {"iss": None, "aud": None, "scope": None}))])
        yield from rows(servers, {**base, "ISSUER": f"https://v1.example,{ISSUER}"}, [
            ("two issuers configured, token of the second", signed(RSA, {}))])
        for name, key in KEYS.items():
            other = {**base, "ALGORITHM": name, "PUBLIC_KEY": key.public()}
            yield from rows(servers, other, [(f"{name}, good", signed(key, {}))])
        yield "\n## Keys\n\n| `auth_public_key` or `auth_jwks_uri` | Python 0.14.1 | Here |\n|---|---|---|\n"
        for what, changed, key in configurations():
            token = signed(key, {}) if key else None
            yield from rows(servers, {**base, **changed}, [(what, token)])
        yield from key_sets(servers, base)


def rows(servers, config, cases):
    """Shows the tokens to both servers with these settings."""
    columns = [servers.outcomes(kind, config, [token for _, token in cases]) for kind in (0, 1)]
    for (what, _), python, here in zip(cases, *columns):
        yield f"| {what} | {python} | {here} |\n"


# ---- the servers


class Servers:
    def __init__(self, program, platform):
        self.commands = [[str(VENV / "bin" / "itential-mcp"), "run"], [program, "run"]]
        self.platform = platform

    def outcomes(self, kind, config, shown):
        env = {f"ITENTIAL_MCP_SERVER_AUTH_{name}": value for name, value in config.items() if value}
        env |= self.platform
        port = free_port()
        arguments = ["--transport", "http", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen([*self.commands[kind], *arguments], env={**os.environ, **env},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            if not listens(process, port):
                return ["does not start"] * len(shown)
            return [ask(port, token) for token in shown]
        finally:
            process.terminate()
            process.wait()


def listens(process, port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


def ask(port, token):
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"}}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/mcp", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"})
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return "in" if answer.status == 200 else f"{answer.status}"
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate") or ""
        said = challenge.partition('error="')[2].partition('"')[0]
        return f"{error.code} {said}".strip()


@contextlib.contextmanager
def sandbox(program):
    process = subprocess.Popen([program, "sandbox", "--port", "0"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline()
        port = line.partition("http://")[2].split()[0].rstrip("/").rsplit(":", 1)[1]
        yield {"ITENTIAL_MCP_PLATFORM_HOST": "127.0.0.1", "ITENTIAL_MCP_PLATFORM_PORT": port,
               "ITENTIAL_MCP_PLATFORM_DISABLE_TLS": "true"}
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# ---- keys and tokens


def b64(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """Signs by one algorithm."""

    def __init__(self, algorithm, secret=None):
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        self.algorithm, self.secret = algorithm, secret
        if algorithm[:2] in ("RS", "PS"):
            self.key = rsa.generate_private_key(65537, 2048)
        elif algorithm.startswith("ES"):
            curve = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
            self.key = ec.generate_private_key(curve[algorithm]())
        elif algorithm == "EdDSA":
            self.key = ed25519.Ed25519PrivateKey.generate()

    def public(self):
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        if self.secret is not None:
            return self.secret
        form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return self.key.public_key().public_bytes(*form).decode()

    def private(self):
        from cryptography.hazmat.primitives.serialization import (
            Encoding, NoEncryption, PrivateFormat)
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def certificate(self):
        import datetime
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer")])
        now = datetime.datetime.now(datetime.timezone.utc)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        made = made.public_key(self.key.public_key()).serial_number(1).not_valid_before(now)
        made = made.not_valid_after(now + datetime.timedelta(days=2)).sign(self.key, hashes.SHA256())
        from cryptography.hazmat.primitives.serialization import Encoding
        return made.public_bytes(Encoding.PEM).decode()

    def sign(self, message):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
        size = self.algorithm[2:]
        digest = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}.get(size)
        match self.algorithm[:2]:
            case "HS":
                secret = self.secret.encode()
                return hmac.new(secret, message, getattr(hashlib, f"sha{size}")).digest()
            case "RS":
                return self.key.sign(message, padding.PKCS1v15(), digest())
            case "PS":
                return self.key.sign(message, padding.PSS(padding.MGF1(digest()), digest.digest_size),
                                     digest())
            case "ES":
                r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(digest())))
                bytes_each = (self.key.curve.key_size + 7) // 8
                return r.to_bytes(bytes_each, "big") + s.to_bytes(bytes_each, "big")
        return self.key.sign(message)

    def jwk(self, name):
        number = self.key.public_key().public_numbers()
        value = lambda n: b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))
        return {"kty": "RSA", "kid": name, "use": "sig", "n": value(number.n), "e": value(number.e)}


def without(values):
    return {name: value for name, value in values.items() if value is not None}


def signed(key, claims, header=None, text=None):
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "client_id": "desk", "scope": "mcp",
            "iat": now, "exp": now + 600}
    head = json.dumps(without({"alg": key.algorithm, "typ": "JWT", **(header or {})}))
    message = f"{b64(head)}.{b64(text or json.dumps(without({**good, **claims})))}"
    return f"{message}.{b64(key.sign(message.encode()))}"


RSA = OTHER = None
KEYS = {}


def settings():
    global RSA, OTHER
    RSA, OTHER = Key("RS256"), Key("RS256")
    KEYS.update({name: Key(name, SECRET) for name in ("HS256", "HS512")})
    KEYS.update({name: Key(name) for name in ("RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")})
    return {"TYPE": "jwt", "PUBLIC_KEY": RSA.public(), "ALGORITHM": "RS256", "ISSUER": ISSUER,
            "AUDIENCE": AUDIENCE, "REQUIRED_SCOPES": "mcp"}


def tokens():
    now = int(time.time())
    good = signed(RSA, {})
    head, body, mark = good.split(".")
    none = f'{b64(json.dumps({"alg": "none"}))}.{body}.'
    confused = Key("HS256", RSA.public())
    twice = json.dumps({"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": now + 600})
    twice = twice[:-1] + ', "scope": "other", "scope": "mcp"}'
    return [
        ("none shown", None),
        ("good", good),
        ("garbage", "garbage"),
        ("signed by another key", signed(OTHER, {})),
        ("claims changed", f'{head}.{b64("{}")}.{mark}'),
        ("without its signature", f"{head}.{body}."),
        ("`alg: none`", none),
        ("HS256 with the public key as secret", signed(confused, {})),
        ("RS512 where RS256 is configured", signed(KEYS["RS512"], {})),
        ("brings its own key (`jwk`)", signed(OTHER, {}, {"jwk": OTHER.jwk("x")})),
        ("points at a key (`jku`, `x5u`)", signed(OTHER, {}, {"jku": "http://127.0.0.1:9/", "x5u": "http://127.0.0.1:9/"})),
        ("`kid` is a path", signed(OTHER, {}, {"kid": "../../../dev/null"})),
        ("`crit` with an unknown extension", signed(RSA, {}, {"crit": ["x"], "x": 1})),
        ("`typ: at+jwt`", signed(RSA, {}, {"typ": "at+jwt"})),
        ("`typ: logout+jwt`", signed(RSA, {}, {"typ": "logout+jwt"})),
        ("expired a minute and a half ago", signed(RSA, {"exp": now - 90})),
        ("expired 20 s ago", signed(RSA, {"exp": now - 20})),
        ("without `exp`", signed(RSA, {"exp": None})),
        ("`exp` as text", signed(RSA, {"exp": str(now + 600)})),
        ("`exp` with a fraction", signed(RSA, {"exp": now + 600.5})),
        ("`exp` in milliseconds", signed(RSA, {"exp": (now + 600) * 1000})),
        ("`exp` negative", signed(RSA, {"exp": -1})),
        ("`nbf` in an hour", signed(RSA, {"nbf": now + 3600})),
        ("`iat` in an hour", signed(RSA, {"iat": now + 3600})),
        ("another issuer", signed(RSA, {"iss": "https://evil.example"})),
        ("another issuer by a slash", signed(RSA, {"iss": ISSUER + "/"})),
        ("without `iss`", signed(RSA, {"iss": None})),
        ("another audience", signed(RSA, {"aud": "https://other.example"})),
        ("one of two audiences", signed(RSA, {"aud": ["x", AUDIENCE]})),
        ("without `aud`", signed(RSA, {"aud": None})),
        ("without the scope", signed(RSA, {"scope": "openid"})),
        ("scope in `scp`", signed(RSA, {"scope": None, "scp": ["mcp"]})),
        ("scope in `roles`", signed(RSA, {"scope": None, "roles": ["mcp"]})),
        ("`scope` twice, the second one good", signed(RSA, {}, None, twice)),
        ("without `sub` and client", signed(RSA, {"sub": None, "client_id": None})),
        ("20 KiB of groups", signed(RSA, {"groups": ["g" * 36] * 400})),
    ]


def configurations():
    file = CACHE / "compared.pem"
    file.write_text(RSA.public())
    point = lambda what, changed, key=None: (what, changed, key)
    return [
        point("PEM with `\\n` for its line ends", {"PUBLIC_KEY": RSA.public().replace("\n", "\\n")}, RSA),
        point("path of a PEM file", {"PUBLIC_KEY": str(file)}, RSA),
        point("certificate", {"PUBLIC_KEY": RSA.certificate()}, RSA),
        point("private key", {"PUBLIC_KEY": RSA.private()}, RSA),
        point("garbage", {"PUBLIC_KEY": "garbage"}, RSA),
        point("secret, without an algorithm", {"PUBLIC_KEY": SECRET, "ALGORITHM": ""}, KEYS["HS256"]),
        point("secret of 3 bytes", {"PUBLIC_KEY": "abc", "ALGORITHM": "HS256"}, Key("HS256", "abc")),
        point("secret of 16 bytes", {"PUBLIC_KEY": SECRET[:16], "ALGORITHM": "HS256"}, Key("HS256", SECRET[:16])),
        point("RSA key for ES256", {"ALGORITHM": "ES256"}, RSA),
        point("RSA key for HS256", {"ALGORITHM": "HS256"}, RSA),
        point("neither", {"PUBLIC_KEY": ""}),
        point("both", {"JWKS_URI": "https://id.example/jwks"}),
        point("HS256 with a key set", {"PUBLIC_KEY": "", "JWKS_URI": "https://id.example/jwks", "ALGORITHM": "HS256"}),
        point("key set that nobody serves", {"PUBLIC_KEY": "", "JWKS_URI": "http://127.0.0.1:9/jwks"}, RSA),
    ]


def key_sets(servers, base):
    """A provider that publishes these documents, one after the other."""
    odd = {"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "AA", "y": "AA"}
    documents = [
        ("key set, token names its key", {"keys": [RSA.jwk("a"), OTHER.jwk("b")]}, {"kid": "b"}, OTHER),
        ("key set, unknown name", {"keys": [RSA.jwk("a"), OTHER.jwk("b")]}, {"kid": "c"}, OTHER),
        ("key set of one, no name", {"keys": [RSA.jwk("a")]}, {}, RSA),
        ("key set of two, no name", {"keys": [RSA.jwk("a"), OTHER.jwk("b")]}, {}, RSA),
        ("key set with an unknown kind of key", {"keys": [odd, RSA.jwk("a")]}, {"kid": "a"}, RSA),
        ("a page instead of a key set", "<html>", {"kid": "a"}, RSA),
    ]
    for what, document, header, key in documents:
        body = document if isinstance(document, str) else json.dumps(document)
        with provider(body) as url:
            config = {**base, "PUBLIC_KEY": "", "JWKS_URI": url}
            yield from rows(servers, config, [(what, signed(key, {}, header))])


@contextlib.contextmanager
def provider(body):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/jwks"
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
