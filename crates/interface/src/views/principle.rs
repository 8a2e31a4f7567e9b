//! What a principle's stored numbers mean.

use quantumagi_rules::principle::{Category, Class};

use super::meaning;
use crate::DecodeError;
use crate::accounts::Principle;

impl Principle {
    /// How hard it is to change.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn class(&self) -> Result<Class, DecodeError> {
        meaning(Class::from_u8(self.class), "class of the principle", self.class)
    }

    /// What it is about.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn category(&self) -> Result<Category, DecodeError> {
        meaning(Category::from_u8(self.category), "category of the principle", self.category)
    }

    /// Whether it can no longer be cited.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.is_retired != 0
    }
}
