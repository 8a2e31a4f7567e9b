//! A disk that takes no more, in a process of its own: the bound holds for everything that it writes.

use std::process::Command;
use std::time::Duration;

use super::{CacheConfig, Chain, Folder, is_kept, pause_ends, slot};

/// Set for the process that writes to such a disk, and for no other.
const WRITER: &str = "QUANTUMAGI_TEST_OF_A_FULL_DISK";

/// Bytes that a file can have on such a disk, in blocks of 512.
const BLOCKS: u32 = 160;

#[allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]
fn is_writer() -> bool {
    std::env::var_os(WRITER).is_some()
}

/// Lets this process write files of any length again.
fn make_room() {
    let limited =
        Command::new("prlimit").args(["--pid", &std::process::id().to_string(), "--fsize=unlimited:"]).status();
    assert!(limited.expect("prlimit runs").success());
}

#[tokio::test]
async fn a_disk_that_takes_no_more_fails_no_read_and_is_written_to_again_when_there_is_room() {
    if is_writer() {
        return write().await;
    }
    // A write beyond the bound is an error here, as on a full disk, and no signal.
    let script = format!("trap '' XFSZ; ulimit -S -f {BLOCKS}; exec \"$0\" --exact --nocapture \"$1\"");
    let name = "cache::disk::a_disk_that_takes_no_more_fails_no_read_and_is_written_to_again_when_there_is_room";
    let binary = std::env::current_exe().expect("it runs");
    let output = Command::new("sh").arg("-c").arg(script).arg(binary).arg(name).env(WRITER, "1").output();
    let output = output.expect("sh runs");
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

async fn write() {
    let folder = Folder::new("sqlite-disk");
    let url = format!("sqlite:{}", folder.path().join("cache.db").display());
    let cache =
        CacheConfig::default().with_database(url.parse().expect("an address")).with_patience(Duration::from_secs(2));
    let chain = Chain::at(100).await;
    let reader = chain.reader(&cache).await;
    slot(&reader, 0).await;
    reader.flush().await;
    let length = || {
        let lengths = std::fs::read_dir(folder.path())
            .expect("it is there")
            .map(|file| file.and_then(|file| file.metadata()).expect("it is there").len());
        lengths.max().expect("there is a file")
    };
    // Far more than there is room for.
    for account in 1..600 {
        assert_eq!(slot(&reader, account).await, 100);
        if account % 100 == 0 {
            reader.flush().await;
        }
    }
    reader.flush().await;
    assert!(length() <= u64::from(BLOCKS) * 512, "{}", length());
    assert_eq!(chain.asked(), 600, "each was asked for once, and none was lost");
    assert!(is_kept(&chain, &cache, 0).await, "what was kept before is there");
    assert!(!is_kept(&chain, &cache, 599).await, "there was no room for it");
    make_room();
    pause_ends().await;
    slot(&reader, 5_000).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 5_000).await);
}
