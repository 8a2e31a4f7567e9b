//! Typed views of accounts that an instruction declares without a type, because several kinds fit.

use anchor_lang::prelude::*;

/// The account as a `T` that can be written: owner and discriminator are checked.
///
/// # Errors
/// Whatever the type's own loading refuses; [`ProgramError::AccountBorrowFailed`] where it is loaded already.
pub fn load_mut<T: AnchorAccount>(view: &AccountView) -> Result<T> {
    // Nobody else may hold it: neither a declared account nor an earlier call of this.
    view.check_borrow_mut()?;
    // SAFETY: the check above fails while any view of the same data is alive, and instructions run on one thread.
    unsafe { T::load_mut(*view) }
}
