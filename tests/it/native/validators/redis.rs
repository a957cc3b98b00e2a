//! Redis and Sentinel: the server is started with the file, and must still run two seconds later.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::{File, Host};
use crate::native::layer::Layer;

fn takes(file: &File) -> bool {
    let name = file.name();
    let redis = name.contains("redis") || name.contains("sentinel") || file.at.contains("/redis/");
    file.at.starts_with('/') && redis && file.ends(&[".conf", ".acl"])
}

pub(crate) static SERVER: Validator = Validator {
    name: "redis",
    family: "redis",
    needs: &[ROOT],
    takes,
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = Vec::new();
        // Access lists are read by the server whose file names them.
        for file in files
            .iter()
            .filter(|file| file.ends(&[".conf"]) && !file.at.contains("/systemd/"))
        {
            let said = layer.run(&script(host, file));
            if said.code != Some(124) {
                findings.push(Finding::new(&file.at, format!("exit {:?} {}", said.code, said.all())));
            }
        }
        findings
    },
    generic: false,
};

/// The paths that a container would have are made to lead to the host's.
fn script(host: &Host, file: &File) -> String {
    let at = &file.at;
    let folder = at.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let kind = if file.name().contains("sentinel") {
        "--sentinel"
    } else {
        ""
    };
    let mut links = format!(
        "link '{folder}' /usr/local/etc/redis\nlink /etc/{}/secrets /run/secrets\n",
        host.site()
    );
    for compose in host.files.iter().filter(|file| file.name() == "compose.yaml") {
        let base = compose.at.rsplit_once('/').map_or("/", |(folder, _)| folder);
        for (source, target) in mounts(&compose.text()) {
            // Several services may have a file at the same place; this one's is meant.
            let path = if source.starts_with('/') {
                source
            } else {
                format!("{base}/{source}")
            };
            links.push_str(&format!(
                "case $(realpath -m '{path}') in '{folder}'/*) link '{path}' '{target}' ;; esac\n"
            ));
        }
    }
    format!(
        "link() {{ mkdir -p \"${{2%/*}}\"; rm -rf \"$2\"; ln -s \"$1\" \"$2\"; }}\n\
         mkdir -p /data\n{links}\
         cp '{at}' /run/copy.conf && cd /data\n\
         timeout -s TERM 2 redis-server /run/copy.conf {kind} --logfile /run/redis.log --daemonize no\n\
         code=$?; cat /run/redis.log 2>/dev/null; exit $code"
    )
}

/// Source and target of each bind mount in the long form.
fn mounts(compose: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = compose
        .lines()
        .map(|line| line.trim().trim_start_matches("- "))
        .collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let source = pair[0]
            .strip_prefix("source: ")
            .filter(|path| path.starts_with(['.', '/']))?;
        Some((source.to_owned(), pair[1].strip_prefix("target: ")?.to_owned()))
    });
    pairs.collect()
}
