//! Keys of the duties that nobody has unless they ask for them: an operator's, and checkpoints.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quantumagi_crank::OnFalseRoot;
use quantumagi_interface::Address;

use super::reader::Reader;

/// Of checkpoints: an hour to 30 days.
const CHECKPOINTS: RangeInclusive<Duration> = Duration::from_secs(3_600)..=Duration::from_secs(2_592_000);

/// A snapshot operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OperatorConfig {
    /// Its key.
    pub(crate) keypair: PathBuf,
    /// Lists of operators whose voters are validators by stake.
    pub(crate) electorates: Vec<Address>,
    /// What to do about a root that is not the one computed here.
    pub(crate) on_false_root: OnFalseRoot,
}

/// Words of `on_false_root`.
pub(super) const ON_FALSE_ROOT: [(&str, OnFalseRoot); 2] =
    [("tell", OnFalseRoot::Tell), ("challenge", OnFalseRoot::Challenge)];

impl Reader<'_> {
    /// The operator, where there is one.
    pub(super) fn operator(&self, folder: &Path) -> Option<OperatorConfig> {
        let keypair = self.path("operator_keypair", folder);
        let electorates = self.addresses("stake_electorates").unwrap_or_default();
        let on_false_root = self.word("on_false_root", &ON_FALSE_ROOT);
        match (self.given("operator_keypair"), self.given("stake_electorates")) {
            (Some(given), _) if electorates.is_empty() && keypair.is_some() => {
                let words = "`stake_electorates` must name the lists of operators whose voters are validators by stake: the \
                             chain does not say";
                self.wrong(&given, words.to_owned());
            }
            (None, Some(given)) if !electorates.is_empty() => {
                self.wrong(&given, "this needs `operator_keypair`, the key of one of the operators".to_owned());
            }
            _ => {}
        }
        keypair.map(|keypair| OperatorConfig { keypair, electorates, on_false_root })
    }

    /// How often a checkpoint is anchored, seconds; `None` for never.
    pub(super) fn checkpoint_every(&self) -> Option<u32> {
        let (_, text) = self.text("checkpoint_every")?;
        if text.trim() == "off" {
            return None;
        }
        let seconds = self.span("checkpoint_every", *CHECKPOINTS.start(), CHECKPOINTS).as_secs();
        u32::try_from(seconds).ok()
    }
}
