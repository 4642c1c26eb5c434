//! A small HTTP server with a script, that can also break off, hang and say nothing.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

/// A server on this machine; it ends with this.
pub(crate) struct Server {
    pub(crate) address: String,
    over: Arc<AtomicBool>,
}

impl Server {
    /// Serves each connection on a thread of its own; it is told the number of the connection.
    pub(crate) fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let over = Arc::new(AtomicBool::new(false));
        let (ended, serve) = (over.clone(), Arc::new(serve));
        std::thread::spawn(move || {
            for (nth, stream) in listener.incoming().enumerate() {
                if ended.load(SeqCst) {
                    return;
                }
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream.expect("a connection"), nth));
            }
        });
        Self { address, over }
    }

    /// A server that answers requests.
    pub(crate) fn answering(answer: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> (Self, Log) {
        let log = Log::default();
        let kept = log.clone();
        let server = Self::start(move |mut stream, nth| {
            let Some(asked) = Asked::read(&mut stream) else { return };
            kept.0.lock().expect("no panic").push(asked.clone());
            answer(&asked, nth).write(&mut stream);
        });
        (server, log)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        // Wakes whoever waits for the next connection.
        let _ = TcpStream::connect(&self.address);
    }
}

/// What was asked, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Asked>>>);

impl Log {
    pub(crate) fn all(&self) -> Vec<Asked> {
        self.0.lock().expect("no panic").clone()
    }
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// With names in small letters.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Reads a request with `Content-Length`; `None` if somebody only looked in.
    pub(crate) fn read(stream: &mut TcpStream) -> Option<Self> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("a head is text");
        let mut lines = head.lines();
        let mut first = lines.next().expect("a request line").split(' ');
        let method = first.next().expect("a method").to_owned();
        let target = first.next().expect("a target");
        let url: url::Url = format!("http://here{target}").parse().expect("a target");
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |l| l.parse().expect("a length"));
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        let query = url.query_pairs().into_owned().collect();
        Some(Self { method, path: url.path().to_owned(), query, headers, body })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What a request is answered with.
pub(crate) enum Answer {
    Say {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Promises so many bytes, and breaks off after those there are.
    Cut {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
        promised: usize,
    },
    /// Says nothing, for longer than anybody waits here.
    Silence,
    /// Breaks off at once.
    Drop,
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::Say {
            status: 200,
            headers: vec![("Content-Type", "application/json".into())],
            body: body.into().into(),
        }
    }

    pub(crate) fn status(status: u16, body: &str) -> Self {
        Self::Say { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn write(self, stream: &mut TcpStream) {
        let (status, headers, body, promised) = match self {
            Self::Say { status, headers, body } => {
                let length = body.len();
                (status, headers, body, length)
            }
            Self::Cut { status, headers, body, promised } => (status, headers, body, promised),
            Self::Silence => return std::thread::sleep(Duration::from_secs(4)),
            Self::Drop => return,
        };
        let mut head =
            format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\nContent-Length: {promised}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // Whoever asked may be gone.
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(b"\r\n");
        let _ = stream.write_all(&body);
        let _ = stream.flush();
    }
}
