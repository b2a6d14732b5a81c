#!/bin/sh
# Starts the program for this processor: what a bundle says can differ by operating system, not by processor.
here=$(dirname "$0")
program=$here/linux-$(uname -m)/itential-mcp
if [ ! -f "$program" ]; then
    echo "itential-mcp: this bundle has no program for $(uname -s) on $(uname -m)" >&2
    exit 1
fi
# Some clients unpack a bundle without the modes of its files.
[ -x "$program" ] || chmod +x "$program"
exec "$program" "$@"
