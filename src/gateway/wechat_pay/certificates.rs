//! Platform certificates: downloaded, opened with the APIv3 key, and used as long as they last.

use chrono::{DateTime, Utc};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;

use super::sealed::{Sealed, SealingKey};
use super::trust::PlatformKey;
use crate::gateway::rsa::VerifyingKey;

pub(super) const TARGET: &str = "/v3/certificates";

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    serial_no: String,
    effective_time: DateTime<Utc>,
    expire_time: DateTime<Utc>,
    encrypt_certificate: Sealed,
}

/// Reads the list. That a certificate opens with the APIv3 key, which only WeChat Pay and this
/// merchant know, is what makes it WeChat Pay's.
///
/// # Errors
/// A few words, when there is none or one of them cannot be read.
pub(super) fn read(body: &[u8], sealing_key: &SealingKey) -> Result<Vec<PlatformKey>, String> {
    let list: List = serde_json::from_slice(body)
        .map_err(|error| format!("the certificates cannot be read: {error}"))?;
    let keys: Result<Vec<_>, _> = list
        .data
        .iter()
        .map(|listed| {
            let pem = sealing_key.open(&listed.encrypt_certificate)?;
            platform_key(listed, &pem).ok_or_else(|| "it cannot be read".to_owned())
        })
        .collect();
    let keys = keys.map_err(|why| format!("a certificate is not believed: {why}"))?;
    if keys.is_empty() {
        return Err("there are no certificates".to_owned());
    }
    Ok(keys)
}

fn platform_key(listed: &Listed, pem: &[u8]) -> Option<PlatformKey> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let certificate = webpki::EndEntityCert::try_from(&der).ok()?;
    let digits: String = certificate
        .serial()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    // A leading zero keeps the number positive in the certificate, and may be left out in text.
    let bare = |serial: &str| serial.trim_start_matches('0').to_ascii_uppercase();
    if bare(&digits) != bare(&listed.serial_no) {
        return None;
    }
    Some(PlatformKey {
        serial: listed.serial_no.clone(),
        key: VerifyingKey::from_der(certificate.subject_public_key_info().as_ref())?,
        effective: listed.effective_time,
        expires: listed.expire_time,
    })
}
