use quantumagi_rpc::VoteAccount;
use quantumagi_rpc::solana::Address;

use super::*;

/// A folder of this test's own, gone with this.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("quantumagi-stake-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stake(epoch: u64, lamports: u64) -> EpochStake {
    let node = Address::new_from_array([7; 32]);
    let account = VoteAccount { vote: node, node, activated_stake: lamports, is_delinquent: false };
    EpochStake { epoch, first_slot: epoch * 100, slots: 100, accounts: vec![account] }
}

fn epochs(folder: &Folder) -> Vec<u64> {
    StakeFile::all(&folder.0).expect("it can be read").into_iter().map(|file| file.epoch).collect()
}

#[test]
fn an_epochs_first_list_is_kept_and_found_again_after_a_restart() {
    let folder = Folder::new("restart");
    assert_eq!(epochs(&folder), Vec::<u64>::new());
    let lists = StakeLists::open(&folder.0).expect("it is made");
    assert_eq!((lists.newest(), lists.of_slot(300)), (None, None));
    lists.keep(&stake(3, 50)).expect("written");
    lists.keep(&stake(3, 60)).expect("nothing to write");
    let kept = lists.newest().expect("it is kept");
    assert_eq!(kept.voters.voters(), [(Address::new_from_array([7; 32]), 50)]);
    assert_eq!((kept.has(299), kept.has(300), kept.has(399), kept.has(400)), (false, true, true, false));
    let again = StakeLists::open(&folder.0).expect("it is there");
    assert_eq!(again.of_slot(399), Some(kept));
}

#[test]
fn roots_are_judged_by_two_epochs_and_files_are_kept_longer() {
    let folder = Folder::new("bounds");
    let lists = StakeLists::open(&folder.0).expect("it is made");
    let last = MAX_FILES as u64 + 4;
    for epoch in 0..=last {
        lists.keep(&stake(epoch, 1)).expect("written");
    }
    let expected: Vec<u64> = (last + 1 - MAX_FILES as u64..=last).rev().collect();
    assert_eq!(epochs(&folder), expected);
    for lists in [lists, StakeLists::open(&folder.0).expect("it is there")] {
        let known = [last - 2, last - 1, last].map(|epoch| lists.of_slot(epoch * 100).is_some());
        assert_eq!(known, [false, true, true]);
    }
}

#[test]
fn half_a_file_is_none_and_is_written_again() {
    let folder = Folder::new("half");
    let lists = StakeLists::open(&folder.0).expect("it is made");
    lists.keep(&stake(3, 50)).expect("written");
    let file = StakeFile::all(&folder.0).expect("it can be read").remove(0);
    let whole = fs::read_to_string(&file.path).expect("it is there");
    fs::write(&file.path, whole.trim_end()).expect("it can be written");
    let lists = StakeLists::open(&folder.0).expect("it is there");
    assert_eq!(lists.newest(), None);
    lists.keep(&stake(3, 50)).expect("written");
    assert_eq!(fs::read_to_string(&file.path).expect("it is there"), whole);
}
