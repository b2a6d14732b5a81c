# What the tests of packages have in common. Read by them, not run.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# A Debian to install into: base.sh ROOT copies one, without ROOT one is fetched.
lay_root() {
  if [ -n "${1:-}" ]; then
    cp -a "$1" "$root"
  else
    debootstrap --variant=minbase --include=systemd bookworm "$root" > "$work/debootstrap" 2>&1 || {
      tail -5 "$work/debootstrap" >&2
      exit 1
    }
  fi
}

# Runs a command in the root, with a loopback of its own; what it starts ends with it.
within() {
  unshare --mount --pid --net --fork --kill-child sh -ec \
    'ip link set lo up; mount -t proc proc "$0/proc"; exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"' \
    "$root" "$@"
}

# check TEXT COMMAND...: says that it is so, or ends.
check() {
  local text=$1
  shift
  if "$@" > "$work/said" 2>&1; then
    echo "ok: $text"
  else
    echo "NOT SO: $text ($*)"
    cat "$work/said"
    exit 1
  fi
}
absent() { ! [ -e "$root/$1" ] && ! [ -L "$root/$1" ]; }
present() { [ -e "$root/$1" ]; }
says() { grep -q -- "$2" "$root/$1"; }
owned() { [ "$(within stat -c '%U:%G %a' "/$1")" = "$2" ]; }

# Every file with what it is, apart from what the package manager writes down and the accounts.
listing() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/lib/rpm -o -path ./var/cache \
    -o -path ./var/log/dpkg.log -o -path './etc/passwd*' -o -path './etc/group*' -o -path './etc/shadow*' \
    -o -path './etc/gshadow*' -o -path ./etc/.pwd.lock -o -path ./run \) -prune -o -printf '%p %m %l\n' | sort)
}

# Starts the server as the unit would, asks it, and stops it.
serves() {
  within sh -ec '
    as="setpriv --reuid itential-mcp --regid itential-mcp --clear-groups --no-new-privs --bounding-set=-all"
    export STATE_DIRECTORY=/var/lib/itential-mcp
    install -d -o itential-mcp -g itential-mcp -m 700 $STATE_DIRECTORY
    $as itential-mcp --config /etc/itential-mcp/mcp.conf run --sandbox &
    server=$!
    for try in $(seq 200); do
      $as itential-mcp --config /etc/itential-mcp/mcp.conf probe --timeout 5 && break
      [ $try -lt 200 ] && kill -0 $server || exit 1
      sleep 0.1
    done
    $as itential-mcp call get_health --sandbox > /dev/null
    kill $server
    wait $server
  '
}
