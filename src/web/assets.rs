//! The style sheet and the script, under addresses that change with their content.

use std::collections::HashMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::extract::{Path as PathOf, State};
use super::problem::Problem;

const FILES: [&str; 2] = ["app.css", "app.js"];

/// The files of `static/`, hashed once at the start.
#[derive(Debug)]
pub struct Assets {
    pub css: String,
    pub js: String,
    /// From `app.1f3a….css` to the file.
    files: HashMap<String, PathBuf>,
    folder: PathBuf,
}

impl Assets {
    /// Looks in `folder`; else beside the program (`static/`, or `../share/stockdesk/static/`);
    /// else in the folder that it was built from.
    ///
    /// # Errors
    /// When there is no such folder, or a file in it cannot be read.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => found()?,
        };
        let mut files = HashMap::new();
        let mut address = |name: &str| -> io::Result<String> {
            let path = folder.join(name);
            let content = std::fs::read(&path)
                .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
            let hashed = hashed(name, &content);
            files.insert(hashed.clone(), path);
            Ok(format!("/static/{hashed}"))
        };
        let [css, js] = FILES;
        Ok(Self {
            css: address(css)?,
            js: address(js)?,
            files,
            folder,
        })
    }
}

fn found() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let beside = program.parent().unwrap_or(Path::new("."));
    let places = [
        beside.join("static"),
        beside.join("../share/stockdesk/static"),
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/static")),
    ];
    let there = places.iter().find(|place| place.join(FILES[0]).is_file());
    there.cloned().ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("app.css is in none of {places:?}"),
        )
    })
}

/// `app.css` to `app.1f3a5b7c9d0e.css`
fn hashed(name: &str, content: &[u8]) -> String {
    let hash = Sha256::digest(content);
    let hex: String = hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hex}.{extension}"),
        None => format!("{name}.{hex}"),
    }
}

/// `GET /static/{file}`
///
/// A page from before a new version may ask for an old name: it gets the file as it is now, not
/// to be kept.
pub async fn file(
    web: State,
    PathOf(name): PathOf<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let assets = &web.assets;
    let (path, keep) = match assets.files.get(name.as_str()) {
        Some(path) => (path.clone(), "public, max-age=31536000, immutable"),
        None => {
            let current = FILES.into_iter().find(|file| {
                let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
                name.starts_with(&format!("{stem}.")) && name.ends_with(&format!(".{extension}"))
            });
            let current = current.ok_or_else(Problem::not_found)?;
            (assets.folder.join(current), "no-cache")
        }
    };
    let file = NamedFile::open(path).map_err(Problem::internal)?;
    let mut response = file.into_response(&request);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}
