//! The Corefile: no checker exists, so the server is started with it and asked for each zone.

use super::zones::origin;
use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::Layer;

pub(crate) static BOOT: Validator = Validator {
    name: "coredns",
    family: "coredns",
    needs: &[ROOT, "bin/coredns"],
    takes: |file| file.name() == "Corefile",
    run: |host, files| {
        let layer = Layer::of(host);
        let zones: Vec<String> = host
            .files
            .iter()
            .filter(|file| file.at.contains("/zones/"))
            .map(origin)
            .collect();
        let mut findings = Vec::new();
        for corefile in files {
            let text = corefile.text();
            let binds = text.lines().filter_map(|line| line.trim().strip_prefix("bind "));
            let addresses: Vec<&str> = binds
                .flat_map(str::split_whitespace)
                .filter(|word| is_address(word))
                .collect();
            let asked = addresses.first().copied().unwrap_or("127.0.0.1");
            let said = layer.run(&script(&corefile.at, &addresses, asked, &zones));
            findings.extend(
                said.lines(is_noise)
                    .into_iter()
                    .map(|line| Finding::new(&corefile.at, line)),
            );
        }
        findings
    },
    generic: false,
};

fn script(corefile: &str, addresses: &[&str], asked: &str, zones: &[String]) -> String {
    let mut script = String::new();
    for address in addresses {
        script.push_str(&format!("ip address add {address} dev lo 2>/dev/null\n"));
    }
    script.push_str(&format!(
        "cd '{}'\n",
        corefile.rsplit_once('/').map_or("/", |(folder, _)| folder)
    ));
    script.push_str(&format!(
        "/run/native/bin/coredns -conf '{corefile}' >/run/log 2>&1 & server=$!\n"
    ));
    script.push_str("for i in $(seq 50); do grep -q '^linux/' /run/log && break; kill -0 $server 2>/dev/null || break; sleep 0.1; done\n");
    script.push_str("kill -0 $server 2>/dev/null || echo 'it does not start'\n");
    for zone in zones {
        script.push_str(&format!(
            "a=$(dig +norecurse +time=2 +tries=1 @{asked} '{zone}' SOA)\n\
             grep -q 'flags:.* aa' <<<\"$a\" && grep -q $'\\tSOA\\t' <<<\"$a\" || echo 'no authority for {zone} at {asked}'\n"
        ));
    }
    script.push_str("kill $server 2>/dev/null; wait $server 2>/dev/null; cat /run/log\n");
    script
}

fn is_address(word: &str) -> bool {
    word.parse::<std::net::IpAddr>().is_ok()
}

/// What a healthy server prints: its zones, its version, and what it does when it is told to stop.
fn is_noise(line: &str) -> bool {
    // A challenge's name starts with an underscore, as RFC 8555 wants it.
    if line.contains("does not follow RFC1035 preferred syntax") {
        return true;
    }
    let starts = ["CoreDNS-", "linux/", "[INFO]", ".:", "maxprocs:"];
    let zone = line
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.split(' ').next().is_some_and(|port| port.parse::<u16>().is_ok()));
    starts.iter().any(|start| line.starts_with(start))
        || (zone && !line.contains("[ERROR]") && !line.contains("[WARNING]"))
}
