//! The database and the cache, as the application meets them: everything is asked through its own environment.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::Scene;

/// The environment of a running instance: `$DATABASE_URL`, `$REDIS_URL`.
const ENVIRONMENT: &str = "export $(tr '\\0' '\\n' \
    </proc/$(systemctl show -P MainPID acme-api@3001.service)/environ | grep -E '^(DATABASE|REDIS)_URL=')";

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    answers(scene, checks);

    checks.that("the application's role can read and write, and neither CREATE nor DROP", || {
        as_owner(scene, "CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, body text)")?;
        let written = as_application(
            scene,
            "INSERT INTO notes (body) VALUES ('kept'); UPDATE notes SET body = body; SELECT body FROM notes LIMIT 1",
        )?;
        expect(written.contains("kept"), || written)?;
        for statement in [
            "CREATE TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "CREATE DATABASE mine",
            "DROP TABLE notes",
            "TRUNCATE notes",
            "ALTER TABLE notes ADD COLUMN more text",
        ] {
            match as_application(scene, statement) {
                Ok(said) => return Err(format!("`{statement}` was allowed: {said}")),
                Err(why) => expect(
                    why.contains("permission denied") || why.contains("must be owner"),
                    || why.clone(),
                )?,
            }
        }
        Ok(())
    });
    checks.that("SQL goes over TLS", || {
        let tls = as_application(
            scene,
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        )?;
        expect(tls.starts_with("t|TLSv1."), || {
            format!("the application's own connection: ssl|version is `{}`", tls.trim())
        })?;
        let asked = scene.host.run(&format!(
            "{ENVIRONMENT}; PGSSLMODE=require psql -X -d \"$DATABASE_URL\" -c 'SELECT 1'"
        ));
        expect(asked.code == 0, || {
            format!("a client that insists on TLS is refused: {}", asked.stderr)
        })
    });
    checks.that("the database has the extension, and text is UTF-8", || {
        let said = scene.host.run(
            "runuser -u postgres -- psql -X -tA -d acme -c \"SELECT extname FROM pg_extension\" -c 'SHOW server_encoding'",
        );
        let said = said.ok()?;
        expect(said.contains("pg_trgm") && said.contains("UTF8"), || said)
    });
    checks.that("the cache wants a password", || {
        let said = scene
            .host
            .run("exec 3<>/dev/tcp/127.0.0.1/6379; printf 'PING\\r\\n' >&3; timeout 3 head -n 1 <&3");
        expect(said.stdout.starts_with("-NOAUTH"), || {
            format!("PING without a password: {}{}", said.stdout, said.stderr)
        })
    });
}

/// What must also hold after a reboot.
pub(super) fn answers(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the API reaches its database and its cache", || {
        within(Duration::from_secs(20), || {
            let database = through_api(scene, "/api/sql", "SELECT 40 + 2")?;
            expect(database.contains(r#""stdout":"42""#), || database)?;
            let cache = through_api(scene, "/api/cache", "")?;
            expect(cache == r#"["+OK","+OK","$1","1","+OK"]"#, || {
                format!("{cache}\nREDIS_URL leads to no cache that takes its login")
            })
        })
    });
}

fn through_api(scene: &Scene<'_>, path: &str, body: &str) -> Result<String, String> {
    scene
        .host
        .run(&format!(
            "curl -sS --max-time 15 --data-binary \"{body}\" http://127.0.0.1:3001{path}"
        ))
        .ok()
}

fn as_application(scene: &Scene<'_>, sql: &str) -> Result<String, String> {
    scene
        .host
        .run(&format!(
            "{ENVIRONMENT}; psql -X -tA -v ON_ERROR_STOP=1 -d \"$DATABASE_URL\" -c \"{sql}\""
        ))
        .ok()
}

fn as_owner(scene: &Scene<'_>, sql: &str) -> Check {
    scene
        .host
        .run(&format!(
            "owner=$(runuser -u postgres -- psql -X -tA -d acme -c 'SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()') && \
             runuser -u postgres -- psql -X -v ON_ERROR_STOP=1 -d acme -c \"SET ROLE \\\"$owner\\\"\" -c \"{sql}\""
        ))
        .ok()
        .map(drop)
}
