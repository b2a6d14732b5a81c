"""Writes the licences of what is inside a binary, each text once: packaging/notices.py TARGET FILE"""

import pathlib
import sys

import crates

target, file = sys.argv[1:]
root, packages, edges = crates.inside(target)
texts = {}
lines = [f"What is inside itential-mcp for {target} beside its own code, and under which licences.", ""]
for identity in sorted(edges, key=lambda identity: (packages[identity]["name"], packages[identity]["version"])):
    package = packages[identity]
    if identity == root:
        continue
    lines.append(f"{package['name']} {package['version']}: {crates.licence(package)}")
    folder = pathlib.Path(package["manifest_path"]).parent
    for text in sorted(folder.iterdir()):
        if text.is_file() and text.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")):
            texts.setdefault(text.read_text(errors="replace").strip(), []).append(f"{package['name']} {package['version']}")
for text, names in texts.items():
    lines += ["", "-" * 80, ", ".join(names), "-" * 80, "", text]
pathlib.Path(file).write_text("\n".join(lines) + "\n")
