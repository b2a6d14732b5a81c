"""A client of an authorization server, step by step, and somebody who fills in forms for it."""

import base64
import contextlib
import hashlib
import html.parser
import http.cookiejar
import http.server
import json
import os
import secrets
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

from .processes import HERE, PATIENCE, eventually


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def ask(url, data=None, headers=None, jar=None):
    """Status, headers and body; a dictionary is sent as a form, a list of one as JSON."""
    headers = dict(headers or {})
    if isinstance(data, dict):
        data = urllib.parse.urlencode(data).encode()
    elif data is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(data[0]).encode()
    cookies = urllib.request.HTTPCookieProcessor(jar)
    opener = urllib.request.build_opener(Unfollowed, cookies)
    try:
        answer = opener.open(urllib.request.Request(url, data, headers), timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        body = answer.read().decode()
    with contextlib.suppress(ValueError):
        body = json.loads(body)
    return answer.status, answer.headers, body


def show(url, token):
    """What the server says to this token: "in", or the status and the error of its challenge."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "identity", "version": "1"}}}
    headers = {"Accept": "application/json, text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    status, headers, _ = ask(url, [body], headers)
    challenge = headers.get("WWW-Authenticate") or ""
    said = challenge.partition('error="')[2].partition('"')[0]
    return "in" if status == 200 else f"{status} {said}".strip()


class Callback:
    """Where a browser comes back to, with what."""

    def __init__(self):
        arrivals = self.arrivals = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                target = urllib.parse.urlsplit(self.path)
                self.send_response(200 if target.path == "/callback" else 404)
                self.end_headers()
                if target.path == "/callback":
                    self.wfile.write(b"You may close this window.")
                    arrivals.append(dict(urllib.parse.parse_qsl(target.query)))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/callback"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self):
        eventually("the browser comes back", lambda: self.arrivals)
        return self.arrivals.pop(0)


class Visitor:
    """A client that registers itself, sends people to the login and fetches tokens."""

    def __init__(self, issuer, method="none", well_known="oauth-authorization-server"):
        self.metadata = ask(f"{issuer}/.well-known/{well_known}")[2]
        self.callback = Callback()
        self.method = method
        status, _, self.client = ask(self.metadata["registration_endpoint"], [{
            "client_name": "A visitor", "redirect_uris": [self.callback.url],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": method}])
        assert status == 201, self.client

    @classmethod
    def of(cls, issuer, client):
        """The client that somebody else has registered."""
        it = cls(issuer)
        it.client, it.method = client, client.get("token_endpoint_auth_method", "none")
        return it

    def begin(self, resource, **more):
        """Where the login begins."""
        self.verifier, self.state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code", "client_id": self.client["client_id"],
            "redirect_uri": self.callback.url, "state": self.state, "scope": "mcp",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256"} | more
        asked |= {"resource": resource} if resource else {}
        return f"{self.metadata['authorization_endpoint']}?{urllib.parse.urlencode(asked)}"

    def finish(self, answer, **more):
        """The tokens, or what the server says instead."""
        assert answer["state"] == self.state, answer
        return self.token(grant_type="authorization_code", code=answer["code"],
                          redirect_uri=self.callback.url, code_verifier=self.verifier, **more)

    def refresh(self, token, **more):
        return self.token(grant_type="refresh_token", refresh_token=token, **more)

    def token(self, **form):
        return self.post("token_endpoint", form)[1]

    def revoke(self, token):
        return self.post("revocation_endpoint", {"token": token})[0]

    def post(self, endpoint, form):
        headers = {}
        names = [self.client["client_id"], self.client.get("client_secret", "")]
        if self.method == "client_secret_basic":
            pair = ":".join(urllib.parse.quote(name, safe="") for name in names)
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form = form | {"client_id": names[0]} | ({"client_secret": names[1]} if names[1] else {})
        status, _, body = ask(self.metadata[endpoint], form, headers)
        return status, body

    def log_in(self, resource, walker=None, **more):
        """The tokens after a login without a screen."""
        (walker or Walker()).walk(self.begin(resource, **more), self.callback.url)
        return self.finish(self.callback.answer())


class Form(html.parser.HTMLParser):
    """The first form of a page, filled in."""

    def __init__(self, page, decision):
        super().__init__()
        self.action, self.fields, self.decision = "", {}, decision
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        it = dict(attributes)
        if tag == "form":
            self.action = it.get("action") or ""
        elif tag == "input" and it.get("name"):
            self.fields[it["name"]] = it.get("value") or "ann"
        elif tag == "button" and it.get("name") and it.get("value") == self.decision:
            self.fields[it["name"]] = it["value"]


class Walker:
    """Somebody who follows links and fills in forms, without a screen."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()

    def walk(self, url, until, decision="allow"):
        """The last page, whose address begins with `until`."""
        form = None
        for _ in range(30):
            headers = {"Accept": "text/html"}
            if form is not None:
                headers["Origin"] = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
            status, answer, page = ask(url, form, headers, self.jar)
            if url.startswith(until):
                return status, page
            if 300 <= status < 400:
                url, form = urllib.parse.urljoin(url, answer["Location"]), None
                continue
            assert status == 200 and isinstance(page, str), f"{url}: {status} {page}"
            filled = Form(page, decision)
            url, form = urllib.parse.urljoin(url, filled.action), filled.fields
        raise AssertionError(f"the login does not end: {url}")


def browse(url, report, **options):
    """What a headless Chromium saw on its way from there; `login/chromium.mjs` has the options."""
    options = json.dumps(options | {"report": str(report)})
    subprocess.run(["node", HERE / "chromium.mjs", url], env=os.environ | {"LOGIN": options},
                   timeout=PATIENCE, check=True)
    return json.loads(report.read_text().splitlines()[-1])
