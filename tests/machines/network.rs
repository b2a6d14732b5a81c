//! No names, no IPv4, ports that are not for everybody.

use crate::support::Platform;
use crate::support::scratch::Scratch;
use crate::{apart, has_all};

/// Loopback with IPv6 alone.
const IPV6: &str = "ip link set lo up; ip addr del 127.0.0.1/8 dev lo\n";

/// Starts a server with these options behind the commands that follow, which know its address.
fn serving(options: &str) -> String {
    format!(
        "log=$(mktemp); trap 'kill $server; rm $log' EXIT
         $P run --sandbox --transport http --port 0 {options} 2> $log & server=$!
         until grep -q 'serves MCP' $log; do kill -0 $server || {{ cat $log; exit 9; }}; sleep 0.1; done
         url=$(sed -n 's/.*serves MCP at \\(.*\\)\\/mcp .*/\\1/p' $log)
         port=${{url##*:}}\n"
    )
}

#[test]
fn a_machine_of_ipv6_alone() {
    if !has_all(&["ip"]) {
        return;
    }
    let scratch = Scratch::new();
    let hosts = scratch.write("hosts", "::1 localhost\n");
    let ipv6 = format!("mount --bind {hosts} /etc/hosts; {IPV6}");
    for (host, ask) in [
        ("::1", "http://[::1]:$port"),
        ("localhost", "http://localhost:$port"),
        ("::", "http://[::1]:$port"),
    ] {
        let commands = format!("{ipv6}{}$P probe --url {ask}", serving(&format!("--host {host}")));
        let Some(ended) = apart(&["-m", "-n"], &commands) else { return };
        assert!(ended.well().out.contains("ok"));
    }
    let told = apart(&["-n"], &format!("{IPV6}$P run --sandbox --transport http --port 0"));
    told.expect("namespaces").failed(3, &["127.0.0.1", "does not have that address", "::1"]);
    let call = apart(&["-n"], &format!("{IPV6}$P call get_health --sandbox"));
    assert!(call.expect("namespaces").well().out.contains("verdict"));
}

/// And a name that leads to IPv6 first, where nobody listens.
#[test]
fn whoever_listens_to_one_address_of_a_name_is_found() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let hosts = scratch.write("hosts", "::1 localhost platform\n127.0.0.1 localhost platform\n");
    for name in ["localhost", "platform"] {
        let commands = format!(
            "mount --bind {hosts} /etc/hosts
             $P call get_health --platform-host {name} --platform-port {} --platform-disable-tls",
            platform.port
        );
        let Some(ended) = apart(&["-m"], &commands) else { return };
        assert!(ended.well().out.contains("verdict"));
    }
}

#[test]
fn names_that_nobody_resolves_cost_a_bounded_time_and_are_told() {
    if !has_all(&["ip"]) {
        return;
    }
    let scratch = Scratch::new();
    let with = |servers: &str, commands: &str| {
        let file = scratch.write("resolv.conf", servers);
        let commands = format!(
            "mount --bind {file} /etc/resolv.conf; ip link set lo up
             {commands} --platform-host platform.example.com"
        );
        apart(&["-m", "-n"], &commands)
    };
    for servers in ["", "nameserver 127.0.0.9\n"] {
        let Some(ended) = with(servers, "$P call get_health") else { return };
        ended.failed(1, &["'platform.example.com' cannot be resolved", "DNS settings"]);
        let ended = with(servers, "$P test").expect("namespaces");
        assert!(ended.code == 1 && ended.out.contains("Could not resolve"), "{}", ended.out);
    }
    // A name server that takes questions and is silent.
    let silent = "ip link add silent type dummy && ip link set silent up &&
                  ip addr add 192.0.2.1/24 dev silent || { echo no dummy; exit; }
                  $P call get_health --platform-timeout 2";
    let ended = with("nameserver 192.0.2.7\noptions timeout:30\n", silent).expect("namespaces");
    match ended.out.contains("no dummy") {
        true => eprintln!("SKIPPED: no dummy network device here"),
        false => drop(ended.failed(1, &["after 2 s", "resolving the name", "name servers"])),
    }
}

/// Below 1024, by a user who may and by one who may not.
#[test]
fn ports_that_are_not_for_everybody() {
    if !has_all(&["ip", "setpriv"]) {
        return;
    }
    let scratch = Scratch::new();
    let program = scratch.write("itential-mcp", "");
    let open = format!(
        "chmod 755 {0}; mount --bind $P {program}; P={program}; export HOME=/nonexistent
         ip link set lo up; echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start || true\n",
        scratch.path().display()
    );
    let without = format!(
        "{open}exec setpriv --reuid 54321 --regid 54321 --clear-groups \
         $P run --sandbox --transport http --port 443"
    );
    let Some(ended) = apart(&["-m", "-n"], &without) else { return };
    if ended.err.contains("setpriv:") {
        eprintln!("SKIPPED: nobody else can be here: {}", ended.err);
        return;
    }
    ended.failed(3, &["127.0.0.1:443", "ports below 1024", "CAP_NET_BIND_SERVICE"]);
    let server = serving("").replace("--port 0", "--port 443").replace(
        "$P run",
        "setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps +net_bind_service \
         --ambient-caps +net_bind_service $P run",
    );
    let with = format!("{open}{server}grep Cap[PE] /proc/$server/status; $P probe --url $url");
    let ended = apart(&["-m", "-n"], &with).expect("namespaces").well();
    assert!(ended.out.contains("ok") && ended.out.contains("0000000000000400"), "{}", ended.out);
}
