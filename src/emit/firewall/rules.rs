//! Openings as rules of one address family, in ufw's spelling.

use ipnet::IpNet;

use crate::site::{Opening, Pointer, Protocol};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    /// Prefix of ufw's chains.
    pub(super) fn chain(self) -> &'static str {
        match self {
            Self::V4 => "ufw",
            Self::V6 => "ufw6",
        }
    }

    /// What ufw appends to the names of its files.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::V4 => "",
            Self::V6 => "6",
        }
    }

    fn anywhere(self) -> &'static str {
        match self {
            Self::V4 => "0.0.0.0/0",
            Self::V6 => "::/0",
        }
    }

    fn has(self, net: &IpNet) -> bool {
        matches!((self, net), (Self::V4, IpNet::V4(_)) | (Self::V6, IpNet::V6(_)))
    }
}

/// One rule: a protocol, ports, and one network or the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) origin: Pointer,
    family: Family,
    protocol: &'static str,
    ports: (u16, u16),
    /// None is everyone.
    from: Option<String>,
    /// None is any.
    interface: Option<String>,
    limit: bool,
    comment: String,
}

/// The rules of a family; of two that open the same to the same, the first counts.
pub(super) fn of(openings: &[Opening], family: Family) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for opening in openings {
        for from in sources(&opening.from, family) {
            let rule = Rule {
                origin: opening.origin.clone(),
                family,
                protocol: match opening.protocol {
                    Protocol::Tcp => "tcp",
                    Protocol::Udp => "udp",
                },
                ports: opening.ports,
                from,
                interface: opening.interface.clone(),
                limit: opening.limit,
                comment: opening.comment.clone(),
            };
            let key = |rule: &Rule| (rule.protocol, rule.ports, rule.from.clone(), rule.interface.clone());
            let opens_the_same = |known: &Rule| key(known) == key(&rule);
            if !rules.iter().any(opens_the_same) {
                rules.push(rule);
            }
        }
    }
    rules
}

fn sources(from: &[IpNet], family: Family) -> Vec<Option<String>> {
    if from.is_empty() {
        return vec![None];
    }
    from.iter()
        .filter(|net| family.has(net))
        .map(|net| match net.prefix_len() {
            0 => None,
            length if length == net.max_prefix_len() => Some(net.addr().to_string()),
            _ => Some(net.trunc().to_string()),
        })
        .collect()
}

impl Rule {
    /// What `ufw status` reads.
    pub(super) fn tuple(&self) -> String {
        let action = if self.limit { "limit" } else { "allow" };
        let anywhere = self.family.anywhere();
        let from = self.from.as_deref().unwrap_or(anywhere);
        let (protocol, ports) = (self.protocol, self.port_words());
        let mut text = format!("{action} {protocol} {ports} {anywhere} any {from} in");
        text.extend(self.interface.iter().map(|interface| format!("_{interface}")));
        // ufw takes no quotes in a comment.
        let comment: String = self.comment.chars().filter(|&c| !c.is_control() && c != '\'').collect();
        if !comment.is_empty() {
            text.push_str(" comment=");
            text.extend(comment.bytes().map(|byte| format!("{byte:02x}")));
        }
        text
    }

    /// What `iptables-restore` reads.
    pub(super) fn lines(&self) -> Vec<String> {
        let chain = self.family.chain();
        let source = self.from.as_ref().map(|from| format!(" -s {from}")).unwrap_or_default();
        let ports = if self.ports.0 == self.ports.1 {
            format!("--dport {}", self.port_words())
        } else {
            format!("-m multiport --dports {}", self.port_words())
        };
        let head = format!(
            "-A {chain}-user-input{} -p {} {ports}{source}",
            self.way_in(),
            self.protocol
        );
        if !self.limit {
            return vec![format!("{head} -j ACCEPT")];
        }
        let new = format!("{head} -m conntrack --ctstate NEW -m recent");
        vec![
            format!("{new} --set"),
            format!("{new} --update --seconds 30 --hitcount 6 -j {chain}-user-limit"),
            format!("{head} -j {chain}-user-limit-accept"),
        ]
    }

    /// The same for traffic that Docker forwards: its port is the published one, before Docker changed it.
    pub(super) fn container(&self) -> String {
        let source = self.from.as_ref().map(|from| format!(" -s {from}")).unwrap_or_default();
        let protocol = self.protocol;
        let ports = self.port_words();
        format!(
            "-A DOCKER-USER{} -p {protocol}{source} -m conntrack --ctstate DNAT --ctdir ORIGINAL --ctorigdstport {ports} -j RETURN",
            self.way_in()
        )
    }

    fn way_in(&self) -> String {
        self.interface
            .as_ref()
            .map(|interface| format!(" -i {interface}"))
            .unwrap_or_default()
    }

    fn port_words(&self) -> String {
        let (first, last) = self.ports;
        if first == last {
            first.to_string()
        } else {
            format!("{first}:{last}")
        }
    }
}
