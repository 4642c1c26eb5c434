//! The binary `huddle` as a process of its own, for the tests that end one in the hard way.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

const READY: &str = "Huddle is ready on ";

/// A running `huddle`; killed when dropped.
pub struct Huddle {
    child: Child,
    url: Option<String>,
}

impl Huddle {
    /// Starts `huddle serve` on a free port and returns when it says that it is ready.
    pub fn serve(data: &Path, environment: &[(&str, &str)]) -> Huddle {
        Huddle::serve_logging(data, environment, Stdio::inherit())
    }

    /// [`Huddle::serve`], with its log going there.
    pub fn serve_logging(data: &Path, environment: &[(&str, &str)], log: Stdio) -> Huddle {
        let mut serve = command(data, environment);
        let mut child = serve.args(["serve", "--port", "0"]).stderr(log).spawn().expect("huddle starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut told = String::new();
        let url = loop {
            let before = told.len();
            if output.read_line(&mut told).unwrap_or(0) == 0 {
                let status = child.wait().expect("it was ours");
                panic!("huddle serve ended ({status}) before it was ready; it said:\n{told}");
            }
            if let Some((_, rest)) = told[before..].split_once(READY) {
                break rest.split_whitespace().next().unwrap_or_default().trim_end_matches('/').to_owned();
            }
        };
        drain(output);
        Huddle { child, url: Some(url) }
    }

    /// Starts `huddle worker`, which says nothing and serves nobody.
    pub fn worker(data: &Path, environment: &[(&str, &str)]) -> Huddle {
        let mut child = command(data, environment).arg("worker").spawn().expect("huddle starts");
        drain(child.stdout.take().expect("piped"));
        Huddle { child, url: None }
    }

    /// Where the server answers, without a slash at the end.
    pub fn url(&self) -> &str {
        self.url.as_deref().expect("a worker has no address")
    }

    /// The most memory that it ever had in use, MiB.
    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
    }

    /// `kill -9`: no goodbye, nothing flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours to kill");
        self.child.wait().expect("it was ours");
    }

    /// `SIGTERM`, and how it ended. Panics when that takes longer than `patience`.
    pub fn terminate(mut self, patience: Duration) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().is_ok_and(|status| status.success()));
        let began = Instant::now();
        // std can wait for a child, or look at it, but not wait with an end.
        loop {
            if let Some(status) = self.child.try_wait().expect("it was ours") {
                return status;
            }
            assert!(began.elapsed() < patience, "huddle did not stop within {patience:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Huddle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nothing of the developer's own settings reaches the server; its log goes where the test's goes.
fn command(data: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huddle"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HUDDLE_DATA_DIR", data)
        .envs(environment.iter().copied())
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn drain(mut output: impl Read + Send + 'static) {
    thread::spawn(move || io::copy(&mut output, &mut io::sink()));
}
