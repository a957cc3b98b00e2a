//! Which machines there are.

use ipnet::IpNet;

use super::at;
use crate::manifest::{Host as Section, Manifest, Os as ManifestOs};
use crate::site::{Host, Os};

/// The hosts without any parts yet, by name.
pub(super) fn hosts(manifest: &Manifest) -> Vec<Host> {
    manifest
        .hosts
        .iter()
        .map(|(name, section)| host(name.as_str(), section))
        .collect()
}

fn host(name: &str, section: &Section) -> Host {
    let size = section.size;
    let label = section.hostname.as_ref().map_or(name, |hostname| hostname.as_str());
    let address = &section.address;
    Host {
        hostname: label.trim_end_matches('.').to_owned(),
        public: address.public.iter().map(|address| address.ip).collect(),
        private: address
            .private
            .or_else(|| address.public.first().copied())
            .map(|address| {
                let whole = if address.ip.is_ipv4() { 32 } else { 128 };
                IpNet::new(address.ip, address.prefix.unwrap_or(whole))
                    .expect("the prefix was checked when it was read")
            }),
        cpus: size.map_or(0, |size| size.cpus.thousandths().div_ceil(1000)),
        memory: size.map_or(0, |size| size.memory.get()),
        disk: size.map_or(0, |size| size.disk.get()),
        reserve: section
            .reserve
            .iter()
            .map(|(name, bytes)| (name.to_string(), bytes.get()))
            .collect(),
        ..Host::bare(name, at(["hosts", name]), os(section.os))
    }
}

fn os(os: ManifestOs) -> Os {
    match os {
        ManifestOs::Debian12 => Os::Debian12,
        ManifestOs::Debian13 => Os::Debian13,
        ManifestOs::Ubuntu2204 => Os::Ubuntu2204,
        ManifestOs::Ubuntu2404 => Os::Ubuntu2404,
    }
}
