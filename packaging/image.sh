#!/usr/bin/env bash
# Makes container images of the binaries in dist/: OUTDIR/itential-mcp-VERSION-image-ARCH.tar, for `docker load`
# and `podman load`.
#
#   packaging/image.sh OUTDIR [ARCH...]      amd64 and arm64, or one of them
#
# An archive for each processor, in Docker's format: OCI's own, which holds several, has no health check.
# The same binary gives the same bytes. What it needs: buildah, cargo, python3.
set -euo pipefail
out=$(realpath -m "${1:?usage: packaging/image.sh OUTDIR [ARCH...]}")
shift
cd "$(dirname "$0")/.."
. packaging/tools.sh
have buildah || stop "buildah is not installed: apt-get install buildah"
[ $# -gt 0 ] || set -- amd64 arm64
epoch

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
# Images are kept nowhere but in the archive.
buildah() { command buildah --root "$place/storage" --runroot "$place/run" --storage-driver vfs "$@"; }
mkdir -p "$out"
for arch; do
    case $arch in
    amd64) target=x86_64-unknown-linux-musl ;;
    arm64) target=aarch64-unknown-linux-musl ;;
    *) stop "there is no image for $arch" ;;
    esac
    binary=dist/$target/itential-mcp
    [ -x "$binary" ] || stop "$binary is not there: run packaging/build.sh $target"
    context=$place/$arch
    install -D -m 755 "$binary" "$context/root/usr/bin/itential-mcp"
    install -D -m 644 LICENSE "$context/root/usr/share/doc/itential-mcp/LICENSE"
    python3 packaging/notices.py "$target" "$context/root/usr/share/doc/itential-mcp/THIRD-PARTY.txt"
    install -d -m 700 "$context/state"
    find "$context" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
    archive=$out/itential-mcp-$(version)-image-$arch.tar
    name=ghcr.io/itential/itential-mcp:$(version)
    buildah build --quiet --isolation chroot --format docker --arch "$arch" --timestamp "$SOURCE_DATE_EPOCH" \
        --build-arg "VERSION=$(version)" --build-arg "REVISION=$(git rev-parse HEAD)" \
        --build-arg "CREATED=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
        --tag "$name" --file packaging/Containerfile "$context" >/dev/null
    buildah push --quiet "$name" "docker-archive:$context/archive:$name"
    python3 packaging/steady.py "$context/archive" "$archive"
    buildah rmi --force --all >/dev/null
    echo "$archive: $(stat -c %s "$archive") bytes"
done
