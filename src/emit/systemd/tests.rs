use std::process::Command;

use super::*;
use crate::site::{Credential, Text, Variable, fixture};

fn emitted(unit: Unit) -> Emission {
    let mut host = fixture::host("vps");
    host.units = vec![unit];
    emit(&fixture::site(), &host)
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
}

const SERVICE: &str = "/etc/systemd/system/acme-api@.service";

#[test]
fn a_service_is_a_template_unit_with_limits_and_sandbox() {
    let emission = emitted(fixture::unit("acme-api"));
    let unit = content(&emission, SERVICE);
    for line in [
        "ConditionPathExists=/opt/acme/api/current",
        "StartLimitBurst=10",
        "Type=exec",
        "User=acme-api",
        "Environment=\"NODE_ENV=production\"",
        "Environment=\"PORT=%i\"",
        "EnvironmentFile=/etc/acme/env/acme-api.env",
        "ExecStart=/usr/bin/node dist/main.js",
        "Restart=on-failure",
        "MemoryMax=1073741824",
        "CPUQuota=100%",
        "TasksMax=512",
        "ReadWritePaths=/var/lib/acme/api",
        "WantedBy=multi-user.target",
    ] {
        assert!(unit.lines().any(|other| other == line), "{line} in\n{unit}");
    }
    assert!(
        !unit.contains("MemoryDenyWriteExecute"),
        "Node.js makes code at run time"
    );
    assert!(unit.find("StartLimitBurst").unwrap() < unit.find("[Service]").unwrap());
    let enabled: Vec<&str> = emission.enabled.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(enabled, ["acme-api@3000.service", "acme-api@3001.service"]);
}

#[test]
fn secrets_stand_in_a_file_of_root_alone() {
    let emission = emitted(fixture::unit("acme-api"));
    let file = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == "/etc/acme/env/acme-api.env")
        .unwrap();
    assert_eq!(file.mode, 0o600);
    assert!(file.needs_secrets());
    assert!(file.content.ends_with("SESSION_KEY=\"{{secret:session_key:env}}\"\n"));
    assert_eq!(file.actions, ["acme-api"]);
}

#[test]
fn instances_restart_one_after_another() {
    let emission = emitted(fixture::unit("acme-api"));
    let action = emission
        .actions
        .iter()
        .find(|action| action.name == "acme-api")
        .unwrap();
    let run = action.run.as_deref().unwrap();
    assert!(
        run.starts_with("for i in 3000 3001; do systemctl try-restart acme-api@\"$i\".service || exit 1; "),
        "{run}"
    );
    assert!(run.contains("/dev/tcp/127.0.0.1/"), "{run}");
    assert!(
        Command::new("bash")
            .args(["-n", "-c", run])
            .status()
            .is_ok_and(|status| status.success())
    );
}

#[test]
fn a_one_shot_with_a_calendar_gets_a_timer() {
    let mut unit = fixture::unit("acme-prune");
    unit.instances.clear();
    unit.ports.clear();
    unit.kind = UnitKind::Oneshot;
    unit.calendar = vec!["*-*-* 04:15:00".into()];
    let emission = emitted(unit);
    let timer = content(&emission, "/etc/systemd/system/acme-prune.timer");
    assert!(timer.contains("OnCalendar=*-*-* 04:15:00\n") && timer.contains("Persistent=true\n"));
    assert!(!content(&emission, "/etc/systemd/system/acme-prune.service").contains("[Install]"));
    assert_eq!(emission.enabled[0].name, "acme-prune.timer");
    assert_eq!(emission.actions.len(), 1, "nothing to restart");
}

#[test]
fn hostile_values_stay_values() {
    let mut unit = fixture::unit("acme-api");
    unit.description = "100 % \\".into();
    unit.command = vec![
        "/opt/a b/$run".into(),
        "a;b".into(),
        ";".into(),
        "$HOME %h \"q\" \\".into(),
        String::new(),
    ];
    unit.environment = vec![("A".into(), "x\nEnvironment=B=1 %i $C".into())];
    unit.credentials = vec![Credential {
        variable: "TOKEN_FILE".into(),
        secret: "token".into(),
    }];
    let emission = emitted(unit);
    let text = content(&emission, SERVICE);
    assert!(text.contains("Description=100 %% \\ \n"), "{text}");
    assert!(
        text.contains("ExecStart=\"/opt/a b/$run\" \"a;b\" \";\" \"$$HOME %%h \\\"q\\\" \\\\\" \"\"\n"),
        "{text}"
    );
    assert!(text.contains("Environment=\"A=x Environment=B=1 %%i $C\"\n"), "{text}");
    assert!(
        text.contains("LoadCredential=token:/etc/acme/secrets/token\n"),
        "{text}"
    );
    assert!(
        text.contains("Environment=\"TOKEN_FILE=/run/credentials/%n/token\"\n"),
        "{text}"
    );
}

#[test]
fn systemd_finds_nothing_and_the_sandbox_is_tight() {
    let mut unit = fixture::unit("acme-api");
    unit.command = vec!["/bin/sh".into(), "-c".into(), "exec sleep 1; $x %i".into()];
    unit.after.clear();
    unit.wants.clear();
    unit.calendar.clear();
    let mut low = unit.clone();
    low.name = "acme-mail".into();
    low.instances.clear();
    low.sandbox.low_ports = true;
    let mut timed = low.clone();
    timed.name = "acme-prune".into();
    timed.kind = UnitKind::Oneshot;
    timed.calendar = vec!["*-*-* 04:15:00".into()];
    let mut host = fixture::host("vps");
    host.units = vec![unit, low, timed];
    let emission = emit(&fixture::site(), &host);
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for artifact in emission
        .artifacts
        .iter()
        .filter(|artifact| artifact.path.starts_with("/etc/systemd/"))
    {
        let file = folder.path().join(artifact.path.rsplit('/').next().unwrap());
        std::fs::write(&file, &artifact.content).unwrap();
        files.push(file);
    }
    let analyze =
        |args: &[&str], files: &[std::path::PathBuf]| Command::new("systemd-analyze").args(args).args(files).output();
    let Ok(verified) = analyze(&["verify", "--man=no", "--recursive-errors=no"], &files) else {
        eprintln!("skipped: no systemd-analyze");
        return;
    };
    let said = String::from_utf8(verified.stderr).unwrap();
    let said: Vec<&str> = said.lines().filter(|line| line.contains("acme-")).collect();
    assert_eq!(said, [""; 0]);
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "service"))
    {
        let scored = analyze(
            &["security", "--offline=true", "--threshold=20"],
            std::slice::from_ref(file),
        )
        .unwrap();
        assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stdout));
    }
}

#[test]
fn environment_files_are_read_back_by_systemd() {
    let hostile = "a\"b\\c$d`e'f #g%h  ";
    let mut unit = fixture::unit("acme-api");
    let file = unit.environment_file.as_mut().unwrap();
    file.variables = vec![Variable {
        name: "X".into(),
        value: Text::literal(hostile),
        origin: fixture::at("/x"),
    }];
    let emission = emitted(unit);
    assert!(content(&emission, "/etc/acme/env/acme-api.env").ends_with("X=\"a\\\"b\\\\c\\$d`e'f #g%h  \"\n"));
}
