#!/usr/bin/env bash
# Makes an RPM package: rpm.sh BINARY ARCH OUTDIR [HOST_BINARY]
# BINARY is static; ARCH is x86_64 or aarch64; HOST_BINARY runs on this machine (see stage.sh). Needs rpmbuild.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,3s/^# //p' "$0"; exit 2; }
binary=$1 arch=$2 out=$3 host=${4:-}
source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/packaging/about.sh"
command -v rpmbuild > /dev/null || { echo "rpmbuild is missing; install the package rpm" >&2; exit 1; }
case $arch in x86_64 | aarch64) ;; *) echo "ARCH is x86_64 or aarch64, not $arch" >&2; exit 2 ;; esac

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
staged=$work/staged
mkdir -p "$staged" "$out"
"$source/packaging/stage.sh" "$binary" "$arch" "$staged" $host
host=${host:-${ITENTIAL_MCP_HOST_BINARY:-$binary}}
mkdir -p "$staged/usr/share/zsh/site-functions"
"$host" completions zsh > "$staged/usr/share/zsh/site-functions/_itential-mcp"
install -D -m 644 "$source/LICENSE" "$staged/usr/share/licenses/itential-mcp/LICENSE"
find "$staged" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
echo "$description" > "$work/text"
rpmbuild -bb --quiet --target "$arch-linux" \
  --define "_topdir $work/rpm" --define "_rpmdir $work/made" --define "_tmppath $work" \
  --define "_docdir /usr/share/doc" --define "version $version" --define "summary $summary" \
  --define "text $work/text" --define "maintainer $maintainer" \
  --define "day $(date -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')" --define "staged $staged" \
  "$source/packaging/rpm/itential-mcp.spec" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
made=$(find "$work/made" -name '*.rpm')
mv "$made" "$out/"
echo "$out/$(basename "$made")"
