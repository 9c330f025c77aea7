//! Texts that a telephone reads.

use qrcode::QrCode;
use qrcode::render::svg;

/// Draws a text as a square (QR), to stand inside a page. Nothing if it is too long.
pub(super) fn draw(text: &str) -> String {
    let Ok(code) = QrCode::new(text) else { return String::new() };
    let drawing = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    // An image inside a page has no prologue.
    drawing.find("<svg").map_or_else(String::new, |start| drawing[start..].to_owned())
}
