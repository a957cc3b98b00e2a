//! Cryptography of sshd, per version of OpenSSH.
//!
//! The lists are those of the hardening policies that `ssh-audit` ships for each system, in their order, so that an audit
//! of the host finds nothing.

use crate::site::Os;

/// What sshd offers and accepts; each is a comma-separated list.
pub(super) struct Algorithms {
    pub(super) key_exchange: &'static str,
    pub(super) macs: &'static str,
    /// OpenSSH 9.1 and later refuse short RSA keys of users.
    pub(super) required_rsa_size: bool,
}

pub(super) const CIPHERS: &str =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-gcm@openssh.com,aes128-ctr";

pub(super) const HOST_KEYS: &str = "sk-ssh-ed25519-cert-v01@openssh.com,ssh-ed25519-cert-v01@openssh.com,\
     rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,\
     sk-ssh-ed25519@openssh.com,ssh-ed25519,rsa-sha2-512,rsa-sha2-256";

pub(super) const CA_SIGNATURES: &str = "sk-ssh-ed25519@openssh.com,ssh-ed25519,rsa-sha2-512,rsa-sha2-256";

const SHA256_FIRST: &str = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com";
const SHA512_FIRST: &str = "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com";

pub(super) fn of(os: Os) -> Algorithms {
    match os {
        // OpenSSH 8.9
        Os::Ubuntu2204 => Algorithms {
            key_exchange: "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,\
                 diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256",
            macs: SHA256_FIRST,
            required_rsa_size: false,
        },
        // OpenSSH 9.2
        Os::Debian12 => Algorithms {
            key_exchange: "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,\
                 curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,\
                 diffie-hellman-group-exchange-sha256",
            macs: SHA256_FIRST,
            required_rsa_size: true,
        },
        // OpenSSH 9.6
        Os::Ubuntu2404 => Algorithms {
            key_exchange: "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,\
                 diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512",
            macs: SHA512_FIRST,
            required_rsa_size: true,
        },
        // OpenSSH 10.0: nothing that a quantum computer could undo later
        Os::Debian13 => Algorithms {
            key_exchange: "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com",
            macs: SHA512_FIRST,
            required_rsa_size: true,
        },
    }
}
