//! Chance that is the same at each run.

/// Numbers from a seed (the generator of Knuth's MMIX).
pub struct Chance(pub u64);

impl Chance {
    /// Returns a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("thirty-one bits fit") % end
    }

    /// Changes one bit.
    pub fn flip(&mut self, bytes: &mut [u8]) {
        if !bytes.is_empty() {
            let (at, bit) = (self.below(bytes.len()), self.below(8));
            bytes[at] ^= 1 << bit;
        }
    }
}
