//! A list of named checks: all of them run, and the test fails at its end with every reason at once.

use std::time::{Duration, Instant};

pub(super) type Check = Result<(), String>;

#[derive(Default)]
pub(super) struct Checks {
    failed: Vec<String>,
    count: usize,
}

impl Checks {
    pub(super) fn that(&mut self, name: &str, check: impl FnOnce() -> Check) {
        let begun = Instant::now();
        let outcome = check();
        let took = begun.elapsed().as_secs_f32();
        self.count += 1;
        match outcome {
            Ok(()) => println!("  ok      {took:5.1} s  {name}"),
            Err(why) => {
                println!("  FAILED  {took:5.1} s  {name}");
                self.failed.push(format!("✗ {name}\n{}", indent(&why)));
            }
        }
    }

    pub(super) fn all_hold(self) {
        assert!(
            self.failed.is_empty(),
            "{} of {} checks failed\n\n{}",
            self.failed.len(),
            self.count,
            self.failed.join("\n\n")
        );
        println!("{} checks hold", self.count);
    }
}

/// `expect(a == b, || why)`: a condition with the text of its failure.
pub(super) fn expect(holds: bool, why: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(why()) }
}

/// Tries until it holds; the last reason when it does not in time.
pub(super) fn within(limit: Duration, mut check: impl FnMut() -> Check) -> Check {
    let begun = Instant::now();
    loop {
        match check() {
            Err(why) if begun.elapsed() > limit => {
                return Err(format!("after {} s: {why}", limit.as_secs()));
            }
            Err(_) => std::thread::sleep(Duration::from_secs(1)),
            Ok(()) => return Ok(()),
        }
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
