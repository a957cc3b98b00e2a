//! What the templates of this folder show.

use serde::Serialize;

use crate::render::escape::tmpfiles;

use super::{Admin, Os, Pointer, Site, Ssh, algorithms};

#[derive(Serialize)]
pub(super) struct AdminsView {
    group: String,
    admins: Vec<AdminLine>,
}

#[derive(Serialize)]
struct AdminLine {
    origin: Pointer,
    name: String,
    home: String,
}

impl AdminsView {
    pub(super) fn new(group: String, admins: &[&Admin]) -> Self {
        let line = |admin: &&Admin| AdminLine {
            origin: admin.origin.clone(),
            name: admin.name.clone(),
            home: tmpfiles(&format!("/home/{}", admin.name)),
        };
        Self {
            group,
            admins: admins.iter().map(line).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct KeysView {
    pub(super) origin: Pointer,
    pub(super) keys: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct SudoersView {
    pub(super) admins: Vec<SudoLine>,
}

#[derive(Serialize)]
pub(super) struct SudoLine {
    origin: Pointer,
    name: String,
}

impl SudoersView {
    pub(super) fn new(admins: &[&Admin]) -> Self {
        let line = |admin: &&Admin| SudoLine {
            origin: admin.origin.clone(),
            name: admin.name.clone(),
        };
        Self {
            admins: admins.iter().filter(|admin| admin.sudo).map(line).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct SshdView {
    origin: Pointer,
    site: String,
    group: String,
    port: u16,
    max_auth_tries: u32,
    login_grace_time: u32,
    key_exchange: &'static str,
    ciphers: &'static str,
    macs: &'static str,
    host_keys: &'static str,
    ca_signatures: &'static str,
    required_rsa_size: bool,
}

impl SshdView {
    pub(super) fn new(site: &Site, os: Os, ssh: &Ssh, group: String) -> Self {
        let algorithms = algorithms::of(os);
        Self {
            origin: ssh.origin.clone(),
            site: site.name.clone(),
            group,
            port: ssh.port,
            max_auth_tries: ssh.max_auth_tries,
            login_grace_time: ssh.login_grace_time,
            key_exchange: algorithms.key_exchange,
            ciphers: algorithms::CIPHERS,
            macs: algorithms.macs,
            host_keys: algorithms::HOST_KEYS,
            ca_signatures: algorithms::CA_SIGNATURES,
            required_rsa_size: algorithms.required_rsa_size,
        }
    }
}
