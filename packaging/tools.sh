# Sourced by the scripts of this folder: what they share.

tools=${ITENTIAL_BUILD_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/itential-mcp-build}
tool_versions="ziglang==0.17.1 cargo-zigbuild==0.24.1 cyclonedx-python-lib[json-validation]==11.12.0"

stop() { echo "packaging: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Has what comes from PyPI, each in one version, so that the bytes do not depend on the C compiler of whoever
# builds: zig, which compiles C for every target and links for Windows; cargo-zigbuild, which uses it; and what
# knows the schema of SBOMs.
from_pypi() {
    if [ "$(cat "$tools/versions" 2>/dev/null)" != "$tool_versions" ]; then
        rm -rf "$tools"
        python3 -m venv "$tools" || stop "no Python environment can be made: install python3-venv"
        # shellcheck disable=SC2086
        "$tools/bin/pip" install --quiet --disable-pip-version-check $tool_versions ||
            stop "$tool_versions cannot be installed from the package index"
        echo "$tool_versions" >"$tools/versions"
    fi
    export PATH=$tools/bin:$PATH
}

# A C compiler for a target of Linux, for what cargo compiles with CC.
zig_cc() {
    local target=$1 file=$tools/bin/cc-$1
    # zig has its own names for targets, and is told only that one.
    cat >"$file.$$" <<END
#!/bin/sh
for word; do
    shift
    case \$word in --target=*) ;; *) set -- "\$@" "\$word" ;; esac
done
exec "$tools/bin/python-zig" cc -target ${target%%-*}-linux-musl "\$@"
END
    chmod +x "$file.$$"
    mv "$file.$$" "$file"
    printf '#!/bin/sh\nexec "%s" ar "$@"\n' "$tools/bin/python-zig" >"$tools/bin/ar-zig.$$"
    chmod +x "$tools/bin/ar-zig.$$"
    mv "$tools/bin/ar-zig.$$" "$tools/bin/ar-zig"
    export "CC_${target//-/_}=$file" "AR_${target//-/_}=$tools/bin/ar-zig"
}

# The standard library for this target.
target() {
    rustc --print target-libdir --target "$1" 2>/dev/null | xargs -r test -d ||
        rustup target add "$1" >/dev/null 2>&1 ||
        stop "the standard library for $1 cannot be installed: rustup target add $1"
}

# When what is built was made: all that carries a time carries this one.
epoch() {
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
    export SOURCE_DATE_EPOCH
}

version() { sed -n 's/^version = "\(.*\)"$/\1/p;/^version/q' Cargo.toml; }

# The name of the program of a target.
program() {
    case $1 in *windows*) echo itential-mcp.exe ;; *) echo itential-mcp ;; esac
}
