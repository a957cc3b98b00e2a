//! What a stranger's `wrk` counts while something happens on the host.

use super::super::checks::expect;
use super::{Check, Scene};

/// Every other request is a POST, which nginx does not repeat once it was sent.
const MIXED: &str = r#"
local count = 0
request = function()
  count = count + 1
  if count % 2 == 0 then return wrk.format("POST", nil, nil, "{}") end
  return wrk.format("GET")
end
done = function(summary)
  local e = summary.errors
  io.write(string.format("%d requests in %.1f s; failed: status %d, connect %d, read %d, write %d, timeout %d\n",
    summary.requests, summary.duration / 1e6, e.status, e.connect, e.read, e.write, e.timeout))
end
"#;

pub(super) fn prepare(scene: &Scene<'_>) {
    scene
        .outside
        .run(&format!(
            "cat >/root/mixed.lua <<'EOF'\n{MIXED}\nEOF\n\
             command -v wrk || (apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends wrk)"
        ))
        .ok()
        .unwrap_or_else(|why| panic!("the stranger has no wrk: {why}"));
}

/// Runs a command on the host under load, at least ten seconds long; what it says, if it ends as it should and no request
/// failed.
pub(super) fn under_load(scene: &Scene<'_>, command: &str, code: i32) -> Result<String, String> {
    let (said, counted) = std::thread::scope(|threads| {
        let load = threads.spawn(|| {
            scene
                .outside
                .run("wrk --threads 1 --connections 8 --duration 300s --timeout 10s --script /root/mixed.lua https://acme.example/api/orders")
        });
        std::thread::sleep(std::time::Duration::from_secs(1));
        let begun = std::time::Instant::now();
        // A release that never answers is given up sooner than by default.
        let patience = if code == 0 { "" } else { "PATIENCE=10" };
        let said = scene.host.run(&format!("{patience} {command} 2>&1"));
        std::thread::sleep(std::time::Duration::from_secs(10).saturating_sub(begun.elapsed()));
        std::thread::sleep(std::time::Duration::from_secs(2));
        scene.outside.run("pkill -INT -x wrk");
        (said, load.join().expect("a load ends"))
    });
    let counted = counted.ok()?;
    let figures = counted.lines().last().unwrap_or_default();
    println!("          {command}: {figures}");
    expect(said.code == code, || {
        format!("exit {}, not {code}\n{}", said.code, said.stdout)
    })?;
    none_failed(figures).map_err(|why| format!("{why}\n{}", said.stdout))?;
    Ok(said.stdout)
}

fn none_failed(figures: &str) -> Check {
    let (requests, failed) = figures.split_once(" requests ").ok_or_else(|| figures.to_owned())?;
    let enough = requests.parse::<u32>().is_ok_and(|requests| requests > 1000);
    let none = failed.ends_with("status 0, connect 0, read 0, write 0, timeout 0");
    expect(enough && none, || figures.to_owned())
}
