//! Just enough HTTP by hand to stand between two parties, or to be one.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request or answer: its head as sent (with the empty line), and its body.
#[derive(Debug, Clone)]
pub struct Message {
    pub head: String,
    pub body: Vec<u8>,
}

impl Message {
    /// The next message of a connection; `None` when the other side ended it.
    pub async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut message = Self {
            head,
            body: Vec::new(),
        };
        let length = message.header("content-length").unwrap_or("0");
        message.body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut message.body).await.ok()?;
        Some(message)
    }

    pub async fn write(&self, stream: &mut TcpStream) {
        stream.write_all(self.head.as_bytes()).await.unwrap();
        stream.write_all(&self.body).await.unwrap();
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn headers(&self) -> Vec<(&str, &str)> {
        let lines = self.head.lines().skip(1);
        lines.filter_map(|line| line.split_once(": ")).collect()
    }
}
