# Sourced by the scripts of this folder: what they share. Puts the tools that compile and link for other systems
# on the PATH: cargo-zigbuild and, as its C compiler and linker, zig, both from PyPI and in one version, so
# that the bytes do not depend on the C compiler of whoever builds.

tools=${ITENTIAL_BUILD_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/itential-mcp-build}
tool_versions="ziglang==0.17.1 cargo-zigbuild==0.24.1"

stop() { echo "packaging: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Finds the tools, or installs them.
zigbuild() {
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
