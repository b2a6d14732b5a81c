"""`auth_type = oauth_proxy`: clients log in at this server, which logs in at the identity provider."""

import json
import os
import re
import secrets
import subprocess
import time

from .clients import BROWSER, at_once, header, remote, sdks, smooth, works
from .direct import LEEWAY, RUN_OUT
from .processes import PATIENCE, Front, Provider, Server, free_port
from .visitor import Visitor, Walker, ask, browse, show

TITLE = "Through the OAuth proxy (`auth_type = oauth_proxy`)"
KEY = "5e0f6a0c8d4b49d7a3c1e2b4f6870915"


def cases(program, cache, scratch, row):
    front = Front()
    url = f"{front.base}/mcp"
    with Provider(f"{front.base}/auth/callback") as provider:
        settings = common(front, url, provider) | {
            "auth_oauth_revocation_url": f"{provider.issuer}/token/revocation",
            "auth_oauth_scopes": "mcp", "auth_required_scopes": "mcp", "auth_audience": url,
            "auth_jwks_uri": f"{provider.issuer}/jwks", "auth_issuer": provider.issuer,
            "auth_algorithm": "ES256", "auth_leeway": LEEWAY}
        with Server(program, settings) as one, Server(program, settings) as other:
            front.lead(one)
            clients(cache, scratch, url, provider, row, lambda: front.lead(other))
            tokens(front, url, provider, row, one, other)
            with Server(program, settings | {"state_key": secrets.token_hex(16)}) as stranger:
                another_key(front, url, row, one, stranger)
            front.lead(one)
            windows(front, scratch, url, row)
            suite(front, cache, scratch, url, row)
            report = scratch / "remote.json"
            row("`mcp-remote`", "has somebody log in in the browser, lists and calls", remote(
                cache, scratch, url, environment={
                    "BROWSER": str(BROWSER), "LOGIN": json.dumps({"report": str(report)})}))
    opaque(program, row)


def common(front, url, provider):
    """What is configured for every kind of provider."""
    return {
        "auth_type": "oauth_proxy", "public_url": url, "state_key": KEY,
        "auth_oauth_client_id": provider.ID, "auth_oauth_client_secret": provider.SECRET,
        "auth_oauth_authorization_url": f"{provider.issuer}/auth",
        "auth_oauth_token_url": f"{provider.issuer}/token",
        "auth_oauth_redirect_uri": f"{front.base}/auth/callback"}


def clients(cache, scratch, url, provider, row, restart):
    with sdks(cache, scratch, url) as all_of_them:
        for client, said in at_once(all_of_them, lambda client: client.call()):
            visits = client.logins()
            asked = [page for visit in visits for page in visit["pages"] if page["consent"]]
            row(client.name, "registers itself, has somebody agree and log in, lists and calls",
                works(said, logins=1) and smooth(visits) and len(asked) == 1
                and not header(said["access"]))
        provider.rotate()
        time.sleep(RUN_OUT)
        for client, said in at_once(all_of_them, lambda client: client.call()):
            row(client.name, "its token has run out and the provider has a new key: refreshes and "
                "goes on without a login", works(said, logins=1) and said["tokens"] > 1, said)
        restart()
        for client, said in at_once(all_of_them, lambda client: client.call()):
            row(client.name, "the server is another process now: goes on", works(said, logins=1), said)
        time.sleep(RUN_OUT)
        for client, said in at_once(all_of_them, lambda client: client.call()):
            row(client.name, "its token has run out after that: refreshes there",
                works(said, logins=1) and said["tokens"] > 2, said)


def tokens(front, url, provider, row, *servers):
    """What is good at which process, and until when."""
    front.lead(*servers)
    visitor = Visitor(front.base, "client_secret_basic")
    walker = Walker()
    walker.walk(visitor.begin(url), visitor.callback.url)
    answer = visitor.callback.answer()
    got = visitor.finish(answer)
    row("-", "a login whose every step is at another process: in",
        show(url, got.get("access_token")) == "in" and answer["iss"] == front.base, got)
    row("-", "the code of it once more: invalid_grant",
        visitor.finish(answer).get("error") == "invalid_grant")
    told = show(url, Visitor(provider.issuer).log_in(url)["access_token"])
    row("-", "a token of the provider itself: 401 invalid_token", told == "401 invalid_token", told)
    front.lead(servers[0])
    again = [visitor.refresh(got["refresh_token"]) for _ in range(2)]
    row("-", "refreshed twice with the same: one answer",
        again[0] == again[1] and show(url, again[0].get("access_token")) == "in", again)
    revoked = visitor.revoke(again[0].get("refresh_token"))
    told = [show(url, again[0].get("access_token")),
            visitor.refresh(again[0].get("refresh_token")).get("error")]
    row("-", "revoked: 401 invalid_token and invalid_grant at once",
        [revoked, *told] == [200, "401 invalid_token", "invalid_grant"], told)
    visitor = Visitor(front.base)
    Walker().walk(visitor.begin(url), visitor.callback.url, decision="deny")
    answer = visitor.callback.answer()
    told = [answer.get(name) for name in ("error", "state", "iss")]
    row("-", "consent is refused: the client is told access_denied",
        told == ["access_denied", visitor.state, front.base], answer)


