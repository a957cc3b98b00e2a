//! An S3 server of another make than Amazon's holds it all: a new bare host gets rows, roles, files and secrets from there.

use super::*;

/// What must be the same on the new host, as text.
const PICTURE: &str = r#"set -e
    sql() { runuser -u postgres -- psql -X -tA -d postgres -c "$1"; }
    for database in shop books; do
      { runuser -u postgres -- pg_dump --restrict-key=x $database 2>/dev/null || runuser -u postgres -- pg_dump $database; }
    done
    sql 'SELECT rolname, rolcanlogin, rolconnlimit, rolpassword FROM pg_authid WHERE rolname !~ $$^pg_$$ ORDER BY 1'
    sql 'SELECT datname, datacl, datconnlimit FROM pg_database WHERE datname IN ($$shop$$, $$books$$) ORDER BY 1'
    export REDISCLI_AUTH=$(cat /etc/depot/secrets/cache_app)
    for key in $(redis-cli --user app --scan | sort); do echo "$key $(redis-cli --user app get $key)"; done
    cd /var/lib/depot/files && find . -printf '%p %y %m %u:%g %s %l %T@\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum
    cd /etc/depot && find secrets env -type f -printf '%p %m %u:%g\n' | sort && find secrets env -type f -print0 | sort -z | xargs -0 sha256sum"#;

/// Rows, a role of the site's own people, keys, and a tree with what trees have: links, modes, odd names, holes, an empty folder.
const FILL: &str = r"set -e
    runuser -u postgres -- psql -X -q -d shop -c 'CREATE TABLE orders (id bigserial PRIMARY KEY, what text, paid numeric)' \
      -c 'INSERT INTO orders (what, paid) SELECT $$order $$ || n, n * 1.5 FROM generate_series(1, 20000) n' \
      -c 'CREATE INDEX ON orders USING gin (what gin_trgm_ops)' -c 'CREATE VIEW dear AS SELECT * FROM orders WHERE paid > 100'
    runuser -u postgres -- psql -X -q -d books -c 'CREATE TABLE entries (day date, note text)' \
      -c 'INSERT INTO entries SELECT current_date - n, md5(n::text) FROM generate_series(1, 5000) n' \
      -c 'CREATE ROLE reader LOGIN PASSWORD $$kept as it is$$' -c 'GRANT SELECT ON entries TO reader'
    for n in $(seq 50); do echo set session:$n kept-$n; done | REDISCLI_AUTH=$(cat /etc/depot/secrets/cache_app) redis-cli --user app >/dev/null
    mkdir -p /var/lib/depot/files/'a folder'/empty && cd /var/lib/depot/files
    head -c 3000000 /dev/urandom >'a folder/random' && truncate -s 5M holes && printf 'line\n' >'naïve – name'
    printf x >$'new\nline' && ln -s 'a folder/random' link && ln holes second && chmod 0600 holes && touch -d '2020-02-29 12:00' holes
    chown -R --reference=/var/lib/depot/files .";

pub(super) fn check(scene: &Scene<'_>, spare: &Host<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    checks.that("there is something to lose", || vault.run(FILL).ok().map(drop));
    checks.that(
        "a scheduled backup saves all of it, to the disk and to the S3 server",
        || {
            let run = scene.nightly();
            expect(run.code == 0, || format!("{run:?}"))?;
            let status = scene.status()?;
            expect(status["status"] == "success", || status.to_string())?;
            let stored = scene
                .outside
                .run("find /srv/s3/depot-backups -path '*/snapshots/*' -type f")
                .ok()?;
            let sources = vault.run("grep -c ^source /etc/depot/backup/plan.tsv").ok()?;
            expect(stored.lines().count() == sources.trim().parse().unwrap_or(0), || stored)
        },
    );
    checks.that("it gives a sign of life, and bothers nobody", || {
        let told = scene.told()?;
        let beats = came(&told, "web", &format!("/{BEAT_TOKEN}/vault"));
        expect(beats.len() == 1 && beats[0]["method"] == "GET", || format!("{told:?}"))?;
        let others: Vec<_> = told.iter().filter(|message| message["method"] != "GET").collect();
        expect(others.is_empty(), || format!("{others:?}"))
    });
    checks.that(
        "each destination lists a snapshot of each source, and all would come back",
        || {
            for destination in ["local", "offsite"] {
                let listed = vault.run(&format!("depot-restore --list --from {destination}")).ok()?;
                for source in [
                    "db/globals",
                    "db/shop",
                    "db/books",
                    "cache",
                    "app/files",
                    "secrets",
                    "env",
                ] {
                    let has = listed.lines().any(|line| line.ends_with(&format!("  {source}")));
                    expect(has, || format!("{destination} has no {source}:\n{listed}"))?;
                }
            }
            vault.run("depot-restore-test --from offsite").ok().map(drop)
        },
    );
    let mut picture = String::new();
    checks.that(
        "a new bare host gets it back from the S3 server, with the repository's password alone",
        || {
            picture = vault.run(PICTURE).ok()?;
            let password = vault.run("cat /etc/depot/secrets/backup_offsite").ok()?;
            spare
                .run(&format!(
                    "umask 077; printf %s '{password}' >/etc/depot/secrets/backup_offsite"
                ))
                .ok()?;
            // The steps of its README.
            for sources in ["secrets", "--all"] {
                spare
                    .run(&format!("depot-restore {sources} --from offsite --yes 2>&1"))
                    .ok()?;
                spare.run("/root/bundle/install.sh --apply --yes 2>&1").ok()?;
            }
            Ok(())
        },
    );
    checks.that("rows, roles, keys, files and secrets are what they were", || {
        let now = spare.run(PICTURE).ok()?;
        expect(
            picture.contains("order 20000")
                && picture.contains("reader")
                && picture.contains("session:50 kept-50")
                && picture.contains("naïve"),
            || picture.chars().take(4000).collect(),
        )?;
        let differs = picture.lines().zip(now.lines()).find(|(old, new)| old != new);
        expect(picture == now, || {
            format!("{} and {} bytes, first {differs:?}", picture.len(), now.len())
        })
    });
}
