//! How templates name sentences: `{{ "accueil-titre"|t }}`.

use std::borrow::Borrow;

use crate::text::{say, say_with};

/// Says a sentence.
#[askama::filter_fn]
pub fn t(key: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(say(key))
}

/// Says of the name of a field that it has to be filled: `{{ "donnees-prenom"|t|must }}`.
#[askama::filter_fn]
pub fn must<S: std::fmt::Display>(label: S, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(say_with("commun-obligatoire", [("nom", label.to_string().into())]))
}

/// Says a sentence about how many there are: `{{ found.len()|t_count("lieu-trouves") }}`.
#[askama::filter_fn]
pub fn t_count<N: Borrow<usize>>(
    count: N,
    _: &dyn askama::Values,
    key: &str,
) -> askama::Result<String> {
    Ok(say_with(key, [("nombre", (*count.borrow()).into())]))
}

/// Says a sentence about something that has a name.
#[askama::filter_fn]
pub fn t_with(key: &str, _: &dyn askama::Values, name: &str) -> askama::Result<String> {
    Ok(say_with(key, [("nom", name.into())]))
}
