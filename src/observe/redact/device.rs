//! Secrets in the commands of network devices, where a blank stands between name and value.

use crate::limits;

/// What is known of a line while its words pass by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    command: Command,
    indented: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Command {
    /// No word came yet.
    #[default]
    Awaited,
    /// The line begins with a word that no sentence begins with.
    Certain,
    /// The line begins with a word that a sentence may begin with, too.
    Likely,
    /// The receiver of an SNMP trap, whose community follows its address.
    Snmp,
    /// The line is something else.
    None,
}

/// First words of commands that carry secrets.
const CERTAIN: &[&str] = &[
    "authentication-key",
    "crypto",
    "enable",
    "encrypted-password",
    "glbp",
    "ip",
    "ipv6",
    "isis",
    "key-string",
    "ldap-server",
    "local-user",
    "message-digest-key",
    "neighbor",
    "ntp",
    "ppp",
    "pre-shared-key",
    "radius-server",
    "server-private",
    "snmp-agent",
    "standby",
    "super",
    "tacacs-server",
    "tunnel-group",
    "vrrp",
    "wpa-psk",
];
const LIKELY: &[&str] = &[
    "aaa", "key", "password", "peer", "phash", "radius", "secret", "server", "snmp", "tacacs",
    "user", "username", "set",
];
/// Words before the first one.
const BEFORE: &[&str] = &["no", "default", "edit"];

/// Words behind which a secret stands.
const NAMES: &[&str] = &[
    "3des",
    "aes",
    "ascii-text",
    "authentication-key",
    "cipher",
    "community",
    "des",
    "encrypted-password",
    "key",
    "key-string",
    "md5",
    "passphrase",
    "passwd",
    "password",
    "phash",
    "pre-shared-key",
    "psksecret",
    "secret",
    "sha",
    "sha-224",
    "sha-256",
    "sha-384",
    "sha-512",
    "shared-secret",
    "wpa-psk",
];
/// Words between such a word and the secret.
const BETWEEN: &[&str] = &[
    "aes",
    "ascii",
    "ascii-text",
    "cipher",
    "config-key",
    "des",
    "enc",
    "encrypted",
    "hash",
    "hex",
    "hexadecimal",
    "irreversible-cipher",
    "key-string",
    "level",
    "local",
    "md5",
    "password-encrypt",
    "plain",
    "plaintext",
    "read",
    "remote",
    "sha",
    "sha256",
    "simple",
    "write",
];
/// Words that show that there is no secret.
const INSTEAD: &[&str] = &[
    "and",
    "are",
    "can",
    "cannot",
    "chain",
    "does",
    "encryption",
    "exchange",
    "expired",
    "export",
    "for",
    "from",
    "generate",
    "has",
    "import",
    "in",
    "is",
    "may",
    "missing",
    "must",
    "mypubkey",
    "not",
    "of",
    "on",
    "or",
    "pubkey-chain",
    "required",
    "reset",
    "to",
    "too",
    "was",
    "with",
    "wrong",
    "zeroize",
];
/// Words of an SNMP trap receiver that may stand before its community.
const TRAP: &[&str] =
    &["auth", "host", "informs", "noauth", "priv", "traps", "version", "1", "2c", "3"];

impl Line {
    /// A blank passes by.
    pub fn blank(&mut self) {
        self.indented |= self.command == Command::Awaited;
    }

    /// Anything else but a word passes by.
    pub fn sign(&mut self, sign: u8) {
        // A line that was added, in a list of differences.
        if self.command == Command::Awaited && sign != b'+' {
            self.command = Command::None;
        }
    }

    /// A word passes by.
    pub fn word(&mut self, word: &str) {
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        self.command = match self.command {
            Command::Awaited => match word.trim_start_matches('-') {
                word if BEFORE.contains(&word) => Command::Awaited,
                "snmp-server" => Command::Snmp,
                word if CERTAIN.contains(&word) => Command::Certain,
                word if LIKELY.contains(&word) => Command::Likely,
                _ => Command::None,
            },
            Command::Snmp if !is(&["host"]) => Command::Certain,
            known => known,
        };
    }

    /// Where the secret stands that `word`, which ends at `end`, announces on this line.
    pub fn secret(&self, text: &str, word: &str, end: usize) -> Option<(usize, usize)> {
        let word = word.trim_start_matches('-');
        let trap = self.command == Command::Snmp && word == "host";
        if matches!(self.command, Command::Awaited | Command::None)
            || !(trap || NAMES.contains(&word))
        {
            return None;
        }
        let mut arguments = Arguments { text, at: end };
        if trap {
            arguments.next()?;
        }
        let mut odd = self.indented || self.command != Command::Likely;
        for _ in 0..=limits::COMMAND_WORDS {
            let (start, end) = arguments.next()?;
            let argument = text.get(start..end)?.to_ascii_lowercase();
            let argument = argument.as_str();
            if INSTEAD.contains(&argument) || argument.starts_with(['=', ':']) {
                return None;
            }
            let number = argument.len() <= 3 && argument.bytes().all(|byte| byte.is_ascii_digit());
            let between =
                number || BETWEEN.contains(&argument) || (trap && TRAP.contains(&argument));
            if !between || arguments.ended() {
                // `key 1` numbers a key, as `aes 256` tells its length.
                let names = !number || word == "password" || word == "secret";
                odd |= !argument.bytes().all(|byte| byte.is_ascii_lowercase());
                return (odd && names).then_some((start, end));
            }
            odd = true;
        }
        None
    }
}

