//! Those who use a house: clients over HTTP, and what they are answered.

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};

fn client(has_cookies: bool) -> reqwest::Client {
    reqwest::Client::builder().no_proxy().cookie_store(has_cookies).build().expect("a client")
}

/// A client, at an address of its own.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    /// Sent as a bearer token, if there is one.
    pub token: Option<String>,
    pub refresh_token: Option<String>,
    pub address: String,
    url: String,
    client: reqwest::Client,
    has_cookies: bool,
}

impl Person {
    /// Nobody yet, at this server.
    pub fn new(url: &str, address: &str) -> Self {
        Self {
            name: String::new(),
            token: None,
            refresh_token: None,
            address: address.into(),
            url: url.into(),
            client: client(false),
            has_cookies: false,
        }
    }

    pub(super) fn with_cookies(mut self) -> Self {
        self.client = client(true);
        self.has_cookies = true;
        self
    }

    /// Any request to any path; a browser's changes carry the header against forgery.
    pub fn at(&self, method: Method, path: &str) -> RequestBuilder {
        let is_change = method != Method::GET;
        let request = self.bare(method, path);
        if self.has_cookies && is_change { request.header("x-huddle-csrf", "1") } else { request }
    }

    /// [`Person::at`] without that header.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.header("x-forwarded-for", &self.address);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request below `/api/v1`.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.at(method, &format!("/api/v1{path}"));
        Answer::to(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// Starts a meeting now and joins it.
    pub async fn meet(&self, title: &str) -> Value {
        let meeting = self.post("/meetings", json!({ "title": title, "startNow": true })).await.ok(201);
        self.come(&meeting).await;
        meeting
    }

    /// Plans a meeting.
    pub async fn plan(&self, title: &str) -> Value {
        self.post("/meetings", json!({ "title": title })).await.ok(201)
    }

    /// Joins a meeting by its code; the wire's `Participant`.
    pub async fn come(&self, meeting: &Value) -> Value {
        self.post(&format!("/join/{}", meeting.code()), json!({})).await.ok(200)["participant"].clone()
    }
}

/// What of a thing on the wire names it.
pub trait Named {
    fn id(&self) -> &str;
    fn code(&self) -> &str;
}

impl Named for Value {
    fn id(&self) -> &str {
        self["id"].as_str().expect("it has an id")
    }

    fn code(&self) -> &str {
        self["code"].as_str().expect("it has a code")
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    asked: String,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let asked = format!("{} {}", request.method(), request.url().path());
        let answer = client.execute(request).await.unwrap_or_else(|e| panic!("{asked}: {e:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap_or_else(|e| panic!("{asked}: {e:?}")).into();
        Answer { status, headers, bytes, asked }
    }

    /// The body as JSON; null if there is none.
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}: no JSON: {}", self.asked, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        self.json()
    }

    /// The error that it must be, in the documented shape.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        let error = self.json();
        assert_eq!(error["code"], code, "{}: {error}", self.asked);
        assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{}: {error}", self.asked);
        assert_eq!(error["requestId"], self.header("x-request-id"), "{}: {error}", self.asked);
        error
    }
}
