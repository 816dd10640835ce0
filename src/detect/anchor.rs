//! The words near which a short or spaced secret may stand, as tables for a vectorised search.
//!
//! Every word is known by a fingerprint of four bytes. Fingerprints are sorted into eight buckets; a table
//! for each of the four positions holds, for the low and for the high half of a byte, the buckets that
//! accept it. The scheme is the one of Hyperscan's "Teddy" (Intel, 2015), made blind to case.

/// How many bytes a fingerprint has.
pub const WIDTH: usize = 4;

/// What stands at an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnchorKind {
    /// A word that names a secret, such as `password`.
    Word,
    /// `client_id`, `access_id` and their like, whose value is part of a credential.
    Id,
    /// `://` or `jdbc`, behind which a URL's userinfo may follow.
    Url,
    /// `-BEG`, as in `-----BEGIN`.
    Armor,
    /// A command whose arguments may hold a password.
    Command,
    /// A function that connects or signs in, and takes a password as one of its arguments.
    Function,
    /// A statement or a line that holds a password without naming it.
    Statement,
    /// `%41`, `\u00` of `\u0041`, or `:\/\/`.
    Escape,
    /// `mcp`, without which no text that is no configuration concerns lints.
    Mcp,
    /// A part of `servers`: a map of servers has that or `mcp`.
    Server,
}

/// An anchor by the offset of its first byte.
pub type Anchor = (usize, AnchorKind);

