//! A code to be scanned, drawn on the server.

use qrcode::{Color, EcLevel, QrCode};

/// The white rim that scanners need, in modules.
const RIM: usize = 4;
/// Longer texts make a code that a camera cannot read well.
const MAX_BYTES: usize = 300;

/// A QR code as one path of an SVG, in units of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width and height, rim included.
    pub size: usize,
    pub path: String,
}

impl Qr {
    /// The code of a payment's address; `None` when it is a page to be opened in a browser, or
    /// too long.
    pub fn of_payment(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
        match rest {
            // Alipay's codes have the form of a page.
            Some(rest) if !rest.starts_with("qr.") => None,
            _ => Self::of(url),
        }
    }

    fn of(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let modules = code.to_colors();
        let mut path = String::new();
        for (y, row) in modules.chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] == Color::Dark {
                    let (left, top, length) = (x + RIM, y + RIM, run.len());
                    path += &format!("M{left} {top}h{length}v1h-{length}z");
                }
                x += run.len();
            }
        }
        Some(Self {
            size: width + 2 * RIM,
            path,
        })
    }
}
