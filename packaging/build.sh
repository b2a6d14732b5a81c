#!/usr/bin/env bash
# Builds the released binaries into dist/TARGET/ and checks what a release promises of them: static, small
# enough, nothing of the building machine inside.
#
#   packaging/build.sh [TARGET...]           all three targets, or these
#   packaging/build.sh --twice [TARGET...]   each also from another folder; fails unless the bytes are the same
#
# What it needs: cargo with rustup, git, python3 with venv, binutils. See docs/building.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/tools.sh

# 6.5 MiB.
most=6815744
# What a Windows binary may ask for: parts of Windows.
dlls='^(ADVAPI32|bcryptprimitives|bcrypt|CRYPT32|KERNEL32|msvcrt|ntdll|USERENV|WS2_32|api-ms-win-[a-z0-9-]+)\.dll$'

twice=
if [ "${1-}" = --twice ]; then twice=1; shift; fi
[ $# -gt 0 ] || set -- x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-pc-windows-gnu

# What is set for all of somebody's builds is not what a release is built with.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CFLAGS CXXFLAGS CARGO_BUILD_TARGET
epoch
from_pypi

# Builds the sources of this folder for the target, with all paths as they would be on no machine.
compile() {
    local folder=$1 target=$2 home=${CARGO_HOME:-$HOME/.cargo} flags c cargo=build
    flags="'--remap-path-prefix=$home=/cargo', '--remap-path-prefix=$folder=/itential-mcp'"
    c="'-ffile-prefix-map=$home=/cargo' '-ffile-prefix-map=$folder=/itential-mcp'"
    # The allocator tells when it was compiled, to nobody.
    c+=" -Wno-builtin-macro-redefined '-D__DATE__=\"\"' '-D__TIME__=\"\"'"
    case $target in
    *windows*) cargo=zigbuild ;;
    *) zig_cc "$target" ;;
    esac
    (
        cd "$folder"
        CARGO_INCREMENTAL=0 CC_SHELL_ESCAPED_FLAGS=1 TARGET_CFLAGS=$c \
            cargo "$cargo" --quiet --locked --release --bin itential-mcp --target "$target" \
            --target-dir "$folder/target/dist" --config "target.$target.rustflags=[$flags]"
    )
}

check() {
    local file=$1 target=$2 size word
    size=$(stat -c %s "$file")
    [ "$size" -le "$most" ] || stop "$file is $size bytes, more than $most"
    case $target in
    *windows*)
        objdump -p "$file" | sed -n 's/.*DLL Name: //p' | grep -viE "$dlls" &&
            stop "$file needs the libraries above, which are no part of Windows"
        ;;
    *)
        readelf -lW "$file" | grep INTERP && stop "$file asks for a dynamic linker"
        readelf -dW "$file" | grep NEEDED && stop "$file needs the libraries above"
        ;;
    esac
    for word in "$PWD" "${CARGO_HOME:-$HOME/.cargo}" "$tools" "$(hostname)"; do
        # Short names of machines stand in other words.
        [ ${#word} -gt 4 ] || continue
        ! grep -qaF "$word" "$file" || stop "$file tells about the machine it was built on: $word"
    done
    printf '%-34s %10d bytes  %5.2f MiB\n' "$target" "$size" "$(echo "$size" | awk '{print $1 / 1048576}')"
}

# Builds once more: another folder, another home of cargo, nothing from before.
again() {
    local file=$1 target=$2 elsewhere
    [ -z "$(git status --porcelain)" ] || stop "--twice builds what is committed; commit or put aside what is not"
    elsewhere=$(mktemp -d)
    mkdir -p "$elsewhere/another home"
    for part in "${CARGO_HOME:-$HOME/.cargo}"/*; do ln -s "$part" "$elsewhere/another home/"; done
    git clone --quiet . "$elsewhere/another/folder"
    CARGO_HOME="$elsewhere/another home" compile "$elsewhere/another/folder" "$target"
    cmp "$file" "$elsewhere/another/folder/target/dist/$target/release/$(program "$target")" ||
        stop "two builds for $target differ; the second is kept in $elsewhere"
    rm -rf "$elsewhere"
    echo "$target: two builds from different folders are the same, byte for byte"
}

for target; do
    target "$target"
    compile "$PWD" "$target"
    mkdir -p "dist/$target"
    # Also in the place of one that runs.
    install -m 755 "target/dist/$target/release/$(program "$target")" "dist/$target/"
    check "dist/$target/$(program "$target")" "$target"
    [ -z "$twice" ] || again "dist/$target/$(program "$target")" "$target"
done
