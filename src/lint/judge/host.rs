//! Tells whose machine an address leads to.

use std::net::{IpAddr, Ipv4Addr};

/// Whose machine an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Nobody's: it stands in an example or a template.
    Nobody,
    /// This machine, or a container on it.
    Local,
    /// A machine of a private network.
    Private,
    /// A machine of the internet.
    Public,
}

/// Ends of names that lead nowhere outside of a private network.
const PRIVATE: [&str; 9] =
    [".internal", ".lan", ".home", ".home.arpa", ".corp", ".intranet", ".svc", ".cluster.local", ".local"];

/// Labels of hosts that only stand for one.
const NOBODY: [&str; 16] = [
    "example",
    "host",
    "hostname",
    "your",
    "yourhost",
    "yourdomain",
    "mydomain",
    "yourcompany",
    "mycompany",
    "company",
    "domain",
    "server",
    "dbhost",
    "endpoint",
    "test",
    "invalid",
];

impl Host {
    /// Judges an address: a host's name or number, with or without a scheme, a user and a port.
    pub fn of(address: &str) -> Self {
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(number) => number.split(']').next().unwrap_or_default(),
            None => host.split([':', ',']).next().unwrap_or_default(),
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        match host.parse::<IpAddr>() {
            Ok(IpAddr::V4(number)) => of_number(number),
            Ok(IpAddr::V6(number)) if number.is_loopback() || number.is_unspecified() => Self::Local,
            Ok(IpAddr::V6(number)) if number.segments()[0] & 0xfe00 == 0xfc00 => Self::Private,
            Ok(IpAddr::V6(_)) => Self::Public,
            Err(_) => of_name(&host),
        }
    }
}

fn of_number(number: Ipv4Addr) -> Host {
    if number.is_loopback() || number.is_unspecified() {
        Host::Local
    } else if number.is_private() || number.is_link_local() {
        Host::Private
    } else if number.is_documentation() || number.is_broadcast() || number.octets() == [1, 2, 3, 4] {
        Host::Nobody
    } else {
        Host::Public
    }
}

fn of_name(host: &str) -> Host {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let stands_for_one = |label: &str| {
        NOBODY.contains(&label) || label.starts_with("your-") || label.starts_with("my-") || label.contains("xxx")
    };
    let labels: Vec<&str> = host.split('.').collect();
    let domain = &labels[..labels.len().saturating_sub(1)];
    if host.is_empty() || !host.bytes().all(is_plain) || matches!(host, "host" | "hostname") {
        Host::Nobody
    } else if !host.contains('.') || host == "host.docker.internal" || host.ends_with(".localhost") {
        Host::Local
    } else if domain.iter().any(|label| stands_for_one(label)) || host.ends_with(".example") || host.ends_with(".test")
    {
        Host::Nobody
    } else if PRIVATE.iter().any(|end| host.ends_with(end)) {
        Host::Private
    } else {
        Host::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_whose_machine_it_leads_to() {
        for (address, expected) in [
            ("localhost:5432", Host::Local),
            ("http://127.0.0.1/x", Host::Local),
            ("redis", Host::Local),
            ("host.docker.internal", Host::Local),
            ("[::1]:80", Host::Local),
            ("192.168.1.20:3306", Host::Private),
            ("db.internal", Host::Private),
            ("[fd00::1]:5432", Host::Private),
            ("8.8.4.4:3306", Host::Public),
            ("https://me@tools.acme.dev:8443/x?y", Host::Public),
            ("cluster0.ab1cd.mongodb.net", Host::Public),
            ("", Host::Nobody),
            ("host", Host::Nobody),
            ("db.example.com", Host::Nobody),
            ("your-instance.atlassian.net", Host::Nobody),
            ("203.0.113.7", Host::Nobody),
            ("<host>", Host::Nobody),
        ] {
            assert_eq!(Host::of(address), expected, "{address}");
        }
    }
}
