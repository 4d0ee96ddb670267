//! What is signed, and how: RSA with SHA-256 and PKCS#1 v1.5 padding, over lines that each end
//! in a line feed, the last one (the body, which may hold line feeds of its own) included.

use std::fmt::Display;

/// The only way of signing that there is, by its name in headers.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// What the merchant signs. `target` is the path with the query, exactly as it is sent.
pub fn request_message(
    method: &str,
    target: &str,
    timestamp_s: i64,
    nonce: &str,
    body: &[u8],
) -> Vec<u8> {
    lines(&[&method, &target, &timestamp_s, &nonce], body)
}

/// What WeChat Pay signs of an answer or a notification.
pub fn answer_message(timestamp_s: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines(&[&timestamp_s, &nonce], body)
}

fn lines(first: &[&dyn Display], body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(body.len() + 256);
    for line in first {
        message.extend_from_slice(line.to_string().as_bytes());
        message.push(b'\n');
    }
    message.extend_from_slice(body);
    message.push(b'\n');
    message
}

/// The value of the header `Authorization`; `signature` in base64.
pub fn authorization(
    merchant: &str,
    serial: &str,
    timestamp_s: i64,
    nonce: &str,
    signature: &str,
) -> String {
    format!(
        "{SCHEME} mchid=\"{merchant}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp_s}\",\
         serial_no=\"{serial}\",signature=\"{signature}\""
    )
}
