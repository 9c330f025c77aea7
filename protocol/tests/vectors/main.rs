//! Every vector: ours, the sample that another program wrote, and the public ones.
//!
//! A vector is a promise to other implementations: its bytes never change once published. Ours
//! are made here with fixed keys and times, compared with what is committed, and read back.

// Marked so that these modules count as tests, in which a panic is a verdict.
#[cfg(test)]
mod entry;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod public;
#[cfg(test)]
mod second;
#[cfg(test)]
mod specification;
