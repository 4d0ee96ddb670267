//! A server that answers what the test wrote down, one answer after the other, and keeps what it
//! was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::raw_http::Message;

/// `None`: the connection just ends.
pub type Reply = Option<(u16, &'static str, Vec<u8>)>;

pub struct Scripted {
    pub url: String,
    asked: Arc<Mutex<Vec<Message>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    task: JoinHandle<()>,
}

impl Scripted {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Message>>> = Arc::default();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::default();
        let task = tokio::spawn(serve(listener, asked.clone(), replies.clone()));
        Self {
            url,
            asked,
            replies,
            task,
        }
    }

    pub fn reply(&self, status: u16, body: impl Into<Vec<u8>>) {
        self.reply_with(status, "", body);
    }

    /// With lines of headers more, each with its `\r\n`.
    pub fn reply_with(&self, status: u16, headers: &'static str, body: impl Into<Vec<u8>>) {
        let reply = Some((status, headers, body.into()));
        self.replies.lock().unwrap().push_back(reply);
    }

    pub fn hang_up(&self) {
        self.replies.lock().unwrap().push_back(None);
    }

    pub fn asked(&self) -> Vec<Message> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked, `METHOD target` each.
    pub fn lines(&self) -> Vec<String> {
        let line = |asked: &Message| {
            let words: Vec<&str> = asked.head.split(' ').take(2).collect();
            words.join(" ")
        };
        self.asked().iter().map(line).collect()
    }

    /// The form of the last request.
    pub fn last_form(&self) -> Vec<(String, String)> {
        let asked = self.asked();
        serde_html_form::from_bytes(&asked.last().unwrap().body).unwrap()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    asked: Arc<Mutex<Vec<Message>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
) {
    loop {
        let (mut caller, _) = listener.accept().await.unwrap();
        let Some(request) = Message::read(&mut caller).await else {
            continue;
        };
        asked.lock().unwrap().push(request);
        let reply = replies.lock().unwrap().pop_front().flatten();
        if let Some((status, headers, body)) = reply {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} Scripted\r\nconnection: close\r\n{headers}\
                 content-length: {length}\r\n\r\n"
            );
            Message { head, body }.write(&mut caller).await;
        }
    }
}
