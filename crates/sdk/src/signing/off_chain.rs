//! Texts that somebody signs without a transaction, in the form that hardware wallets show and sign.

use quantumagi_rpc::solana::{Address, MessageFormat, OffchainMessage, Signature, Signer, SignerError};

/// The version of the form. Source: Solana's proposal "Off-Chain Message Signing", as `solana sign-offchain-message` has it.
const VERSION: u8 = 0;

/// A text in the form in which wallets sign texts: behind a mark that no transaction can begin with, so that a signature
/// on a text is never one on a transaction. What `solana sign-offchain-message` signs, with a Ledger too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffChainText {
    message: OffchainMessage,
    bytes: Vec<u8>,
}

/// Why a text cannot be signed off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text of {len} bytes cannot be signed off chain; it needs 1 to {}", OffChainText::MAX_LEN)]
pub struct NotSignable {
    /// Its length in bytes.
    pub len: usize,
}

impl OffChainText {
    /// Longest text, bytes.
    pub const MAX_LEN: usize = u16::MAX as usize - 20;
    /// Longest text that a Ledger takes, bytes.
    pub const MAX_LEN_LEDGER: usize = 1_212;

    /// A text of 1 to [`OffChainText::MAX_LEN`] bytes.
    ///
    /// # Errors
    /// [`NotSignable`].
    pub fn new(text: &str) -> Result<Self, NotSignable> {
        let refused = |_| NotSignable { len: text.len() };
        let message = OffchainMessage::new(VERSION, text.as_bytes()).map_err(refused)?;
        let bytes = message.serialize().map_err(refused)?;
        Ok(Self { message, bytes })
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a Ledger takes it: it is short enough.
    #[must_use]
    pub fn fits_ledger(&self) -> bool {
        self.message.get_format() != MessageFormat::ExtendedUtf8
    }

    /// Whether it is printable ASCII in one line: the form that a Ledger shows as it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.message.get_format() == MessageFormat::RestrictedAscii
    }

    /// Signs it.
    ///
    /// # Errors
    /// The signer's.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Signature, SignerError> {
        signer.try_sign_message(&self.bytes)
    }

    /// Whether this is `address`'s signature on it.
    #[must_use]
    pub fn is_signed_by(&self, address: &Address, signature: &Signature) -> bool {
        signature.verify(address.as_ref(), &self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use quantumagi_rpc::solana::Keypair;

    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_proposal() {
        let text = OffChainText::new("Test Message").expect("short");
        let header = [b"\xffsolana offchain".as_slice(), &[0, 0, 12, 0]].concat();
        assert_eq!(text.bytes(), [header.as_slice(), b"Test Message"].concat());
    }

    #[test]
    fn length_and_letters_decide_what_a_ledger_does() {
        let max = OffChainText::MAX_LEN_LEDGER;
        for (text, fits, is_plain) in [
            ("a".repeat(max), true, true),
            ("Ä".repeat(max / 2), true, false),
            ("two\nlines".to_owned(), true, false),
            ("a".repeat(max + 1), false, false),
            ("a".repeat(OffChainText::MAX_LEN), false, false),
        ] {
            let made = OffChainText::new(&text).expect("not too long");
            assert_eq!((made.fits_ledger(), made.is_plain()), (fits, is_plain), "{} bytes", text.len());
        }
        for len in [0, OffChainText::MAX_LEN + 1] {
            assert_eq!(OffChainText::new(&"a".repeat(len)), Err(NotSignable { len }));
        }
    }

    #[test]
    fn a_signature_is_one_persons_on_one_text() {
        let (ana, ben) = (Keypair::new(), Keypair::new());
        let text = OffChainText::new("We stop the upgrade.").expect("short");
        let signature = text.sign(&ana).expect("a key signs");
        assert!(text.is_signed_by(&ana.pubkey(), &signature));
        assert!(!text.is_signed_by(&ben.pubkey(), &signature));
        assert!(!OffChainText::new("We stop the upgrades.").expect("short").is_signed_by(&ana.pubkey(), &signature));
        // Not on the bare words, which could be a transaction.
        assert!(!signature.verify(ana.pubkey().as_ref(), b"We stop the upgrade."));
    }
}
