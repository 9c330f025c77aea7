//! Other people's formats, one file each.

pub mod mediation;
