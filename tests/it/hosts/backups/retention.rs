//! Many nights, simulated by `restic backup --time`; what is forgotten is the product's own clean-up's doing, now and then, and
//! what should be left is counted out here. Each run has some weeks of them, `SITEWRIGHT_NIGHTS=400` more than a year.

use std::collections::BTreeSet;

use super::*;

/// Enough for days, weeks, two months and two years.
const NIGHTS: i64 = 50;
/// Days of 1970 and after that the last of them is: 2026-01-14, a Wednesday of the third week of its year.
const LAST: i64 = 20_467;

/// What `keep` of the destination `local` says in the manifest.
const KEEP: Keep = Keep {
    daily: 3,
    weekly: 5,
    monthly: 2,
    yearly: 3,
};
/// And of all others.
const KEEP_ELSEWHERE: Keep = Keep {
    daily: 7,
    weekly: 4,
    monthly: 12,
    yearly: 0,
};

struct Keep {
    daily: usize,
    weekly: usize,
    monthly: usize,
    yearly: usize,
}

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    let nights = std::env::var_os("SITEWRIGHT_NIGHTS")
        .map_or(NIGHTS, |count| count.to_string_lossy().parse().expect("a number"));
    for (destination, keep) in [("local", KEEP), ("offsite", KEEP_ELSEWHERE)] {
        let what = format!("after {nights} nights `{destination}` holds what its `keep` says, and no other night");
        checks.that(&what, || simulate(scene, destination, &keep, nights));
    }
}

/// In a repository of its own on the disk, so that it takes a minute and not ten: its place and its password's cost are the
/// test's, its name, labels and policy the plan's.
fn simulate(scene: &Scene<'_>, destination: &str, keep: &Keep, nights: i64) -> Check {
    let dates: Vec<String> = (LAST - nights + 1..=LAST).map(date).collect();
    let script = format!(
        r#"set -e
        rm -rf /srv/nights && mkdir -p /srv/nights/tree && cp -a /etc/depot/backup/{destination}.env /srv/nights/before
        printf 'RESTIC_REPOSITORY="/srv/nights/repository"\nRESTIC_PASSWORD_FILE="/etc/depot/secrets/backup_{destination}"\n' >/etc/depot/backup/{destination}.env
        set -a; . /etc/depot/backup/{destination}.env; set +a
        # restic makes its key as dear as the machine can bear; on a slow one it is cheap.
        systemd-run --quiet --wait -p CPUQuota=4% -E RESTIC_REPOSITORY -E RESTIC_PASSWORD_FILE -E RESTIC_CACHE_DIR=/srv/nights/cache restic init --quiet
        export RESTIC_CACHE_DIR=/srv/nights/cache
        label=$(awk '$1 == "host" {{print $2}}' /etc/depot/backup/plan.tsv)
        night() {{ printf '%s' "$2" >/srv/nights/tree/$2; restic backup --quiet --host "$1" --tag depot --tag source:nights --time "$2 02:00:00" /srv/nights/tree/$2; }}
        export -f night
        printf '%s\n' {dates} | split -l 40 - /srv/nights/block.
        for block in /srv/nights/block.*; do
          xargs -P 3 -n 1 bash -c 'night "$0" "$1"' "$label" <"$block"
          depot-backup --clean-up --to {destination}
        done
        restic snapshots --json --tag source:nights | jq -r '.[].time[0:10]' | sort
        cp -a /srv/nights/before /etc/depot/backup/{destination}.env"#,
        dates = dates.join(" ")
    );
    let said = scene.vault.run(&script).ok()?;
    let left: BTreeSet<&str> = said
        .lines()
        .filter(|line| line.len() == 10 && line.starts_with("20"))
        .collect();
    let expected = expected(keep, nights);
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    expect(left == expected, || {
        format!("left {left:?}\nexpected {expected:?}\n{said}")
    })
}

/// The last night of each of the last days, weeks, months and years.
fn expected(keep: &Keep, nights: i64) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    let mut take = |count: usize, period: fn(i64) -> i64| {
        let mut seen = BTreeSet::new();
        for night in (LAST - nights + 1..=LAST).rev() {
            if seen.len() < count && seen.insert(period(night)) {
                kept.insert(date(night));
            }
        }
    };
    take(keep.daily, |day| day);
    // Weeks begin on Mondays; the first of January 1970 was a Thursday.
    take(keep.weekly, |day| (day + 3).div_euclid(7));
    take(keep.monthly, |day| {
        let (year, month, _) = civil(day);
        year * 12 + month
    });
    take(keep.yearly, |day| civil(day).0);
    kept
}

fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year}-{month:02}-{day:02}")
}

/// Year, month and day of a day since 1970.
fn civil(mut day: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

#[test]
fn the_calendar_of_this_test_is_the_worlds() {
    assert_eq!(date(0), "1970-01-01");
    assert_eq!(date(11_016), "2000-02-29");
    assert_eq!(date(LAST), "2026-01-14");
    // Three days; the Sundays of four more weeks; the ends of December and of the years before.
    let kept: Vec<_> = expected(&KEEP, 400).into_iter().collect();
    assert_eq!(
        kept,
        [
            "2024-12-31",
            "2025-12-21",
            "2025-12-28",
            "2025-12-31",
            "2026-01-04",
            "2026-01-11",
            "2026-01-12",
            "2026-01-13",
            "2026-01-14"
        ]
    );
}
