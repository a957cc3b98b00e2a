//! Keys that open nothing.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{Host, Os, Site};

pub(super) const RULE: Rule = Rule {
    code: "admin-key-refused",
    document: include_str!("admin_key_refused.md"),
    find,
};

/// `RequiredRSASize` of the strict policy.
const RSA_BITS: usize = 3072;

fn find(site: &Site) -> Vec<Diagnostic> {
    let keys = site.admins.iter().flat_map(|admin| {
        let origin = admin.origin.child("ssh_keys");
        admin
            .keys
            .iter()
            .enumerate()
            .map(move |(index, key)| (admin, origin.index(index), key))
    });
    keys.filter_map(|(admin, origin, key)| {
        let (hosts, reason): (Vec<&Host>, Vec<String>) = site
            .hosts
            .iter()
            .filter(|host| host.hardening.ssh.is_some())
            .filter_map(|host| Some((host, refusal(key, host.os)?)))
            .unzip();
        let finding = Diagnostic::error(RULE.code, format!("a key of `{}` would be refused", admin.name))
            .at(origin, reason.first()?)
            .at_key(
                &hosts.first()?.hardening.ssh.as_ref()?.origin,
                "by the SSH server that is set up here",
            )
            .why(format!(
                "Passwords are off: with this key nobody logs in to {}.",
                listing(hosts.iter().map(|host| host.name.as_str()))
            ))
            .help("make a key with `ssh-keygen -t ed25519`, and write the line of its .pub file here");
        Some(finding)
    })
    .collect()
}

/// What sshd has against a line of `authorized_keys`.
fn refusal(line: &str, os: Os) -> Option<String> {
    let mut words = line.split_whitespace();
    let kind = words.next()?;
    let blob = words.next().unwrap_or_default();
    let broken = || Some("it is not whole".to_owned());
    let Some(blob) = decode(blob) else { return broken() };
    let mut fields = Fields(&blob);
    if fields.next() != Some(kind.as_bytes()) {
        return broken();
    }
    match kind {
        "ssh-ed25519" | "sk-ssh-ed25519@openssh.com" => {
            (fields.next().map(<[u8]>::len) != Some(32)).then(broken).flatten()
        }
        "ssh-rsa" => {
            let Some(modulus) = fields.next().and(fields.next()) else {
                return broken();
            };
            let bits = bits(modulus);
            (bits < RSA_BITS && os != Os::Ubuntu2204)
                .then(|| format!("RSA of {bits} bits, and {RSA_BITS} are asked for"))
        }
        _ => Some(format!("keys of type {kind} are not accepted")),
    }
}

/// The fields of a key: each has its length before it, in four bytes (RFC 4253, section 6.6).
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

/// Bits of a number with its highest byte first.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number
        .get(zeros)
        .map_or(0, |first| (number.len() - zeros) * 8 - first.leading_zeros() as usize)
}

/// Base64.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut held) = (0_u32, 0);
    for c in digits.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = (buffer << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((buffer >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_keys_of_the_accepted_types() {
        let good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj marie@laptop";
        assert_eq!(refusal(good, Os::Debian12), None);
        assert!(refusal(&good.replace("HIj ", " "), Os::Debian12).is_some());
        assert!(refusal(&good.replace("ssh-ed25519", "ssh-rsa"), Os::Debian12).is_some());
    }

    #[test]
    fn short_rsa() {
        let key = |bytes: usize| {
            let mut blob = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01".to_vec();
            blob.extend(u32::try_from(bytes + 1).unwrap().to_be_bytes());
            blob.push(0);
            blob.extend(vec![0xff; bytes]);
            format!("ssh-rsa {}", encode(&blob))
        };
        assert!(refusal(&key(256), Os::Debian12).unwrap().contains("2048 bits"));
        assert_eq!(refusal(&key(256), Os::Ubuntu2204), None);
        assert_eq!(refusal(&key(384), Os::Debian13), None);
    }

    fn encode(bytes: &[u8]) -> String {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let mut group = [0; 4];
            group[1..=chunk.len()].copy_from_slice(chunk);
            let number = u32::from_be_bytes(group);
            for place in 0..4 {
                let digit = digits[(number >> (18 - 6 * place) & 63) as usize];
                text.push(if place <= chunk.len() { digit as char } else { '=' });
            }
        }
        text
    }
}
