use super::*;
use crate::site::{Hardening, fixture};

fn hardened(os: Os) -> Host {
    let mut host = fixture::host("vps");
    host.os = os;
    host.hardening = Hardening {
        ssh: Some(Ssh {
            origin: fixture::at("/hardening/ssh"),
            port: 2222,
            max_auth_tries: 3,
            login_grace_time: 30,
            from: Vec::new(),
        }),
        ..Hardening::default()
    };
    host
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
}

#[test]
fn only_the_admins_get_in() {
    let emission = emit(&fixture::site(), &hardened(Os::Debian12));
    let sshd = content(&emission, "/etc/ssh/sshd_config.d/10-acme.conf");
    for line in [
        "Port 2222",
        "AllowGroups acme-admins",
        "PermitRootLogin no",
        "PasswordAuthentication no",
        "RequiredRSASize 3072",
    ] {
        assert!(sshd.lines().any(|l| l == line), "{line} in\n{sshd}");
    }
    assert!(content(&emission, "/etc/ssh/authorized_keys.d/marie").ends_with(" marie@laptop\n"));
    assert!(content(&emission, "/etc/sudoers.d/acme").contains("\nmarie ALL=(ALL:ALL) NOPASSWD: ALL\n"));
    assert!(content(&emission, "/etc/sysusers.d/acme-admins.conf").contains("\nm marie acme-admins\n"));
    let action = &emission.actions[0];
    assert_eq!(
        action.check.as_deref(),
        Some("/usr/local/lib/acme/ssh-guard check 2222 acme-admins marie")
    );
}

#[test]
fn nobody_is_locked_out_where_no_admin_has_a_key() {
    let mut site = fixture::site();
    site.admins[0].keys.clear();
    assert!(emit(&site, &hardened(Os::Debian12)).artifacts.is_empty());
}

#[test]
fn an_admin_without_sudo_gets_none() {
    let mut site = fixture::site();
    site.admins[0].sudo = false;
    let emission = emit(&site, &hardened(Os::Debian13));
    assert!(
        emission
            .artifacts
            .iter()
            .all(|artifact| !artifact.path.contains("sudoers"))
    );
}

#[test]
fn ubuntu_24_04_listens_by_its_socket_and_22_04_knows_no_required_rsa_size() {
    let emission = emit(&fixture::site(), &hardened(Os::Ubuntu2404));
    assert_eq!(emission.enabled[0].name, "ssh.socket");
    let emission = emit(&fixture::site(), &hardened(Os::Ubuntu2204));
    assert!(!content(&emission, "/etc/ssh/sshd_config.d/10-acme.conf").contains("RequiredRSASize"));
}
