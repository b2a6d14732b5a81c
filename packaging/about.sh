# What packages say about this program; read by deb.sh and rpm.sh, with $source being the source tree.
version=${ITENTIAL_MCP_PACKAGE_VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$source/Cargo.toml" | head -1)}
maintainer="itential-mcp maintainers <maintainers@users.noreply.github.com>"
summary="MCP server for the Itential Platform"
description="AI assistants list, start and watch network automation through it: the
functions of the Itential Platform are tools of the Model Context Protocol,
over standard input and output or over HTTP with TLS. It takes the
configuration of the Python server of the same name as it is."
# The same source gives the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct 2>/dev/null || stat -c %Y "$source/Cargo.toml")}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
