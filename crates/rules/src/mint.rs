//! Which mints' tokens can be voting weight: those over which nobody but their holders has power.
//!
//! The list is of what is allowed; an extension that does not exist yet is refused. Numbers are those of Token-2022
//! (`ExtensionType`), whose mints keep the extensions they were made with: only harmless ones can be added later.

/// Why a mint's tokens cannot be voting weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MintError {
    /// Somebody can freeze accounts, or stop all transfers: voters could be locked out, or the pool held hostage. The
    /// freeze authority, default account state and pausable.
    CanFreeze,
    /// Somebody can take tokens out of the pool, or put another mint in this one's place. Permanent delegate, mint close
    /// authority.
    CanSeize,
    /// A transfer moves less than it says, calls another program, or cannot be made. Transfer fee, transfer hook,
    /// non-transferable.
    CannotMovePlainly,
    /// Balances can be hidden, so that nobody can say how much there is. Confidential transfer, fee, and mint and burn.
    CanHide,
    /// An extension that this program does not know.
    UnknownExtension {
        /// Its number.
        number: u16,
    },
}

/// Length of a mint without extensions.
const PLAIN_MINT_BYTES: usize = 82;
/// Where extensions begin: behind the length of a token account, which a mint is padded to, and the account's kind.
const EXTENSIONS_AT: usize = 166;

/// Whether all extensions of a mint are acceptable. `mint` is the account's whole data, as the token program keeps it.
///
/// # Errors
/// The first [`MintError`].
pub fn check_mint(mint: &[u8]) -> Result<(), MintError> {
    if mint.len() == PLAIN_MINT_BYTES {
        return Ok(());
    }
    let mut rest = mint.get(EXTENSIONS_AT..).unwrap_or_default();
    // Each extension: its number and its length, u16 little endian, then its data. Zero marks the end.
    while let Some((&[low, high], tail)) = rest.split_first_chunk() {
        let number = u16::from_le_bytes([low, high]);
        if number == 0 {
            break;
        }
        check_extension(number)?;
        let cut_off = MintError::UnknownExtension { number };
        let (&[low, high], tail) = tail.split_first_chunk().ok_or(cut_off)?;
        rest = tail.get(usize::from(u16::from_le_bytes([low, high]))..).ok_or(cut_off)?;
    }
    Ok(())
}

/// Whether a mint with this extension is acceptable.
///
/// Allowed is what changes only how a token is named or shown: interest and scale (a balance stays the same number of
/// base units, which is what votes), metadata, groups and their members, and the pointers to them.
///
/// # Errors
/// [`MintError`] for every other extension.
pub fn check_extension(number: u16) -> Result<(), MintError> {
    match number {
        // Interest-bearing; pointer to metadata, metadata; group pointer, group, member pointer, member; scaled amount.
        10 | 18..=23 | 25 => Ok(()),
        6 | 26 => Err(MintError::CanFreeze),
        3 | 12 => Err(MintError::CanSeize),
        1 | 9 | 14 => Err(MintError::CannotMovePlainly),
        4 | 16 | 24 => Err(MintError::CanHide),
        number => Err(MintError::UnknownExtension { number }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_appearance_are_harmless() {
        let allowed: alloc::vec::Vec<u16> = (0..=u16::MAX).filter(|number| check_extension(*number).is_ok()).collect();
        assert_eq!(allowed, [10, 18, 19, 20, 21, 22, 23, 25]);
    }

    fn mint(extensions: &[(u16, usize)]) -> alloc::vec::Vec<u8> {
        let mut data = alloc::vec![0; EXTENSIONS_AT];
        for (number, len) in extensions {
            data.extend_from_slice(&number.to_le_bytes());
            data.extend_from_slice(&u16::try_from(*len).expect("short").to_le_bytes());
            // What an extension holds is never taken for the number of another one.
            data.resize(data.len() + len, 14);
        }
        data
    }

    #[test]
    fn every_extension_of_a_mint_is_looked_at() {
        assert_eq!(check_mint(&[0; PLAIN_MINT_BYTES]), Ok(()));
        assert_eq!(check_mint(&mint(&[])), Ok(()));
        assert_eq!(check_mint(&mint(&[(18, 64), (19, 300)])), Ok(()));
        assert_eq!(check_mint(&mint(&[(18, 64), (14, 64)])), Err(MintError::CannotMovePlainly));
        assert_eq!(check_mint(&mint(&[(14, 0)])), Err(MintError::CannotMovePlainly));
    }

    #[test]
    fn a_mint_that_is_cut_off_or_padded_hides_nothing() {
        let cut = |len: usize| {
            let mut data = mint(&[(18, 64)]);
            data.truncate(EXTENSIONS_AT + len);
            check_mint(&data)
        };
        let unreadable = Err(MintError::UnknownExtension { number: 18 });
        assert_eq!(
            [cut(0), cut(1), cut(2), cut(3), cut(4), cut(67)],
            [Ok(()), Ok(()), unreadable, unreadable, unreadable, unreadable]
        );
        assert_eq!(cut(68), Ok(()));
        let padded = [mint(&[(18, 64)]), alloc::vec![0; 2]].concat();
        assert_eq!(check_mint(&padded), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_check_panic(data in proptest::collection::vec(0u8.., 0..400)) {
            let _ = check_mint(&data);
        }
    }

    #[test]
    fn each_power_over_tokens_is_named() {
        for (number, expected) in [
            (1, MintError::CannotMovePlainly),
            (3, MintError::CanSeize),
            (4, MintError::CanHide),
            (6, MintError::CanFreeze),
            (9, MintError::CannotMovePlainly),
            (12, MintError::CanSeize),
            (14, MintError::CannotMovePlainly),
            (16, MintError::CanHide),
            (24, MintError::CanHide),
            (26, MintError::CanFreeze),
            (27, MintError::UnknownExtension { number: 27 }),
        ] {
            assert_eq!(check_extension(number), Err(expected), "extension {number}");
        }
    }
}
