//! Closed lists, declared once: their values, their codes, and how a code is read.

/// Declares enums whose values have a code. The code is what the journal and the API hold; the
/// order is that of the forms.
macro_rules! closed {
    ($(
        $(#[$list_meta:meta])*
        pub enum $list:ident {
            $($(#[$meta:meta])* $value:ident = $code:literal,)+
        }
    )+) => {
        $(
            $(#[$list_meta])*
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord,
                serde::Serialize, serde::Deserialize,
            )]
            pub enum $list {
                $($(#[$meta])* #[serde(rename = $code)] $value,)+
            }

            impl $list {
                /// Every value, in the order of the forms.
                pub const ALL: &'static [Self] = &[$(Self::$value),+];

                /// Returns the code of this value.
                #[must_use]
                pub const fn code(self) -> &'static str {
                    match self {
                        $(Self::$value => $code,)+
                    }
                }

                /// Returns the value of a code.
                #[must_use]
                pub fn from_code(code: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|value| value.code() == code)
                }
            }
        )+
    };
}

pub(crate) use closed;
