//! The defects known from hand-written systems, row by row: each is found by a rule, or cannot be in what is emitted.
//!
//! What a rule finds is shown by its document, whose examples run in [`super::rules`]; what the emitted files cannot do is
//! looked for in every committed bundle.

use std::path::Path;

use sitewright::check;

/// Path below a bundle, and content, of every file that goes to a host.
fn emitted() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundles = [root.join("out"), root.join("tests/sites")];
    let files = bundles
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    let files: Vec<_> = files
        .filter_map(|entry| {
            let path = entry.unwrap().into_path();
            let text = path.to_str()?.to_owned();
            let (_, below) = text.split_once("/rootfs/")?;
            Some((below.to_owned(), std::fs::read_to_string(&path).ok()?))
        })
        .collect();
    assert!(files.len() > 100, "there are bundles");
    files
}

/// The files whose path ends so; there are some.
fn ending(end: &str) -> Vec<String> {
    let found: Vec<String> = emitted()
        .into_iter()
        .filter(|(path, _)| path.ends_with(end))
        .map(|(_, content)| content)
        .collect();
    assert!(!found.is_empty(), "no file ends in {end}");
    found
}

/// No line of any file that is not a comment has it.
fn nowhere(text: &str) {
    for (path, content) in emitted() {
        let line = content
            .lines()
            .find(|line| !line.trim_start().starts_with('#') && line.contains(text));
        assert!(line.is_none(), "{path}: {}", line.unwrap_or_default());
    }
}

fn found_by(codes: &[&str]) {
    for code in codes {
        let document = check::document(code).unwrap_or_else(|| panic!("there is no rule {code}"));
        assert!(document.contains("```yaml fail"), "{code} shows what fails");
    }
}

#[test]
fn letsbe_zones_of_rates_inside_a_server() {
    found_by(&["include-context"]);
    for (path, content) in emitted()
        .into_iter()
        .filter(|(_, content)| content.contains("limit_req_zone "))
    {
        assert!(path.ends_with("nginx/nginx.conf"), "{path}");
        let http = content.find("http {").expect("an http block");
        assert!(
            content.find("limit_req_zone ").unwrap() > http && !content.contains("server {"),
            "{path}"
        );
    }
}

#[test]
fn letsbe_a_wildcard_by_http() {
    found_by(&["wildcard-needs-dns"]);
    nowhere("--nginx");
}

#[test]
fn letsbe_locations_that_lose_their_headers() {
    let mut proxied = 0;
    for (path, content) in emitted().into_iter().filter(|(path, _)| path.contains("nginx/")) {
        for block in content
            .split("location ")
            .skip(1)
            .filter(|block| block.contains("proxy_pass "))
        {
            let block = &block[..block.find("\n  }").unwrap_or(block.len())];
            assert!(block.contains("proxy.conf;"), "{path}: {block}");
            proxied += 1;
        }
    }
    assert!(proxied > 5, "{proxied}");
    for content in ending("proxy.conf") {
        assert!(content.contains("proxy_set_header Host ") && content.contains("proxy_set_header X-Forwarded-For "));
    }
}

#[test]
fn letsbe_a_rotation_that_is_not_the_one_promised() {
    for content in ending("backup-engine") {
        for option in ["daily", "weekly", "monthly", "yearly"] {
            assert!(
                content.contains(&format!("--keep-{option}")) || content.contains("--keep-${"),
                "{option}"
            );
        }
    }
    for (path, content) in emitted().into_iter().filter(|(path, _)| path.contains("cron.d/")) {
        // Cron has no environment but what stands in the file.
        let commands = content
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_digit() || c == '*'));
        for command in commands {
            assert!(!command.contains('$'), "{path}: {command}");
        }
    }
}

#[test]
fn letsbe_the_socket_of_the_engine() {
    found_by(&["docker-socket"]);
}

#[test]
fn holistix_more_memory_than_there_is() {
    found_by(&["memory-budget"]);
}

#[test]
fn holistix_a_challenge_that_nobody_sees() {
    found_by(&["challenge-unanswered"]);
}

#[test]
fn holistix_deleting_by_age_takes_the_monthly_backups_too() {
    nowhere("-mtime");
    nowhere(" -delete");
}

#[test]
fn holistix_units_without_a_sandbox_or_with_one_that_they_cannot_work_in() {
    found_by(&["sandbox-undone"]);
    for (path, content) in emitted() {
        if path.contains("systemd/system/") && path.contains("-api@") {
            assert!(
                content.contains("ProtectSystem=strict") && content.contains("NoNewPrivileges=yes"),
                "{path}"
            );
        }
    }
}

#[test]
fn holistix_a_firewall_that_shuts_out_ssh_or_is_bypassed_by_containers() {
    found_by(&["raw-ports", "from-without-firewall"]);
    for (four, six) in ending("ufw/user.rules").iter().zip(ending("ufw/user6.rules")) {
        assert!(
            four.contains("--dport 22") || six.contains("--dport 22"),
            "SSH stays open"
        );
    }
    let rules = ending("ufw/after.rules");
    let guarded = rules.iter().filter(|content| content.contains("DOCKER-USER"));
    assert!(
        guarded.count() >= ending("compose/compose.yaml").len(),
        "published ports pass the firewall too"
    );
}

#[test]
fn psa_configuration_that_grows_and_rights_without_end() {
    nowhere(">> /etc");
    nowhere(">>/etc");
    nowhere("GRANT ALL");
}

#[test]
fn psa_passwords_in_the_process_list_and_keys_for_all_repositories() {
    found_by(&["secret-in-process-list", "literal-secret"]);
    nowhere("redis-cli -a");
    nowhere("apt-key");
}

#[test]
fn psa_a_cache_without_a_folder_or_a_limit() {
    for content in ending("redis.conf") {
        let has = |key: &str| content.lines().any(|line| line.starts_with(key));
        assert!(
            has("dir ") && has("maxmemory ") && has("maxmemory-policy "),
            "{content}"
        );
    }
}

#[test]
fn psa_one_number_for_two_machines() {
    // Machines are told apart by name and address; there is no number to write.
    found_by(&["same-address", "port-conflict", "unknown-key"]);
}

#[test]
fn psa_a_data_port_open_to_the_network() {
    found_by(&["open-data-port"]);
}

#[test]
fn psa_backups_that_nothing_restores_on_the_disk_that_they_are_of() {
    found_by(&["backup-same-disk", "no-restore-test"]);
    let engine = &ending("backup-engine")[0];
    for plan in ending("backup/plan.tsv") {
        for source in plan.lines().filter(|line| line.starts_with("source\t")) {
            let kind = source.split('\t').nth(2).expect("a source has a kind");
            assert!(
                engine.contains(&format!("{kind}) restore_{kind} ")),
                "nothing restores {kind}"
            );
        }
    }
    for (path, content) in emitted() {
        if content.starts_with("#!/usr/bin/env bash") || content.starts_with("#!/bin/bash") {
            assert!(content.contains("pipefail"), "{path}");
        }
    }
}

#[test]
fn neurmatic_a_renewal_that_wants_the_port_of_nginx() {
    nowhere("--standalone");
}

#[test]
fn neurmatic_more_connections_than_the_database_takes() {
    found_by(&["too-few-connections"]);
}

#[test]
fn all_secrets_beside_the_code_and_restores_that_nobody_tried() {
    found_by(&["no-restore-test", "secret-published", "secret-readable"]);
    for (path, content) in emitted()
        .into_iter()
        .filter(|(_, content)| content.contains("{{secret:"))
    {
        assert!(path.starts_with("etc/"), "{path}: {content}");
    }
}
