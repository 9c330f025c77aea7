//! Who does what: the card by which an organization describes itself.

mod card;

pub use card::{Card, Service, UnreadableCard};
