"""Rewrites an image archive without what is different in every build, the names of containers that never ran:
packaging/steady.py FROM TO
"""

import hashlib
import io
import json
import sys
import tarfile

source, destination = sys.argv[1:]
with tarfile.open(source) as archive:
    read = lambda name: archive.extractfile(name).read()
    manifest = json.loads(read("manifest.json"))
    config = json.loads(read(manifest[0]["Config"]))
    layers = [(name, read(name)) for name in manifest[0]["Layers"]]
for chance in ("container", "container_config"):
    config.pop(chance, None)
config["config"]["Hostname"] = ""
text = json.dumps(config, sort_keys=True).encode()
manifest[0]["Config"] = f"{hashlib.sha256(text).hexdigest()}.json"
with tarfile.open(destination, "w", format=tarfile.USTAR_FORMAT) as archive:
    for name, content in [*layers, (manifest[0]["Config"], text), ("manifest.json", json.dumps(manifest).encode())]:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
