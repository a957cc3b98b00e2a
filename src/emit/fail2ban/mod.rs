//! Addresses that fail to log in are locked out for a while.
//!
//! The bans live in an nftables table of fail2ban's own. ufw's rules stay as they were written, so a ban is no drift, and
//! neither reloading ufw nor Docker touches it.

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, render};
use crate::site::{Action, EnabledUnit, Fail2ban, Host, IngressRuntime, Package, Pointer, Site, order};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "fail2ban";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let Some(fail2ban) = &host.hardening.fail2ban else {
        return emission;
    };
    let view = JailsView::new(host, fail2ban);
    let rendered = render(
        Language::Systemd,
        "fail2ban/jails",
        include_str!("jails.conf.hbs"),
        &view,
    );
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/fail2ban/jail.d/{}.conf", site.name), rendered.text)
            .triggers("fail2ban")
            .traced(rendered.lines),
    );
    for name in ["fail2ban", "nftables", "python3-systemd"] {
        emission.packages.push(Package::of_distribution(name));
    }
    emission.actions.push(Action {
        name: "fail2ban".into(),
        order: order::MONITORING,
        check: Some(check(view.forwarded && view.web.is_some())),
        run: Some("if systemctl -q is-active fail2ban; then fail2ban-client reload; fi".into()),
        effect: "reloads fail2ban; bans stay".into(),
    });
    // After the web server, whose log has to be there.
    emission.enabled.push(EnabledUnit {
        name: "fail2ban.service".into(),
        order: order::MONITORING,
    });
    emission
}

/// A log that is not there is an error to it, and a container has not written any before its first start.
fn check(log_is_late: bool) -> String {
    let log = if log_is_late {
        "mkdir -p /var/log/nginx && touch -a /var/log/nginx/error.log && "
    } else {
        ""
    };
    format!("{log}fail2ban-client -t")
}

#[derive(Serialize)]
struct JailsView {
    origin: Pointer,
    ignore: String,
    max_retry: u32,
    find_time: u64,
    ban_time: u64,
    ssh_port: u16,
    /// The web server is in a container.
    forwarded: bool,
    /// Where the web server limits rates.
    web: Option<Web>,
}

#[derive(Serialize)]
struct Web {
    origin: Pointer,
}

impl JailsView {
    fn new(host: &Host, fail2ban: &Fail2ban) -> Self {
        let web = host.ingress.as_ref().filter(|ingress| !ingress.rates.is_empty());
        // The other hosts of the site, and proxies that stand for many clients, are never locked out.
        let private = host.private.iter().map(|net| net.trunc());
        let proxies = host
            .ingress
            .iter()
            .flat_map(|ingress| ingress.trusted_proxies.iter().copied());
        let ignore = ["127.0.0.0/8".to_owned(), "::1".to_owned()]
            .into_iter()
            .chain(
                private
                    .chain(proxies)
                    .chain(fail2ban.ignore.iter().copied())
                    .map(|net| net.to_string()),
            )
            .collect::<Vec<_>>();
        Self {
            origin: fail2ban.origin.clone(),
            ignore: ignore.join(" "),
            max_retry: fail2ban.max_retry,
            find_time: fail2ban.find_time,
            ban_time: fail2ban.ban_time,
            ssh_port: host.hardening.ssh.as_ref().map_or(22, |ssh| ssh.port),
            forwarded: host
                .ingress
                .as_ref()
                .is_some_and(|ingress| ingress.runtime != IngressRuntime::Native),
            web: web.map(|ingress| Web {
                origin: ingress.origin.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    #[test]
    fn the_jails_follow_the_manifest() {
        let mut host = fixture::host("vps");
        host.private = Some("10.0.0.2/24".parse().unwrap());
        host.hardening.fail2ban = Some(Fail2ban {
            origin: fixture::at("/hardening/fail2ban"),
            max_retry: 4,
            find_time: 600,
            ban_time: 3600,
            ignore: vec!["198.51.100.0/24".parse().unwrap()],
        });
        let emission = emit(&fixture::site(), &host);
        let jails = &emission.artifacts[0].content;
        for line in [
            "ignoreip = 127.0.0.0/8 ::1 10.0.0.0/24 198.51.100.0/24",
            "maxretry = 4",
            "findtime = 600",
            "bantime = 3600",
            "port = 22",
            "backend = systemd",
        ] {
            assert!(jails.lines().any(|l| l == line), "{line} in\n{jails}");
        }
        assert!(!jails.contains("nginx"), "nothing to read without a web server");
    }

    #[test]
    fn a_web_server_that_limits_rates_gets_a_jail() {
        let mut host = fixture::host("vps");
        host.hardening.fail2ban = Some(Fail2ban {
            origin: fixture::at("/hardening/fail2ban"),
            max_retry: 5,
            find_time: 600,
            ban_time: 3600,
            ignore: Vec::new(),
        });
        host.ingress = Some(fixture::ingress());
        assert!(
            emit(&fixture::site(), &host).artifacts[0]
                .content
                .contains("[nginx-limit-req]")
        );
    }
}
