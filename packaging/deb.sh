#!/usr/bin/env bash
# Makes a Debian package: deb.sh BINARY ARCH OUTDIR [HOST_BINARY]
# BINARY is static; ARCH is amd64 or arm64; HOST_BINARY runs on this machine (see stage.sh). Needs dpkg-deb.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,3s/^# //p' "$0"; exit 2; }
binary=$1 arch=$2 out=$3 host=${4:-}
source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/packaging/about.sh"
command -v dpkg-deb > /dev/null || { echo "dpkg-deb is missing; install the package dpkg" >&2; exit 1; }
case $arch in
amd64) processor=x86_64 ;;
arm64) processor=aarch64 ;;
*) echo "ARCH is amd64 or arm64, not $arch" >&2; exit 2 ;;
esac

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root doc=$work/root/usr/share/doc/itential-mcp
mkdir -p "$root/DEBIAN" "$out"
"$source/packaging/stage.sh" "$binary" $processor "$root" $host
host=${host:-${ITENTIAL_MCP_HOST_BINARY:-$binary}}
mkdir -p "$root/usr/share/zsh/vendor-completions" "$root/usr/share/lintian/overrides"
"$host" completions zsh > "$root/usr/share/zsh/vendor-completions/_itential-mcp"
cp "$source/packaging/debian/lintian-overrides" "$root/usr/share/lintian/overrides/itential-mcp"
cp "$source/packaging/debian/copyright" "$doc/copyright"
printf 'itential-mcp (%s) stable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n' \
  "$version" "$version" "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"

for script in postinst prerm postrm; do install -m 755 "$source/packaging/debian/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find etc -type f | sort | sed 's|^|/|') > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/control" <<CONTROL
Package: itential-mcp
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles
Recommends: ca-certificates
Suggests: logrotate
Section: net
Priority: optional
Description: $summary
$(sed 's/^/ /' <<< "$description")
CONTROL
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort | xargs -d '\n' md5sum) > "$root/DEBIAN/md5sums"
chmod 644 "$root/DEBIAN/"{control,conffiles,md5sums}
chmod -R u+rwX,go+rX,go-w "$root/usr" "$root/DEBIAN"
find "$root" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$out/itential-mcp_${version}_${arch}.deb" > /dev/null
echo "$out/itential-mcp_${version}_${arch}.deb"
