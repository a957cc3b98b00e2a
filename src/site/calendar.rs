//! When a schedule of cron comes, over years that are fixed: no clock is asked.

use croner::parser::{CronParser, Seconds, Year};

/// The years are those of two leap days and of each weekday on each date.
const YEARS: std::ops::Range<u32> = 2024..2032;
/// The first day of them is a Monday.
const FIRST: u32 = 1;
/// Minutes.
const DAY: u32 = 24 * 60;

#[derive(Debug)]
pub(crate) struct Calendar {
    /// Minutes of the day, ascending.
    times: Vec<u16>,
    /// Days from the first on, ascending.
    days: Vec<u32>,
}

impl Calendar {
    /// Schedules were checked when they were read, so each can be parsed.
    pub(crate) fn new(schedule: &str) -> Option<Self> {
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(schedule).ok()?;
        let pattern = &cron.pattern;
        let fields: Vec<&str> = schedule.split_whitespace().collect();
        let any = |field: usize| fields.get(field).is_none_or(|text| text.starts_with('*'));
        let minutes = pattern.minutes.values();
        let times = pattern
            .hours
            .values()
            .iter()
            .flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute))
            .collect();
        let (mut months, mut dates, mut weekdays) = ([false; 13], [false; 32], [false; 7]);
        for month in pattern.months.values() {
            months[usize::from(month)] = true;
        }
        for date in pattern.days.values() {
            dates[usize::from(date)] = true;
        }
        for weekday in pattern.days_of_week.values() {
            weekdays[usize::from(weekday) % 7] = true;
        }
        // Where both are limited, one of them is enough.
        let either = !any(2) && !any(4);
        let is_day = |date: u32, weekday: u32| {
            let (of_month, of_week) = (dates[date as usize], weekdays[weekday as usize]);
            if either {
                of_month || of_week
            } else {
                of_month && of_week
            }
        };
        let mut days = Vec::new();
        let mut day = 0;
        for year in YEARS {
            for month in 1..=12 {
                let runs = months[month as usize];
                for date in 1..=length(year, month) {
                    if runs && is_day(date, (day + FIRST) % 7) {
                        days.push(day);
                    }
                    day += 1;
                }
            }
        }
        Some(Self { times, days })
    }

    /// Minutes of the day at which it begins.
    pub(crate) fn times(&self) -> impl Iterator<Item = u32> {
        self.times.iter().copied().map(u32::from)
    }

    /// Most days from one run to the next; none if there is at most one run in all the years.
    pub(crate) fn longest_gap(&self) -> Option<u32> {
        self.days.windows(2).map(|pair| pair[1] - pair[0]).max()
    }

    /// Most minutes from one run to the next; none if there is at most one run in all the years.
    pub(crate) fn longest_wait(&self) -> Option<u32> {
        let overnight = self.longest_gap()? * DAY + self.times().next()? - self.times().last()?;
        self.times()
            .zip(self.times().skip(1))
            .map(|(time, next)| next - time)
            .chain([overnight])
            .max()
    }

    /// Both begin in the same minute of some day.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        share(&self.times, &other.times) && share(&self.days, &other.days)
    }
}

/// Whether two ascending lists have something in common.
fn share<T: Ord>(one: &[T], other: &[T]) -> bool {
    one.iter().any(|item| other.binary_search(item).is_ok())
}

fn length(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(schedule: &str) -> Option<u32> {
        Calendar::new(schedule).unwrap().longest_gap()
    }

    #[test]
    fn gaps_between_runs() {
        assert_eq!(gap("0 2 * * *"), Some(1));
        assert_eq!(gap("*/5 * * * *"), Some(1));
        assert_eq!(gap("0 2 * * 0"), Some(7));
        assert_eq!(gap("0 2 * * 7"), Some(7));
        assert_eq!(gap("0 2 * * mon,thu"), Some(4));
        assert_eq!(gap("0 2 1 * *"), Some(31));
        assert_eq!(gap("0 2 1,15 * 1"), Some(7));
        assert_eq!(gap("0 2 1 1 *"), Some(366));
    }

    #[test]
    fn waits_from_one_run_to_the_next() {
        let wait = |schedule: &str| Calendar::new(schedule).unwrap().longest_wait();
        assert_eq!(wait("*/5 * * * *"), Some(5));
        assert_eq!(wait("0 * * * *"), Some(60));
        assert_eq!(wait("0 8,18 * * *"), Some(14 * 60));
        assert_eq!(wait("0 2 * * *"), Some(24 * 60));
        assert_eq!(wait("0 8,18 * * mon-fri"), Some(62 * 60));
        assert_eq!(wait("0 2 * * 0"), Some(7 * 24 * 60));
    }

    #[test]
    fn schedules_meet_in_a_minute() {
        let meet = |one: &str, other: &str| Calendar::new(one).unwrap().meets(&Calendar::new(other).unwrap());
        assert!(meet("0 2 * * *", "0 2 * * 0"));
        assert!(meet("0 * * * *", "0 5 * * 0"));
        assert!(!meet("0 2 * * *", "0 5 * * 0"));
        assert!(!meet("0 2 * * 1", "0 2 * * 2"));
    }
}
