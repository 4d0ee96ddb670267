//! Somebody who hears what gateways tell, and answers as the test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::eventually::eventually;
use crate::gateway::raw_http::Message;

/// What is answered to a notice: after this time, this status and body.
#[derive(Clone, Copy)]
pub struct Says(pub Duration, pub u16, pub &'static str);

pub const HEARD: Says = Says(Duration::ZERO, 200, "success");
pub const FAILED: Says = Says(Duration::ZERO, 500, "");

pub struct Shop {
    pub notify_url: String,
    heard: Arc<Mutex<Vec<Message>>>,
    says: Arc<Mutex<Says>>,
    task: JoinHandle<()>,
}

impl Shop {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let says = Arc::new(Mutex::new(HEARD));
        let (memory, mood) = (heard.clone(), says.clone());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (memory, mood) = (memory.clone(), mood.clone());
                tokio::spawn(async move {
                    let Some(message) = Message::read(&mut stream).await else {
                        return;
                    };
                    memory.lock().expect("no panic").push(message);
                    let Says(after, status, body) = *mood.lock().expect("no panic");
                    tokio::time::sleep(after).await;
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} Said\r\nconnection: close\r\n\
                         content-length: {length}\r\n\r\n"
                    );
                    let body = body.as_bytes().to_vec();
                    Message { head, body }.write(&mut stream).await;
                });
            }
        });
        Self {
            notify_url: format!("http://{address}/notify"),
            heard,
            says,
            task,
        }
    }

    pub fn says(&self, says: Says) {
        *self.says.lock().expect("no panic") = says;
    }

    pub fn heard(&self) -> Vec<Message> {
        self.heard.lock().expect("no panic").clone()
    }

    /// All that was heard once there is so much of it.
    pub async fn after(&self, count: usize) -> Vec<Message> {
        eventually("the gateway tells", async || self.heard().len() >= count).await;
        self.heard()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}
