//! Users, groups and directories, as `sysusers.d` and `tmpfiles.d`.
//!
//! Other emitters ask for users and directories too, so the caller gathers them and this one writes them all down.

use serde::Serialize;

use super::{Artifact, Emission, Phase};
use crate::render::escape::tmpfiles;
use crate::render::{Language, render};
use crate::site::{Directory, Host, Pointer, Site, User};

const NAME: &str = "identity";

/// Writes `users` and `directories`; of two directories with one path the first counts.
pub(crate) fn emit(site: &Site, _: &Host, users: &[User], directories: &[Directory]) -> Emission {
    let mut emission = Emission::default();
    if !users.is_empty() {
        let view = UsersView {
            users: user_lines(users),
        };
        let rendered = render(
            Language::Systemd,
            "identity/sysusers",
            include_str!("sysusers.conf.hbs"),
            &view,
        );
        emission.artifacts.push(
            Artifact::new(NAME, format!("/etc/sysusers.d/{}.conf", site.name), rendered.text)
                .phase(Phase::Identity)
                .traced(rendered.lines),
        );
    }
    if !directories.is_empty() {
        let view = DirectoriesView {
            directories: directory_lines(directories),
        };
        let rendered = render(
            Language::Systemd,
            "identity/tmpfiles",
            include_str!("tmpfiles.conf.hbs"),
            &view,
        );
        emission.artifacts.push(
            Artifact::new(NAME, format!("/etc/tmpfiles.d/{}.conf", site.name), rendered.text)
                .phase(Phase::Identity)
                .traced(rendered.lines),
        );
    }
    emission
}

#[derive(Serialize)]
struct UsersView {
    users: Vec<UserLine>,
}

#[derive(Serialize)]
struct UserLine {
    origin: Pointer,
    name: String,
    description: String,
    home: String,
    groups: Vec<String>,
}

#[derive(Serialize)]
struct DirectoriesView {
    directories: Vec<DirectoryLine>,
}

#[derive(Serialize)]
struct DirectoryLine {
    origin: Pointer,
    path: String,
    mode: String,
    owner: String,
    group: String,
}

fn user_lines(users: &[User]) -> Vec<UserLine> {
    let mut lines: Vec<UserLine> = Vec::new();
    for user in users {
        if let Some(known) = lines.iter_mut().find(|line| line.name == user.name) {
            known.groups.extend(user.groups.iter().cloned());
        } else {
            lines.push(UserLine {
                origin: user.origin.clone(),
                name: user.name.clone(),
                description: description(&user.description),
                home: tmpfiles(&user.home),
                groups: user.groups.clone(),
            });
        }
    }
    for line in &mut lines {
        line.groups.sort();
        line.groups.dedup();
    }
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    lines
}

/// Ascending by path, so that a directory stands before what is in it.
fn directory_lines(directories: &[Directory]) -> Vec<DirectoryLine> {
    let mut sorted: Vec<&Directory> = directories.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    sorted.dedup_by(|later, first| later.path == first.path);
    sorted
        .into_iter()
        .map(|directory| DirectoryLine {
            origin: directory.origin.clone(),
            path: tmpfiles(&directory.path),
            mode: format!("{:04o}", directory.mode),
            owner: directory.owner.clone(),
            group: directory.group.clone(),
        })
        .collect()
}

/// The description of an account, which `/etc/passwd` separates by colons.
fn description(text: &str) -> String {
    tmpfiles(&text.replace([':', ','], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    #[test]
    fn users_and_directories_are_sorted_and_tmpfiles() {
        let user = |name: &str, description: &str, groups: &[&str]| User {
            name: name.into(),
            origin: fixture::at("/services/api"),
            description: description.into(),
            home: "/var/lib/acme/api".into(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        };
        let directory = |path: &str, mode| Directory {
            path: path.into(),
            origin: fixture::at("/services/api"),
            owner: "acme-api".into(),
            group: "acme-api".into(),
            mode,
        };
        let emission = emit(
            &fixture::site(),
            &fixture::host("vps"),
            &[
                user("acme-web", "web: 100% \"fun\"", &[]),
                user("acme-api", "api", &["b", "a"]),
                user("acme-api", "", &["b"]),
            ],
            &[
                directory("/opt/acme/api", 0o750),
                directory("/opt/acme", 0o755),
                directory("/opt/acme", 0o700),
            ],
        );
        let [users, directories] = emission.artifacts.as_slice() else {
            panic!("two files")
        };
        let lines = |text: &str| {
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines(&users.content),
            [
                "u acme-api - api /var/lib/acme/api /usr/sbin/nologin",
                "m acme-api a",
                "m acme-api b",
                "u acme-web - \"web  100%% \\\"fun\\\"\" /var/lib/acme/api /usr/sbin/nologin",
            ]
        );
        assert_eq!(
            lines(&directories.content),
            [
                "d /opt/acme 0755 acme-api acme-api -",
                "d /opt/acme/api 0750 acme-api acme-api -"
            ]
        );
        assert_eq!(users.phase, Phase::Identity);
    }
}
