#!/usr/bin/env bash
# Builds the product and its peers, measures them side by side and writes docs/performance.md.
#
#   benches/run.sh            everything; under twelve minutes once the peers are installed
#   benches/run.sh scaling    several processes behind a balancer: writes the figures of docs/scaling.md
#   benches/run.sh PART...    only these parts, to the terminal (see benches/load/main.rs)
#
# Peers are kept in BENCH_CACHE (default: ~/.cache/itential-mcp-bench), outside the checkout. One that
# cannot be installed is skipped, and the report says so.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/itential-mcp-bench}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$cache"
ulimit -n 8192 2>/dev/null || echo "note: few file descriptors; a thousand clients may not fit" >&2

skipped() { echo "SKIPPED: $1" >&2; }

peers() {
    python=$cache/python-0.14.1
    if [ ! -x "$python/bin/itential-mcp" ]; then
        python3 -m venv "$python" && "$python/bin/pip" install --quiet itential-mcp==0.14.1 ||
            { rm -rf "$python"; skipped "the Python server cannot be installed"; }
    fi
    [ -x "$python/bin/itential-mcp" ] && export BENCH_PYTHON=$python/bin/itential-mcp

    if cargo build --quiet --locked --release --manifest-path benches/peers/rmcp/Cargo.toml \
        --target-dir "$cache/rmcp"; then
        export BENCH_RMCP=$cache/rmcp/release/peer-rmcp
    else
        skipped "rmcp cannot be built"
    fi

    musl=x86_64-unknown-linux-musl
    if [ "$(uname -m)" = x86_64 ] && packaging/build.sh "$musl" >&2; then
        export BENCH_MUSL=dist/$musl/itential-mcp
    else
        skipped "the released binary cannot be built"
    fi
}
[ "$*" = scaling ] || peers

cargo build --quiet --locked --release --bin itential-mcp
export BENCH_PRODUCT=$target/release/itential-mcp
measure() { cargo bench --quiet --locked --bench load -- "$@"; }
cargo bench --quiet --locked --bench load --no-run

machine() {
    echo "Machine: $(nproc) cores ($(uname -sm)), which load generator and server share; load average"
    echo "$(cut -d' ' -f1 /proc/loadavg) at the end of the run. $(rustc --version | cut -d' ' -f1,2), $(date +%F)."
}

if [ "$*" = scaling ]; then
    measured=$(measure replicas && machine) python3 - <<'PYTHON'
import os, pathlib, re
document = pathlib.Path("docs/scaling.md")
figures = f"\n{os.environ['measured'].strip()}\n\n"
text = document.read_text()
document.write_text(re.sub(r"(?<=<!-- figures -->\n).*?(?=<!-- end -->)", lambda _: figures, text, count=1, flags=re.S))
PYTHON
    echo "the figures of docs/scaling.md are written" >&2
    exit
fi

if [ $# -gt 0 ]; then
    measure "$@"
    exit
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
measure >"$report"
{
    cat <<'TEXT'
# Performance

Made by `benches/run.sh`, which builds the product and its peers, runs them in turn on one machine
and replaces this file. The peers are rmcp 3.11, the official Rust SDK, over axum and tokio-rustls in
its leanest mode (stateless, JSON answers), and the Python server itential-mcp 0.14.1. rmcp serves an
echo tool and knows no platform; where calls to one are measured, it has no row. A peer that could not
be installed is said to be missing, and what was asked of it alone is left out.

TEXT
    machine
    echo
    cat "$report"
    cat benches/notes.md
} >docs/performance.md
echo "docs/performance.md is written" >&2