def another_key(front, url, row, one, stranger):
    front.lead(one)
    visitor = Visitor(front.base)
    got = visitor.log_in(url)
    front.lead(stranger)
    told = [show(url, got["access_token"]), visitor.refresh(got["refresh_token"]).get("error")]
    row("-", "at a process with another state_key: 401 invalid_token and invalid_client",
        told == ["401 invalid_token", "invalid_client"], told)


def windows(front, scratch, url, row):
    """Windows of a browser, and people in them."""
    def login(visitor=None, **options):
        visitor = visitor or Visitor(front.base)
        seen = browse(visitor.begin(url), scratch / "windows.json",
                      pictures=os.environ.get("PICTURES"), **options)
        got = visitor.finish(visitor.callback.answer())
        fine = smooth([seen] if seen["pages"] else []) and not seen["complaints"]
        return seen, fine and show(url, got.get("access_token")) == "in"

    def agreed(seen):
        return sum(page["consent"] for page in seen["pages"])

    seen, fine = login(width=390)
    row("Chromium", "390 pixels wide, like a phone: in, nothing to scroll sideways",
        fine and agreed(seen) == 1, seen)
    seen, fine = login(twice=True)
    row("Chromium", "the consent page is loaded twice: in", fine and agreed(seen) == 1, seen)
    seen, fine = login(blocked=front.base)
    ours = [cookie for cookie in seen["cookies"] if cookie.startswith("127.0.0.1")]
    row("Chromium", "keeps no cookies of this server, like an embedded view: asked again after the "
        "login, in", fine and agreed(seen) == 2 and not ours, seen)
    visitor, profile = Visitor(front.base), str(scratch / "profile")
    login(visitor, profile=profile)
    seen, fine = login(visitor, profile=profile)
    row("Chromium", "signed in, and has agreed to this client before: in without a page",
        fine and not seen["pages"], seen)
    seen, fine = login(profile=profile)
    row("Chromium", "signed in, another client: agrees and is in",
        fine and len(seen["pages"]) == agreed(seen) == 1, seen)


def suite(front, cache, scratch, url, row):
    """The scenarios of the official suite for authorization servers."""
    port = free_port()
    callback = f"http://127.0.0.1:{port}/callback"
    client = ask(f"{front.base}/register", [{
        "redirect_uris": [callback], "token_endpoint_auth_method": "none"}])[2]
    command = [cache / "conf-next/node_modules/.bin/conformance", "authorization", "--url", front.base,
               "--client-id", client["client_id"], "--resource", url, "--port", str(port),
               "--output-dir", scratch / "suite"]
    running = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = ""
    for line in running.stdout:
        said += line
        if line.startswith(f"{front.base}/authorize?"):
            Walker().walk(line.strip(), callback)
    ended = running.wait(PATIENCE)
    checks = {}
    for file in sorted((scratch / "suite").glob("*/checks.json")):
        name = re.sub(r"^(authorization-)?(.*?)-\d{4}-\d\d-\d\dT.*$", r"\2", file.parent.name)
        checks[name] = [check["status"] for check in json.loads(file.read_text())]
    for name in ("server-metadata-endpoint", "code-grant"):
        found = next((ended for scenario, ended in checks.items() if name in scenario), [])
        row("Official suite 0.2.0-alpha.12", f"`authorization-{name}`",
            ended == 0 and found and set(found) == {"SUCCESS"}, f"{ended} {checks}\n{said}")


def opaque(program, row):
    """A provider whose tokens only itself can read."""
    front = Front()
    url = f"{front.base}/mcp"
    with Provider(f"{front.base}/auth/callback", "opaque") as provider:
        settings = common(front, url, provider) | {
            "auth_oauth_userinfo_url": f"{provider.issuer}/me", "auth_oauth_scopes": "openid mcp"}
        with Server(program, settings) as server:
            front.lead(server)
            visitor = Visitor(front.base, "client_secret_post")
            got = visitor.log_in(url, scope="openid mcp")
            again = visitor.refresh(got.get("refresh_token", ""))
            told = [show(url, one.get("access_token")) for one in (got, again)]
            row("-", "a provider whose tokens nobody else can read, asked who somebody is: in, also "
                "refreshed", told == ["in", "in"], told)
