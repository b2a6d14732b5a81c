"""Writes what a binary is made of, as CycloneDX 1.5: packaging/sbom.py TARGET FILE BINARY

The same sources and binary give the same bytes: its time is SOURCE_DATE_EPOCH, its number follows from the rest.
"""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import uuid

import crates

target, file, binary = sys.argv[1:]
root, packages, edges = crates.inside(target)
checksums = crates.checksums()
made = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)


def reference(identity):
    package = packages[identity]
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(identity, kind="library"):
    package = packages[identity]
    shown = {
        "type": kind,
        "bom-ref": reference(identity),
        "name": package["name"],
        "version": package["version"],
        "licenses": [{"expression": crates.licence(package)}],
        "purl": reference(identity),
    }
    if checksum := checksums.get((package["name"], package["version"])):
        shown["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        shown["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return shown


compiler = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
# Linked by the compiler, not by cargo.
std = {
    "type": "library",
    "bom-ref": f"pkg:generic/rust-std@{compiler}",
    "name": "rust-std",
    "version": compiler,
    "description": "Rust's standard library" + (", with the C library musl" if "musl" in target else ""),
    "licenses": [{"expression": "MIT OR Apache-2.0"}],
    "purl": f"pkg:generic/rust-std@{compiler}",
}
product = component(root, "application")
product["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(pathlib.Path(binary).read_bytes()).hexdigest()}]
product["properties"] = [{"name": "target", "value": target}]
order = sorted(edges, key=reference)
bom = {
    "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {"timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": product},
    "components": [component(identity) for identity in order if identity != root] + [std],
    "dependencies": [
        {
            "ref": reference(identity),
            "dependsOn": sorted([reference(on) for on in edges[identity]] + ([std["bom-ref"]] if identity == root else [])),
        }
        for identity in order
    ]
    + [{"ref": std["bom-ref"], "dependsOn": []}],
}
bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom, sort_keys=True))}"
pathlib.Path(file).write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n")
