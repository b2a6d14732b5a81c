"""`auth_type = token,jwt`: clients go to the identity provider themselves."""

import subprocess
import time

from .clients import at_once, header, inspector, remote, sdks, smooth, works
from .processes import Provider, Server, free_port
from .visitor import Visitor, Walker, show

TITLE = "Straight at a provider (`auth_type = token, jwt`)"
LEEWAY = 2
# Seconds after which the provider's tokens have run out, also for a clock that is a little off.
RUN_OUT = 6 + LEEWAY + 1


def cases(program, cache, scratch, row):
    port = free_port()
    url = f"http://127.0.0.1:{port}/mcp"
    file = scratch / "tokens"
    made = subprocess.run([program, "token", "new", "nightly", "--file", file], check=True,
                          capture_output=True, text=True)
    bearer = f"Authorization: Bearer {made.stdout.strip()}"
    with Provider("http://127.0.0.1:9/unused") as provider:
        settings = {
            "auth_type": "token,jwt", "auth_tokens_file": file, "public_url": url,
            "auth_jwks_uri": f"{provider.issuer}/jwks", "auth_issuer": provider.issuer,
            "auth_audience": url, "auth_algorithm": "ES256", "auth_required_scopes": "mcp",
            "auth_leeway": LEEWAY}
        with Server(program, settings, port):
            clients(cache, scratch, url, provider, row)
            tokens(url, provider, row)
            row("`mcp-remote`", "a token of the file as `--header`: lists and calls",
                remote(cache, scratch, url, "--header", bearer))
            row("`inspector --cli`", "a token of the file as `--header`: lists and calls",
                inspector(cache, url, "--header", bearer))


def clients(cache, scratch, url, provider, row):
    with sdks(cache, scratch, url) as all_of_them:
        for client, said in at_once(all_of_them, lambda client: client.call()):
            row(client.name, "learns from the 401 where to go, registers itself, has somebody log in, "
                "lists and calls", works(said, logins=1) and smooth(client.logins()))
        key = provider.rotate()
        time.sleep(RUN_OUT)
        for client, said in at_once(all_of_them, lambda client: client.call()):
            row(client.name, "its token has run out and the provider has a new key: refreshes and "
                "goes on without a login", works(said, logins=1) and
                header(said["access"]).items() >= {"kid": key, "typ": "at+jwt"}.items(), said)
        client = all_of_them[2]
        visitor = Visitor.of(provider.issuer, client.now["client"])
        revoked = visitor.revoke(client.now["refresh"])
        time.sleep(RUN_OUT)
        row(client.name, "its token has run out and what it refreshes with is revoked: somebody logs in "
            "again", revoked == 200 and works(client.call(), logins=2))


def tokens(url, provider, row):
    visitor, walker = Visitor(provider.issuer), Walker()
    good = visitor.log_in(url, walker)
    other = visitor.log_in("https://other.example/mcp", walker)
    opaque = visitor.log_in(None, walker, scope="openid")
    for what, token, expected in [
        ("no token", None, "401"),
        ("a token for this server", good["access_token"], "in"),
        ("a token for another server", other["access_token"], "401 invalid_token"),
        ("a token for no server, which only the provider can read", opaque["access_token"],
         "401 invalid_token"),
        ("what a token is refreshed with", good["refresh_token"], "401 invalid_token"),
    ]:
        answer = show(url, token)
        row("-", f"{what}: {expected}", answer == expected, answer)
    visitor.revoke(good["refresh_token"])
    again = visitor.refresh(good["refresh_token"])
    time.sleep(RUN_OUT)
    answer = show(url, good["access_token"])
    row("-", "after it is revoked at the provider, a token is good until it runs out: 401 invalid_token",
        again.get("error") == "invalid_grant" and answer == "401 invalid_token", answer)
