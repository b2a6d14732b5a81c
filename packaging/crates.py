"""The crates inside a binary, as cargo resolves them for its target. Shared by sbom.py and notices.py."""

import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).parent.parent


def inside(target):
    """The product's package, and the packages that are linked into it with what each depends on: {id: ids}."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    # That knows the features of tests and of other targets, too, and what only they need.
    command = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--target", target]
    tree = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    inside_all = {tuple(line.split()[:2]) for line in tree.splitlines()}
    packages = {package["id"]: package for package in told["packages"]}
    nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
    edges, todo = {}, [told["resolve"]["root"]]
    while todo:
        if (here := todo.pop()) in edges:
            continue
        linked = [
            dep["pkg"]
            for dep in nodes[here]["deps"]
            if any(kind["kind"] is None for kind in dep["dep_kinds"]) and named(packages[dep["pkg"]]) in inside_all
        ]
        edges[here] = sorted(linked)
        todo += linked
    return told["resolve"]["root"], packages, edges


def named(package):
    """As cargo tree prints it."""
    return package["name"], f"v{package['version']}"


def checksums():
    """What Cargo.lock says the published files are: {(name, version): sha256}."""
    text = (ROOT / "Cargo.lock").read_text()
    found = re.findall(r'name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"', text)
    return {(name, version): checksum for name, version, checksum in found}


def licence(package):
    """The SPDX expression; crates of old write a slash for OR."""
    return (package["license"] or "").replace("/", " OR ")