/// One fingerprint: for each position the bytes that it accepts, lower case.
struct Fingerprint {
    bucket: u8,
    kind: AnchorKind,
    bytes: [&'static [u8]; WIDTH],
}

/// The digits of `%41`.
const HEX: &[u8] = b"0123456789abcdef";
/// Any byte.
const ANY: &[u8] = b"";

/// A bucket also lets through what takes each byte from another of its fingerprints, so those share one that real texts mix least.
const FINGERPRINTS: &[Fingerprint] = &[
    Fingerprint { bucket: 2, kind: AnchorKind::Word, bytes: [b"p", b"a", b"s", b"s"] },
    Fingerprint { bucket: 1, kind: AnchorKind::Word, bytes: [b"s", b"e", b"c", b"r"] },
    Fingerprint { bucket: 1, kind: AnchorKind::Word, bytes: [b"t", b"o", b"k", b"e"] },
    Fingerprint { bucket: 6, kind: AnchorKind::Url, bytes: [b"j", b"d", b"b", b"c"] },
    // api_key, api-key, apikey, accesskey, privatekey, clientkey, signatureKey ...
    Fingerprint { bucket: 3, kind: AnchorKind::Word, bytes: [b"_-. \"'isetnrygc", b"k", b"e", b"y"] },
    Fingerprint { bucket: 1, kind: AnchorKind::Id, bytes: [b"ts", b"_-", b"i", b"d"] },
    Fingerprint { bucket: 4, kind: AnchorKind::Url, bytes: [b":", b"/", b"/", ANY] },
    Fingerprint { bucket: 5, kind: AnchorKind::Word, bytes: [b"p", b"w", b"d", ANY] },
    Fingerprint { bucket: 5, kind: AnchorKind::Word, bytes: [b"_-.$\"' \n\t{(>?&,dtrn", b"p", b"w", ANY] },
    Fingerprint { bucket: 6, kind: AnchorKind::Word, bytes: [b"a", b"u", b"t", b"h"] },
    Fingerprint { bucket: 1, kind: AnchorKind::Word, bytes: [b"c", b"r", b"e", b"d"] },
    Fingerprint { bucket: 6, kind: AnchorKind::Command, bytes: [b"c", b"u", b"r", b"l"] },
    // redis-cli; ldapsearch, lftp; mysqldump, mongosh, mosquitto_pub; psexec, ipmitool; sqlcmd, smbclient; sudo; zip, 7z, rar
    Fingerprint { bucket: 1, kind: AnchorKind::Command, bytes: [b"s", b"-", b"c", b"l"] },
    Fingerprint { bucket: 6, kind: AnchorKind::Command, bytes: [b"l", b"df", b"at", b"p"] },
    Fingerprint { bucket: 4, kind: AnchorKind::Command, bytes: [b"m", b"oy", b"sn", b"qg"] },
    Fingerprint { bucket: 3, kind: AnchorKind::Command, bytes: [b"pi", b"sp", b"em", b"xi"] },
    Fingerprint { bucket: 0, kind: AnchorKind::Command, bytes: [b"s", b"qm", b"lb", b"c"] },
    Fingerprint { bucket: 2, kind: AnchorKind::Command, bytes: [b"|", b" ", b"s", b"u"] },
    Fingerprint { bucket: 0, kind: AnchorKind::Command, bytes: [b"7zr", b"zia", b" apr.", b" axeu"] },
    // connect, mysqli_connect, getConnection; login; WiFi.begin, FTP
    Fingerprint { bucket: 1, kind: AnchorKind::Function, bytes: [b"n", b"e", b"c", b"t"] },
    Fingerprint { bucket: 3, kind: AnchorKind::Function, bytes: [b"l", b"o", b"g", b"i"] },
    Fingerprint { bucket: 4, kind: AnchorKind::Function, bytes: [b"f", b"it", b".p", b"b(_"] },
    // IDENTIFIED BY; the port in `.pgpass` and `+@all`; a key that two hosts share; sqlplus, snmp-server; cqlsh, rabbitmqctl; /user:
    Fingerprint { bucket: 4, kind: AnchorKind::Statement, bytes: [b"f", b"i", b"e", b"d"] },
    Fingerprint { bucket: 6, kind: AnchorKind::Statement, bytes: [b":+-", b"5@", b"4a", b"3l"] },
    Fingerprint { bucket: 2, kind: AnchorKind::Statement, bytes: [b"p", b"s", b"k", b" ="] },
    Fingerprint { bucket: 2, kind: AnchorKind::Statement, bytes: [b"s", b"qn", b"lm", b"p"] },
    Fingerprint { bucket: 2, kind: AnchorKind::Statement, bytes: [b"cm", b"q", b"lc", b"st"] },
    Fingerprint { bucket: 7, kind: AnchorKind::Statement, bytes: [b"/", b"u", b"s", b"e"] },
    Fingerprint { bucket: 3, kind: AnchorKind::Armor, bytes: [b"-", b"b", b"e", b"g"] },
    Fingerprint { bucket: 2, kind: AnchorKind::Word, bytes: [b"s", b"a", b"l", b"t"] },
    Fingerprint { bucket: 7, kind: AnchorKind::Escape, bytes: [b"%", HEX, HEX, ANY] },
    Fingerprint { bucket: 6, kind: AnchorKind::Escape, bytes: [b"\\", b"u", b"0", b"0"] },
    Fingerprint { bucket: 0, kind: AnchorKind::Escape, bytes: [b":", b"\\", b"/\\", b"/\\"] },
    Fingerprint { bucket: 4, kind: AnchorKind::Mcp, bytes: [b"m", b"c", b"p", ANY] },
    Fingerprint { bucket: 5, kind: AnchorKind::Server, bytes: [b"e", b"r", b"v", b"e"] },
];

/// For each position whether a fingerprint accepts any byte there, also one above 127.
pub const ACCEPTS_ANY: [bool; WIDTH] = {
    let mut any = [false; WIDTH];
    let mut at = 0;
    while at < FINGERPRINTS.len() {
        let mut position = 0;
        while position < WIDTH {
            any[position] |= FINGERPRINTS[at].bytes[position].is_empty();
            position += 1;
        }
        at += 1;
    }
    any
};

/// The tables of one position: the buckets that accept a byte's low half, and its high half.
#[derive(Clone, Copy, Debug)]
pub struct Halves {
    /// Buckets by the low four bits.
    pub low: [u8; 16],
    /// Buckets by the high four bits.
    pub high: [u8; 16],
}

/// The tables of all positions.
pub static TABLES: [Halves; WIDTH] = tables();

const fn tables() -> [Halves; WIDTH] {
    let mut tables = [Halves { low: [0; 16], high: [0; 16] }; WIDTH];
    let mut at = 0;
    while at < FINGERPRINTS.len() {
        let bucket = 1 << FINGERPRINTS[at].bucket;
        let mut position = 0;
        while position < WIDTH {
            let accepted = FINGERPRINTS[at].bytes[position];
            if accepted.is_empty() {
                tables[position] = accept_all(tables[position], bucket);
            }
            let mut index = 0;
            while index < accepted.len() {
                tables[position] = accept(tables[position], accepted[index], bucket);
                index += 1;
            }
            position += 1;
        }
        at += 1;
    }
    tables
}

const fn accept_all(mut halves: Halves, bucket: u8) -> Halves {
    let mut nibble = 0;
    while nibble < 16 {
        halves.low[nibble] |= bucket;
        halves.high[nibble] |= bucket;
        nibble += 1;
    }
    halves
}

const fn accept(mut halves: Halves, byte: u8, bucket: u8) -> Halves {
    halves.low[(byte & 15) as usize] |= bucket;
    halves.high[(byte >> 4) as usize] |= bucket;
    halves.high[(byte.to_ascii_uppercase() >> 4) as usize] |= bucket;
    halves
}

/// For each position and byte a bit for each fingerprint that accepts it there.
static ACCEPTED: [[u64; 256]; WIDTH] = accepted();

const fn accepted() -> [[u64; 256]; WIDTH] {
    assert!(FINGERPRINTS.len() <= u64::BITS as usize, "each has its bit");
    let mut tables = [[0; 256]; WIDTH];
    let mut byte = 0;
    while byte < 256 {
        let mut at = 0;
        while at < FINGERPRINTS.len() {
            let mut position = 0;
            while position < WIDTH {
                if accepts(FINGERPRINTS[at].bytes[position], (byte as u8).to_ascii_lowercase()) {
                    tables[position][byte] |= 1 << at;
                }
                position += 1;
            }
            at += 1;
        }
        byte += 1;
    }
    tables
}

const fn accepts(bytes: &[u8], byte: u8) -> bool {
    let mut index = 0;
    while index < bytes.len() && bytes[index] != byte {
        index += 1;
    }
    index < bytes.len() || bytes.is_empty()
}

/// Tells what stands at `at`, looking at the bytes themselves: the truth behind the tables of halves.
pub fn kind_at(bytes: &[u8], at: usize) -> Option<AnchorKind> {
    let window: &[u8; WIDTH] = bytes.get(at..)?.first_chunk()?;
    let accepted = ACCEPTED.iter().zip(window).fold(u64::MAX, |all, (table, &byte)| all & table[usize::from(byte)]);
    FINGERPRINTS.get(accepted.trailing_zeros() as usize).map(|fingerprint| fingerprint.kind)
}

/// Tells whether the tables let the four bytes at `at` through; true wherever [`kind_at`] finds something.
pub fn passes_tables(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..at + WIDTH).is_some_and(|window| {
        let buckets = |buckets: u8, (table, &byte): (&Halves, &u8)| {
            buckets & table.low[usize::from(byte & 15)] & table.high[usize::from(byte >> 4)]
        };
        TABLES.iter().zip(window).fold(u8::MAX, buckets) != 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_let_every_fingerprint_through_in_either_case() {
        for text in [
            "pass", "PASS", "Secr", "toKe", "_key", "iKEY", "://x", "pwd=", "Auth", "cred", "CURL", "-BEG", "_pw=",
            "SALT", "jdbc", "t_id", "s-cl", "sqlC", "| su", "neCT", "logi", "Fi.b", "FIED", ":543", "psk=", "sqlp",
            "%4F%", "%3D1", "\\u00", ":\\/\\", ":\\\\/", "lftp", "mosq", "mong", "mysq", "ipmi", "psex", "smbc",
            "7z x", "7za ", "zip ", "rar ", "FTP(", "ftp_", "+@al", "-@al", "snmp", "cqls", "mqct", "/use", "-pw ",
            "dpw ", "\"pw\"", "{pw:", "(pw=", ">pw ", "?pw=", "&pw=",
        ] {
            assert!(kind_at(text.as_bytes(), 0).is_some(), "{text}");
            assert!(passes_tables(text.as_bytes(), 0), "{text}");
        }
        assert_eq!(kind_at(b"mkey", 0), None);
        assert_eq!(kind_at(b"pas", 0), None);
    }
}
