//! Where a walk's choices come from: a seed, or bytes that somebody else chose.

/// Numbers, one after the other.
#[derive(Clone, Debug)]
pub enum Chance {
    /// SplitMix64 from this state.
    Seed(u64),
    /// These bytes, two a choice, and nothing after them.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// How many are used up.
        at: usize,
    },
}

impl Chance {
    /// Choices that a fuzzer makes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::Bytes { bytes: bytes.to_vec(), at: 0 }
    }

    /// Whether all bytes are used up. A seed never is.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Seed(_) => false,
            Self::Bytes { bytes, at } => bytes.len() <= *at,
        }
    }

    /// Any number of 64 bits; of bytes, one of 16.
    pub fn next(&mut self) -> u64 {
        match self {
            Self::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^ (mixed >> 31)
            }
            Self::Bytes { bytes, at } => {
                let byte = |at: usize| u64::from(bytes.get(at).copied().unwrap_or(0));
                let number = byte(*at) << 8 | byte(*at + 1);
                *at += 2;
                number
            }
        }
    }

    /// 0 to `end - 1`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// The same as an index.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of them, where there are any.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.index(from.len())])
    }
}
