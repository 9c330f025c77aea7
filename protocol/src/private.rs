//! Values that must not be shown by mistake.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Personal data or a secret. It travels and is stored like a `T`, but `Debug` hides it and there
/// is no `Display`: to show it, one must write `.reveal()`, which is easy to find in a review.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Returns what is hidden, to a page or a peer that has the right to see it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Returns what is hidden, and gives it away.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Some(Private::from("Aubry"))), "Some(Private(…))");
    }
}
