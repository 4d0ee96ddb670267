//! What is signed of parameters.

use super::Form;

/// Of a request: all but `sign`, those with a value, by name, not encoded.
pub fn request_text(form: &Form) -> String {
    text(form, &["sign"])
}

/// Of a notice: `sign_type` is left out as well.
pub fn notice_text(form: &Form) -> String {
    text(form, &["sign", "sign_type"])
}

fn text(form: &Form, without: &[&str]) -> String {
    let mut text = String::new();
    for (name, value) in form {
        if without.contains(&name.as_str()) || value.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}
