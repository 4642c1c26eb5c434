//! A private PostgreSQL for the tests: started once per test binary from the binaries that Debian
//! installs, on a free port of the loopback, in a folder of its own. It ends, and its folder goes,
//! when the test process ends in whatever way; no service has to run beforehand.

use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

/// Makes a cluster, runs the server, and waits for its standard input to end, which the kernel sees
/// to when the tests are gone. `$1`: folder of the binaries, `$2`: port. PostgreSQL's log is its output.
const SUPERVISOR: &str = r#"
dir=$(mktemp -d /tmp/huddle-postgres-XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }
"$1/postgres" -D "$dir/data" -F -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" \
    -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c logging_collector=off \
    -c log_destination=stderr 2>&1 </dev/null &
server=$!
exec >/dev/null # the log is PostgreSQL's alone: when it ends, the log does
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
"#;

/// A running server.
pub struct Postgres {
    binaries: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// Holds the standard input open that the supervisor waits on.
    _supervisor: Child,
}

impl Postgres {
    /// The one server of this test binary, started by whoever asks first.
    pub fn shared() -> &'static Postgres {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Postgres::start)
    }

    /// Starts a server and returns when it takes connections. Panics with PostgreSQL's own words
    /// when it cannot.
    pub fn start() -> Postgres {
        let binaries = binaries().expect("PostgreSQL is not installed: `scripts/setup.sh test` does it");
        // Between choosing a free port and listening on it, somebody else may take it.
        let mut told = String::new();
        for _ in 0..3 {
            match Postgres::start_on(&binaries, free_port()) {
                Ok(server) => return server,
                Err(log) => told = log,
            }
            if !told.contains("Address already in use") {
                break;
            }
        }
        panic!("PostgreSQL did not start:\n{told}");
    }

    /// The address of a database, for `DATABASE_URL`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and returns its address.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.binaries.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", &name])
            .output()
            .expect("createdb is beside postgres");
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        self.url(&name)
    }

    fn start_on(binaries: &Path, port: u16) -> Result<Postgres, String> {
        let mut supervisor = unprivileged_shell()
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(binaries)
            .arg(port.to_string())
            .process_group(0) // Ctrl-C is for the tests; the supervisor follows when they are gone
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let mut log = BufReader::new(supervisor.stdout.take().expect("piped"));
        let mut told = String::new();
        while log.read_line(&mut told).unwrap_or(0) > 0 {
            if told.ends_with("ready to accept connections\n") {
                // Somebody has to go on reading, or the server would wait for room in the pipe.
                thread::spawn(move || io::copy(&mut log, &mut io::sink()));
                return Ok(Postgres {
                    binaries: binaries.to_owned(),
                    port,
                    databases: AtomicU32::new(0),
                    _supervisor: supervisor,
                });
            }
            if told.contains("FATAL:") {
                break;
            }
        }
        drop(supervisor.stdin.take());
        let _ = supervisor.wait();
        Err(told)
    }
}

/// PostgreSQL refuses to run as root; its own account comes with the package.
fn unprivileged_shell() -> Command {
    let root =
        fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0);
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
    command
}

/// Debian keeps each version in its own folder, off the PATH; the newest is taken.
fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("postgres").exists())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("postgres").exists()))
}

fn free_port() -> u16 {
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback has a free port");
    socket.local_addr().expect("it is bound").port()
}
