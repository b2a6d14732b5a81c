#!/usr/bin/env bash
# Scans the program's TLS with sslyze against Mozilla's intermediate and modern configurations.
# usage: tests/interop/tls.sh BINARY [CACHE]     exit 0: compliant, or sslyze cannot be had (said loudly)
set -euo pipefail
binary=$(realpath "$1")
cache=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/itential-mcp-interop}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

if [ ! -x "$cache/sslyze/bin/sslyze" ]; then
  mkdir -p "$cache"
  python3 -m venv "$cache/sslyze" && "$cache/sslyze/bin/pip" -q install sslyze >/dev/null 2>&1 || {
    echo "SKIPPED: sslyze cannot be installed; TLS compliance is unchecked in this run"
    exit 0
  }
fi

cd "$work"
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -keyout ca.key -out ca.pem -subj "/CN=interop authority" \
    -addext "keyUsage=critical,keyCertSign,cRLSign"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout server.key -out server.csr -subj "/CN=localhost"
  printf '%s\n' "subjectAltName=DNS:localhost" "extendedKeyUsage=serverAuth" \
    "keyUsage=critical,digitalSignature" "basicConstraints=critical,CA:FALSE" \
    "authorityKeyIdentifier=keyid" "subjectKeyIdentifier=hash" >ext
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
    -extfile ext -out server.pem
} 2>/dev/null

scan() { # configuration, extra options of the program
  local configuration=$1
  shift
  "$binary" --transport sse --port 0 --sandbox \
    --certificate-file server.pem --private-key-file server.key "$@" >/dev/null 2>log &
  server=$!
  for _ in $(seq 600); do
    grep -q "serves MCP at" log && break
    kill -0 "$server" || { cat log; return 1; }
    sleep 0.1
  done
  port=$(sed -n 's#.*serves MCP at https://[^/]*:\([0-9]*\)/.*#\1#p' log)
  local verdict=0
  timeout 120 "$cache/sslyze/bin/sslyze" --mozilla_config="$configuration" \
    --certinfo_ca_file=ca.pem "localhost:$port" >"$configuration.txt" 2>&1 || verdict=$?
  sed -n '/localhost:.*\(OK\|FAILED\)/,$p' "$configuration.txt"
  kill "$server" && wait "$server" 2>/dev/null || true
  server=
  return "$verdict"
}

scan intermediate
scan modern --tls-min-version 1.3
