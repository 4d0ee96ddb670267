//! A server that reads what it is asked, checks the merchant's signature in its own way, and
//! answers what the test wrote down, one answer after the other.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::keys::{Key, MERCHANT, PLATFORM};
use super::world::{CERTIFICATE_SERIAL, MERCHANT_NO, NOW_S, PUBLIC_KEY_ID};
use crate::gateway::raw_http::Message;

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn unsigned(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }

    /// Signed with WeChat Pay's public key, now.
    pub fn signed(status: u16, body: impl ToString) -> Self {
        Self::unsigned(status, body).sign(&PLATFORM, PUBLIC_KEY_ID, NOW_S)
    }

    pub fn sign(mut self, key: &Key, serial: &str, at_s: i64) -> Self {
        self.headers
            .extend(signature(key, serial, at_s, &self.body));
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn message(&self) -> Message {
        let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.status != 204 {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        Message {
            head: head + "\r\n",
            body: self.body.clone(),
        }
    }
}

/// The headers of WeChat Pay's signature under an answer or a notification.
pub fn signature(key: &Key, serial: &str, at_s: i64, body: &[u8]) -> Vec<(String, String)> {
    let nonce = "c5ac7061fccab6bf3e254dcf98995b8c";
    let message = [format!("{at_s}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
    let headers = [
        ("Wechatpay-Timestamp", at_s.to_string()),
        ("Wechatpay-Nonce", nonce.to_owned()),
        ("Wechatpay-Signature", key.sign(&message)),
        ("Wechatpay-Serial", serial.to_owned()),
    ];
    headers.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A request that was asked: method, target and body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub headers: Message,
    pub body: Value,
}

pub struct Script {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    task: JoinHandle<()>,
}

impl Script {
    pub async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let replies: VecDeque<Reply> = replies.into_iter().collect();
        let replies = Arc::new(Mutex::new(replies));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, asked.clone(), replies.clone()));
        Self {
            url,
            asked,
            replies,
            task,
        }
    }

    pub fn reply(&self, reply: Reply) {
        self.replies.lock().unwrap().push_back(reply);
    }

    /// What was asked, `METHOD target` each.
    pub fn lines(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|asked| format!("{} {}", asked.method, asked.target))
            .collect()
    }

    pub fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    asked: Arc<Mutex<Vec<Asked>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
) {
    let mut nonces = HashSet::new();
    loop {
        let (mut caller, _) = listener.accept().await.unwrap();
        let Some(request) = Message::read(&mut caller).await else {
            continue;
        };
        let believed = check(&request, &mut nonces);
        asked.lock().unwrap().push(asked_of(request));
        let reply = match believed {
            Ok(()) => replies.lock().unwrap().pop_front(),
            Err(why) => Some(Reply::unsigned(401, format!(r#"{{"code":"{why}"}}"#))),
        };
        // Nothing written down: the connection just ends.
        if let Some(reply) = reply {
            reply.message().write(&mut caller).await;
        }
    }
}

fn asked_of(request: Message) -> Asked {
    let mut words = request.head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    Asked {
        method: method.to_owned(),
        target: target.to_owned(),
        body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        headers: request,
    }
}

/// The merchant's signature, as the manual describes it.
fn check(request: &Message, nonces: &mut HashSet<String>) -> Result<(), &'static str> {
    let header = request.header("authorization").ok_or("NO_AUTHORIZATION")?;
    let fields = header
        .strip_prefix("WECHATPAY2-SHA256-RSA2048 ")
        .ok_or("OTHER_SCHEME")?;
    let field = |name: &str| {
        let mut pairs = fields
            .split("\",")
            .filter_map(|pair| pair.split_once("=\""));
        let found = pairs.find(|(key, _)| *key == name);
        found.map_or("", |(_, value)| value.trim_end_matches('"'))
    };
    if field("mchid") != MERCHANT_NO || field("serial_no") != CERTIFICATE_SERIAL {
        return Err("OTHER_MERCHANT");
    }
    if !nonces.insert(field("nonce_str").to_owned()) {
        return Err("REPEATED_NONCE");
    }
    let mut line = request.head.split(' ');
    let mut message = format!("{}\n{}\n", line.next().unwrap(), line.next().unwrap());
    message += &format!("{}\n{}\n", field("timestamp"), field("nonce_str"));
    let message = [message.as_bytes(), &request.body, b"\n"].concat();
    let json = request.header("accept") == Some("application/json");
    let agent = request
        .header("user-agent")
        .is_some_and(|agent| !agent.is_empty());
    match MERCHANT.signed(&message, field("signature")) && json && agent {
        true => Ok(()),
        false => Err("SIGN_ERROR"),
    }
}