/// The words of a command from some place on.
struct Arguments<'a> {
    text: &'a str,
    at: usize,
}

impl Arguments<'_> {
    /// Where the next word of this line begins and ends, without quotation marks.
    fn next(&mut self) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let blanks = bytes.get(self.at..)?.iter().take_while(|byte| b" \t".contains(byte)).count();
        if blanks == 0 {
            return None;
        }
        let mut start = self.at + blanks;
        start += bytes.get(start..)?.iter().take_while(|byte| b"\\\"'".contains(byte)).count();
        let ends = |at: usize| match bytes.get(at) {
            None => true,
            Some(b'\\') => matches!(bytes.get(at + 1), Some(b'n' | b'r' | b'"')),
            Some(byte) => byte.is_ascii_whitespace() || b"\"';,{}".contains(byte),
        };
        let mut end = start;
        while !ends(end) {
            end += 1;
        }
        self.at = end;
        (end > start).then_some((start, end))
    }

    /// Whether the line has no further word.
    fn ended(&self) -> bool {
        Arguments { text: self.text, at: self.at }.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::redact;

    #[test]
    fn secrets_of_devices_are_masked() {
        for (text, safe) in [
            ("enable secret 5 $1$mERr$hx5", "enable secret 5 [REDACTED]"),
            ("enable password cisco", "enable password [REDACTED]"),
            (
                "username bob privilege 15 secret 9 $9$x",
                "username bob privilege 15 secret 9 [REDACTED]",
            ),
            ("username bob password 0 abc", "username bob password 0 [REDACTED]"),
            ("snmp-server community public RO", "snmp-server community [REDACTED] RO"),
            (
                "snmp-server host 10.0.0.1 version 2c comm1",
                "snmp-server host 10.0.0.1 version 2c [REDACTED]",
            ),
            ("snmp-server host 10.0.0.1 traps abc", "snmp-server host 10.0.0.1 traps [REDACTED]"),
            (
                "snmp-server user u g v3 auth sha Auth1 priv aes 128 Priv1",
                "snmp-server user u g v3 auth sha [REDACTED] priv aes 128 [REDACTED]",
            ),
            ("tacacs-server key 7 0822455D0A16", "tacacs-server key 7 [REDACTED]"),
            ("radius-server host 10.1.1.1 key s3", "radius-server host 10.1.1.1 key [REDACTED]"),
            ("tacacs server A\n key 7 0822", "tacacs server A\n key 7 [REDACTED]"),
            ("line vty 0 4\n password cisco", "line vty 0 4\n password [REDACTED]"),
            ("no neighbor 10.1.1.1 password x", "no neighbor 10.1.1.1 password [REDACTED]"),
            (
                "ip ospf message-digest-key 1 md5 7 0123",
                "ip ospf message-digest-key 1 md5 7 [REDACTED]",
            ),
            ("ntp authentication-key 1 md5 abc", "ntp authentication-key 1 md5 [REDACTED]"),
            (
                "crypto isakmp key k3y address 10.0.0.1",
                "crypto isakmp key [REDACTED] address 10.0.0.1",
            ),
            (
                "set system root-authentication encrypted-password \"$6$ab\"",
                "set system root-authentication encrypted-password \"[REDACTED]\"",
            ),
            ("set password ENC SH2nlp", "set password ENC [REDACTED]"),
            (
                "hostname a\\nenable secret 0 abc\\nend",
                "hostname a\\nenable secret 0 [REDACTED]\\nend",
            ),
            (
                "{\"config\": \"snmp-server community abc RO\"}",
                "{\"config\": \"snmp-server community [REDACTED] RO\"}",
            ),
            ("-tacacs-server key abc", "-tacacs-server key [REDACTED]"),
        ] {
            assert_eq!(redact(text), safe, "{text}");
        }
    }

    #[test]
    fn sentences_and_harmless_commands_stay() {
        for text in [
            "password reset failed",
            "key not found",
            "username or password is wrong",
            "secret is missing",
            "the snmp community was changed",
            "service password-encryption",
            "key chain OSPF\n key 1",
            "crypto key generate rsa modulus 2048",
            "snmp-server group g v3 priv",
            "snmp-server location Zurich",
            "aaa authentication login default group tacacs+ local",
            "interface Vlan10\n description key users",
            "set interface description text",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
