#!/usr/bin/env bash
# Packs the binaries of DIST into OUTDIR/itential-mcp-VERSION.mcpb, which desktop clients install, and writes
# OUTDIR/server.json, which tells the MCP registry of it.
#
#   packaging/mcpb.sh OUTDIR [DIST]
#
# DIST (dist) holds TARGET/itential-mcp[.exe], as packaging/build.sh leaves them. One bundle has all of
# them, for neither a bundle's manifest nor the registry can choose by processor; a bundle of some of them names
# only their systems. The same binaries give the same bytes. What it needs: python3.
set -euo pipefail
out=$(realpath -m "${1:?usage: packaging/mcpb.sh OUTDIR [DIST]}")
dist=$(realpath -m "${2:-$(dirname "$0")/../dist}")
cd "$(dirname "$0")"
mkdir -p "$out"
exec python3 - "$out" "$dist" <<'END'
import hashlib
import json
import pathlib
import sys
import zipfile

out, dist = map(pathlib.Path, sys.argv[1:])
# Where each target's program is inside, and what its system is called.
TARGETS = {
    "x86_64-unknown-linux-musl/itential-mcp": ("server/linux-x86_64/itential-mcp", "linux"),
    "aarch64-unknown-linux-musl/itential-mcp": ("server/linux-aarch64/itential-mcp", "linux"),
    "x86_64-pc-windows-gnu/itential-mcp.exe": ("server/windows-x86_64/itential-mcp.exe", "win32"),
}

here = [(dist / file, *place) for file, place in TARGETS.items() if (dist / file).is_file()]
if not here:
    sys.exit(f"packaging/mcpb.sh: {dist} holds no binary: run packaging/build.sh first")
systems = sorted({system for _, _, system in here})

manifest = json.loads(pathlib.Path("mcpb/manifest.json").read_text())
config = manifest["server"]["mcp_config"]
manifest["compatibility"]["platforms"] = systems
if "win32" not in systems:
    del config["platform_overrides"]
elif "linux" not in systems:
    config |= config.pop("platform_overrides")["win32"]
    manifest["server"]["entry_point"] = here[0][1]

files = {"manifest.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()}
files["LICENSE"] = pathlib.Path("../LICENSE").read_bytes()
if "linux" in systems:
    files["server/itential-mcp"] = pathlib.Path("mcpb/itential-mcp.sh").read_bytes()
files |= {inside: file.read_bytes() for file, inside, _ in here}

version = manifest["version"]
bundle = out / f"itential-mcp-{version}.mcpb"
with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for name, content in files.items():
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.create_system = 3  # Unix, so that the mode counts
        entry.external_attr = (0o100755 if name.startswith("server/") else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)

server = json.loads(pathlib.Path("server.json").read_text())
for package in server["packages"]:
    if package["registryType"] == "mcpb":
        package["fileSha256"] = hashlib.sha256(bundle.read_bytes()).hexdigest()
(out / "server.json").write_text(json.dumps(server, indent=2) + "\n")
print(f"{bundle}: {bundle.stat().st_size} bytes, for", ", ".join(file.parent.name for file, _, _ in here))
END
