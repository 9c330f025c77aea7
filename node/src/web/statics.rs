//! Files that pages need. They are in the binary; their address changes with their bytes, so a
//! browser may keep them for ever.

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, web};

use super::errors::PageError;

/// Where the style is. A test keeps the address in step with its bytes.
pub(super) const STYLE: &str = "/static/bc2eb7e8/maillage.css";
/// Where the mark of a page is, in a browser's tab.
pub(super) const ICON: &str = "/static/e6853b4b/maillage.svg";

/// What takes a personal code out of the address that a telephone read.
pub(super) const CODE: &str = "/static/3f97027c/code.js";

/// What reads the sentences of a page aloud.
pub(super) const LISTEN: &str = "/static/89dcbbb6/listen.js";

/// What warns before a session ends.
pub(super) const SESSION: &str = "/static/d7d54a76/session.js";

const FILES: &[(&str, &str, &str)] = &[
    (STYLE, "text/css; charset=utf-8", include_str!("../../static/maillage.css")),
    (ICON, "image/svg+xml", include_str!("../../static/maillage.svg")),
    (CODE, "text/javascript; charset=utf-8", include_str!("../../static/code.js")),
    (SESSION, "text/javascript; charset=utf-8", include_str!("../../static/session.js")),
    (LISTEN, "text/javascript; charset=utf-8", include_str!("../../static/listen.js")),
];

/// Answers with a file.
pub(super) async fn show(path: web::Path<String>) -> Result<HttpResponse, PageError> {
    let asked = format!("/static/{path}");
    let file = FILES.iter().find(|(address, _, _)| *address == asked);
    let (_, kind, bytes) = file.ok_or(PageError::NotFound)?;
    let kind = kind.parse().map(ContentType).unwrap_or_else(|_| ContentType::octet_stream());
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(*bytes))
}

#[cfg(test)]
mod tests {
    use maillage_protocol::encoding::hex;
    use maillage_protocol::label::sha256;

    use super::*;

    #[test]
    fn the_address_of_a_file_changes_with_its_bytes() {
        for (address, _, bytes) in FILES {
            let hash = hex(&sha256(bytes.as_bytes())[..4]);
            assert!(address.starts_with(&format!("/static/{hash}/")), "{address}: {hash}");
        }
    }
}
