#!/usr/bin/env bash
# Makes everything that a release consists of into dist/release/, and tries each thing as its users do.
#
#   packaging/release.sh                  all targets
#   packaging/release.sh --only TARGET    what is made for one of them
#
# What cannot be made or tried, because a tool is missing, is said with the package that has it, and again at the end.
# Exit code 1: something was made wrong. 3: all is well, but something was left out. See docs/building.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/tools.sh

targets=(x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-pc-windows-gnu)
all=1
if [ "${1-}" = --only ]; then
    targets=("${2:?usage: packaging/release.sh --only TARGET}")
    all=
fi
epoch
version=$(version)
out=$PWD/dist/release
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
rm -rf "$out"
mkdir -p "$out"
left=()
table=$place/table

say() { printf '\n== %s\n' "$*"; }
leave() { echo "LEFT OUT: $*"; left+=("$*"); }
# A row of the table at the end: the file, and how it was tried.
row() { printf '%s\t%s\n' "$1" "$2" >>"$table"; }
# Runs a trial of a file that was made, and notes how it went.
try() {
    local file=$1 how=$2
    shift 2
    echo "-- $how: $(basename "$file")"
    "$@" || stop "$(basename "$file"): $how failed"
    row "$(basename "$file")" "$how"
}
# has TOOL PACKAGE WHAT: says what is left out when there is no such tool.
has() {
    have "$1" || { leave "$3: install $2, which has $1"; return 1; }
}
is_root() {
    [ "$(id -u)" = 0 ] || { leave "$1: run it as root"; return 1; }
}
# What starts a program for this target here; fails when nothing does.
runner() {
    case $1 in
    "$(uname -m)"-*linux*) ;;
    aarch64-*linux*) has qemu-aarch64-static qemu-user-static "trying what is made for $1" && runs=(qemu-aarch64-static) ;;
    *) leave "trying what is made for $1: nothing here runs it"; return 1 ;;
    esac
}

[ -z "$(git status --porcelain)" ] || echo "note: not everything here is committed; the binaries will say so"

say "binaries"
packaging/build.sh "${targets[@]}"
# Prints manual page and completions for all targets.
host=dist/$(uname -m)-unknown-linux-musl/itential-mcp
[ -x "$host" ] || { packaging/build.sh "$(uname -m)-unknown-linux-musl"; }
export ITENTIAL_MCP_HOST_BINARY=$PWD/$host

