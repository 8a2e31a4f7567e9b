//! SQLite: files that are locked, full, damaged or nowhere.

use std::fs;
use std::time::Duration;

use quantumagi_rpc::cache::CacheConfig;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::{Chain, Folder, PATIENCE, check_level, is_kept, pause_ends, slot};

impl Folder {
    fn database(&self) -> String {
        format!("sqlite:{}", self.path().join("cache.db").display())
    }

    fn cache(&self, patience: Duration) -> CacheConfig {
        let url = self.database().parse().expect("an address");
        CacheConfig::default().with_database(url).with_patience(patience)
    }

    async fn connect(&self) -> SqliteConnection {
        let options: SqliteConnectOptions = self.database().parse().expect("an address");
        options.create_if_missing(true).connect().await.expect("the file opens")
    }
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) {
    sqlx::raw_sql(statement).execute(connection).await.expect(statement);
}

#[tokio::test]
async fn answers_are_kept_in_a_file() {
    let folder = Folder::new("sqlite-kept");
    check_level(&folder.cache(PATIENCE)).await;
}

#[tokio::test]
async fn a_file_that_another_has_locked_fails_no_read_and_is_used_again_after() {
    let folder = Folder::new("sqlite-locked");
    let mut other = folder.connect().await;
    execute(&mut other, "PRAGMA journal_mode = WAL; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").await;
    execute(&mut other, "CREATE TABLE other (x)").await;

    let chain = Chain::at(100).await;
    let reader = chain.reader(&folder.cache(Duration::from_millis(300))).await;
    for account in 1..4 {
        assert_eq!(slot(&reader, account).await, 100);
    }
    reader.flush().await;
    assert_eq!(chain.asked(), 3);

    execute(&mut other, "ROLLBACK").await;
    other.close().await.expect("it closes");
    pause_ends().await;
    let cache = folder.cache(PATIENCE);
    slot(&reader, 4).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 4).await);
    assert!(!is_kept(&chain, &cache, 3).await, "what came while it was locked was not kept");
}

#[tokio::test]
async fn a_file_that_another_writes_to_is_read_meanwhile() {
    let folder = Folder::new("sqlite-written");
    let (chain, cache) = (Chain::at(100).await, folder.cache(Duration::from_secs(1)));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    let mut other = folder.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE; CREATE TABLE other (x)").await;
    assert!(is_kept(&chain, &cache, 1).await);
    execute(&mut other, "ROLLBACK").await;
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_read() {
    let folder = Folder::new("sqlite-read-only");
    let (chain, cache) = (Chain::at(100).await, folder.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    let url = format!("{}?mode=ro", folder.database());
    let read_only = CacheConfig::default().with_database(url.parse().expect("an address")).with_patience(PATIENCE);
    assert!(is_kept(&chain, &read_only, 1).await);
    let reader = chain.reader(&read_only).await;
    slot(&reader, 2).await;
    reader.flush().await;
    assert!(!is_kept(&chain, &cache, 2).await, "nothing was written");
}

#[tokio::test]
async fn a_file_that_has_reached_its_bound_makes_room_for_what_is_new() {
    let folder = Folder::new("sqlite-bound");
    // The least that a file is given: 16 pages.
    let (chain, cache) = (Chain::at(100).await, folder.cache(PATIENCE).with_max_file(1));
    let reader = chain.reader(&cache).await;
    for account in 0..1_000 {
        slot(&reader, account).await;
        if account % 100 == 99 {
            reader.flush().await;
        }
    }
    pause_ends().await;
    slot(&reader, 5_000).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 5_000).await);
    assert!(!is_kept(&chain, &cache, 0).await, "the oldest made room");
    assert!(fs::metadata(folder.path().join("cache.db")).expect("it is there").len() <= 16 * 4096);
}

#[tokio::test]
async fn a_damaged_file_fails_no_read() {
    let folder = Folder::new("sqlite-damaged");
    let (chain, cache) = (Chain::at(100).await, folder.cache(PATIENCE));
    fs::write(folder.path().join("cache.db"), [7; 8192]).expect("the folder takes a file");
    let reader = chain.reader(&cache).await;
    assert_eq!(slot(&reader, 1).await, 100);
    reader.flush().await;
    assert_eq!(fs::read(folder.path().join("cache.db")).expect("it is there"), [7; 8192], "it is left alone");

    // With the file gone, a new one is made.
    fs::remove_file(folder.path().join("cache.db")).expect("it is there");
    pause_ends().await;
    slot(&reader, 2).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 2).await);
}

#[tokio::test]
async fn a_folder_that_is_not_there_fails_no_read() {
    let folder = Folder::new("sqlite-nowhere");
    let url = format!("sqlite:{}/no/such/folder.db", folder.path().display());
    let cache = CacheConfig::default().with_database(url.parse().expect("an address")).with_patience(PATIENCE);
    let chain = Chain::at(100).await;
    let reader = chain.reader(&cache).await;
    assert_eq!((slot(&reader, 1).await, slot(&reader, 2).await), (100, 100));
    reader.flush().await;
}

#[tokio::test]
async fn entries_that_somebody_else_wrote_are_not_told() {
    let folder = Folder::new("sqlite-forged");
    let (chain, cache) = (Chain::at(100).await, folder.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    slot(&reader, 2).await;
    reader.flush().await;
    let mut other = folder.connect().await;
    for statement in [
        // Another balance, an entry under another's name, one of any length, and none.
        "UPDATE quantumagi_account SET entry = CAST(substr(entry, 1, 86) || x'FF' || substr(entry, 88) AS BLOB)",
        "UPDATE quantumagi_account SET entry = (SELECT entry FROM quantumagi_account AS o WHERE o.key != quantumagi_account.key)",
        "UPDATE quantumagi_account SET entry = zeroblob(100000000)",
        "UPDATE quantumagi_account SET entry = x''",
    ] {
        execute(&mut other, statement).await;
        assert!(!is_kept(&chain, &cache, 1).await, "{statement}");
    }
}
