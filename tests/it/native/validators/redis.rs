//! Redis and Sentinel: the server is started with the file, and must still run two seconds later.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
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
            let said = layer.run(&script(host.site(), file));
            if said.code != Some(124) {
                findings.push(Finding::new(&file.at, format!("exit {:?} {}", said.code, said.all())));
            }
        }
        findings
    },
    generic: false,
};

/// The paths that a container would have are made to lead to the host's.
fn script(site: &str, file: &File) -> String {
    let at = &file.at;
    let folder = at.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let kind = if file.name().contains("sentinel") {
        "--sentinel"
    } else {
        ""
    };
    format!(
        "mkdir -p /data /usr/local/etc\n\
         [ -e /usr/local/etc/redis ] || ln -s '{folder}' /usr/local/etc/redis\n\
         [ -e /run/secrets ] || ln -s /etc/{site}/secrets /run/secrets\n\
         cp '{at}' /run/copy.conf && cd /data\n\
         timeout -s TERM 2 redis-server /run/copy.conf {kind} --logfile /run/redis.log --daemonize no
         code=$?; cat /run/redis.log 2>/dev/null; exit $code"
    )
}