# The files that come with a binary, in a folder named like the archive.
folder() {
    local target=$1 folder=$place/itential-mcp-$version-$1 shell
    mkdir -p "$folder/completions" "$folder/docs"
    cp "dist/$target/$(program "$target")" LICENSE README.md CHANGELOG.md "$folder/"
    cp docs/*.md "$folder/docs/"
    python3 packaging/notices.py "$target" "$folder/THIRD-PARTY.txt"
    "$host" config example >"$folder/mcp.conf.example"
    for shell in $(COLUMNS=1000 "$host" completions --help | sed -n 's/^ *<shell>.*\[\(.*\)\]$/\1/p' | tr -d ,); do
        "$host" completions "$shell" >"$folder/completions/itential-mcp.$shell"
    done
    ls "$folder"/completions/* >/dev/null || stop "completions could not be made"
    case $target in
    *windows*) ;;
    *)
        "$host" man >"$folder/itential-mcp.1"
        cp packaging/systemd/*.service packaging/systemd/*.socket "$folder/" || stop "there is no unit in packaging/systemd"
        ;;
    esac
    find "$folder" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

for target in "${targets[@]}"; do
    say "archive and SBOM for $target"
    folder "$target"
    name=itential-mcp-$version-$target
    case $target in
    *windows*)
        file=$out/$name.zip
        (cd "$place" && python3 - "$name" "$file" <<'END'
import os, pathlib, sys, time, zipfile
folder, file = sys.argv[1:]
made = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file():
            entry = zipfile.ZipInfo(str(path), made)
            entry.external_attr = (0o755 if path.suffix == ".exe" else 0o644) << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
END
        )
        unpack() { python3 -m zipfile -e "$1" "$2"; }
        ;;
    *)
        file=$out/$name.tar.gz
        tar -C "$place" --sort=name --owner=0 --group=0 --numeric-owner --mode=go-w --format=ustar -c "$name" | gzip -9n >"$file"
        unpack() { tar -C "$2" -xzf "$1"; }
        ;;
    esac
    mkdir -p "$place/unpacked"
    unpack "$file" "$place/unpacked"
    program=$place/unpacked/$name/$(program "$target")
    case $target in
    *windows*)
        has wine "wine wine64" "trying $(basename "$file")" &&
            try "$file" "unpacked, run on wine" packaging/tests/windows "$version" "$program"
        ;;
    *)
        runs=()
        if runner "$target"; then
            try "$file" "unpacked, run" packaging/tests/binary "$version" "$target" "${runs[@]}" "$program"
        fi
        if [ "$target" = x86_64-unknown-linux-musl ] && is_root "trying the binary in an empty root"; then
            try "$file" "run in an empty root" packaging/tests/bare-root "$version" "$program"
        fi
        ;;
    esac
    bom=$out/$name.cdx.json
    python3 packaging/sbom.py "$target" "$bom" "dist/$target/$(program "$target")"
    try "$bom" "checked against the schema" packaging/tests/sbom "$bom"
done

# deb and rpm: the maker, the processor's name for it, and the tool with which they are made.
packages() {
    local kind=$1 tool=$2 package=$3 target arch file life
    shift 3
    say "$kind"
    has "$tool" "$package" "$kind" || return 0
    for target in "${targets[@]}"; do
        case $target in
        x86_64-*linux*) arch=$1 ;;
        aarch64-*linux*) arch=$2 ;;
        *) continue ;;
        esac
        packaging/"$kind.sh" "dist/$target/itential-mcp" "$arch" "$out" >/dev/null
        file=$(find "$out" -name "*$arch.$kind")
        [ -f "$file" ] || stop "$kind.sh has made no package for $arch"
        row "$(basename "$file")" "made"
        life=packaging/tests/$kind
        case $target in "$(uname -m)"-*) ;; *) continue ;; esac
        if [ -x "$life" ] && has debootstrap debootstrap "trying $(basename "$file")" && is_root "trying $(basename "$file")"; then
            try "$file" "installed, upgraded, removed" "$life" "$file"
        fi
    done
}
packages deb dpkg-deb dpkg amd64 arm64
packages rpm rpmbuild rpm x86_64 aarch64

say "images"
if has buildah buildah "images"; then
    for target in "${targets[@]}"; do
        case $target in
        x86_64-*linux*) arch=amd64 ;;
        aarch64-*linux*) arch=arm64 ;;
        *) continue ;;
        esac
        packaging/image.sh "$out" "$arch"
        file=$out/itential-mcp-$version-image-$arch.tar
        is_root "trying $(basename "$file")" && try "$file" "its configuration and files, run" packaging/tests/image "$version" "$file"
    done
fi

say "bundle for desktop clients"
# With what was built now, and nothing from before.
mkdir -p "$place/dist"
for target in "${targets[@]}"; do cp -r "dist/$target" "$place/dist/"; done
packaging/mcpb.sh "$out" "$place/dist"
bundle=$out/itential-mcp-$version.mcpb
row server.json "names the bundle's checksum"
if [ ! -x "$place/$host" ]; then
    leave "trying $(basename "$bundle"): it holds nothing for this machine"
elif has npm npm "trying $(basename "$bundle")"; then
    try "$bundle" "unpacked by its own tool, run" packaging/tests/mcpb "$place/dist"
fi

say "crate"
# What other builds for development have compiled of others' crates is taken.
CARGO_INCREMENTAL=0 cargo publish --dry-run --locked --quiet --allow-dirty --target-dir "${CARGO_TARGET_DIR:-target}"
# That leaves no file of the crate where it says; this does, of the same files.
CARGO_INCREMENTAL=0 cargo package --no-verify --locked --quiet --allow-dirty --target-dir "${CARGO_TARGET_DIR:-target}"
cp "${CARGO_TARGET_DIR:-target}/package/itential-mcp-$version.crate" "$out/"
row "itential-mcp-$version.crate" "unpacked and built by cargo publish --dry-run"

say "checksums"
(cd "$out" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS && sha256sum --quiet -c SHA256SUMS)
row SHA256SUMS "checked"

say "release $version of $(git rev-parse HEAD)${all:+, all targets}"
(cd "$out" && sort -s -t"$(printf '\t')" -k1,1 "$table" | awk -F'\t' '
    $1 != last { if (last) print line; line = $1 "\t" $2; last = $1; next }
    { line = line "; " $2 }
    END { print line }' | while IFS=$(printf '\t') read -r file how; do
    printf '%-52s %10d  %s\n' "$file" "$(stat -c %s "$file")" "$how"
done)
if [ ${#left[@]} -gt 0 ]; then
    printf 'LEFT OUT: %s\n' "${left[@]}"
    exit 3
fi
