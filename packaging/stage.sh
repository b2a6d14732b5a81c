#!/usr/bin/env bash
# Lays out what deb and rpm have in common below a folder: stage.sh BINARY PROCESSOR ROOT [HOST_BINARY]
# BINARY, for PROCESSOR (x86_64 or aarch64), goes into the package. HOST_BINARY, or $ITENTIAL_MCP_HOST_BINARY, or BINARY itself runs on this machine and
# prints the manual page and the completions.
set -euo pipefail
binary=$1 processor=$2 root=$3 host=${4:-${ITENTIAL_MCP_HOST_BINARY:-$1}}
host=$(realpath "$host")
source=$(cd "$(dirname "$0")/.." && pwd)
"$host" version > /dev/null 2>&1 || {
  echo "$host does not run here; name a binary that does: ITENTIAL_MCP_HOST_BINARY=FILE" >&2
  exit 1
}
put() { install -D -m "${3:-644}" "$1" "$root/$2"; }
made() { mkdir -p "$root/$(dirname "$1")"; "$host" "${@:2}" > "$root/$1"; chmod 644 "$root/$1"; }

put "$binary" usr/bin/itential-mcp 755
put "$source/packaging/systemd/itential-mcp.service" usr/lib/systemd/system/itential-mcp.service
put "$source/packaging/systemd/itential-mcp.socket" usr/lib/systemd/system/itential-mcp.socket
put "$source/packaging/systemd/itential-mcp.sysusers" usr/lib/sysusers.d/itential-mcp.conf
put "$source/packaging/systemd/itential-mcp.tmpfiles" usr/lib/tmpfiles.d/itential-mcp.conf
put "$source/packaging/systemd/itential-mcp.logrotate" etc/logrotate.d/itential-mcp
put "$source/packaging/systemd/mcp.conf" etc/itential-mcp/mcp.conf 640
chmod 750 "$root/etc/itential-mcp"

made usr/share/man/man1/itential-mcp.1 man
gzip -9n "$root/usr/share/man/man1/itential-mcp.1"
made usr/share/bash-completion/completions/itential-mcp completions bash
made usr/share/fish/vendor_completions.d/itential-mcp.fish completions fish

doc=usr/share/doc/itential-mcp
for page in "$source"/docs/*.md; do put "$page" "$doc/$(basename "$page")"; done
python3 "$source/packaging/notices.py" "$processor-unknown-linux-musl" "$root/$doc/THIRD-PARTY.txt"
chmod 644 "$root/$doc/THIRD-PARTY.txt"
made $doc/examples/mcp.conf config example
for dropin in notify-reload low-port; do
  put "$source/packaging/systemd/$dropin.conf" "$doc/examples/$dropin.conf"
done
