//! Words in Redis: one key for each endpoint and cluster, whose value is of one length and says no more than "look".

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};
use tokio::time::timeout;

use crate::cache::RedisUrl;
use crate::pool::dice::Dice;
use crate::solana::Hash;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a word stands. Whoever looks more seldom has found out for itself.
const STANDS_FOR: Duration = Duration::from_secs(60);

/// Version of the layout, in the key and in the word.
const VERSION: u8 = b'1';

/// Bytes of a word: the version, and a number that no other word has, in hexadecimal digits.
const WORD_LEN: usize = 17;

/// That some process put an endpoint out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word([u8; WORD_LEN]);

impl Word {
    /// One that nobody said before.
    pub(super) fn new(dice: &Dice) -> Self {
        let number = dice.wide() as u64;
        let mut word = [VERSION; WORD_LEN];
        word[1..].copy_from_slice(format!("{number:016x}").as_bytes());
        Self(word)
    }

    /// `None` for anything else.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let word: [u8; WORD_LEN] = bytes.try_into().ok()?;
        let is_one = word[0] == VERSION && word[1..].iter().all(|byte| byte.is_ascii_hexdigit());
        is_one.then_some(Self(word))
    }
}

/// Redis did not do what it was asked. The library's texts name no password.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error("no answer within {} ms", PATIENCE.as_millis())]
    Timeout,
    #[error("an answer that was not asked for")]
    Answer,
}

/// One connection, made when it is needed and made anew after a failure.
pub(super) struct Board {
    client: Client,
    config: AsyncConnectionConfig,
    connection: Option<MultiplexedConnection>,
    prefix: String,
}

impl Board {
    pub(super) fn new(redis: &RedisUrl, genesis: Hash) -> Self {
        let limit = Some(PATIENCE);
        Self {
            client: redis.client.clone(),
            config: AsyncConnectionConfig::new().set_connection_timeout(limit).set_response_timeout(limit),
            connection: None,
            prefix: format!("quantumagi:health:{}:{genesis}:", char::from(VERSION)),
        }
    }

    /// What stands about each of these, in their order, and no more of it than shows that it is too long.
    pub(super) async fn read(&mut self, names: &[&String]) -> Result<Vec<Option<Vec<u8>>>, Lost> {
        let mut pipe = redis::pipe();
        for name in names {
            pipe.cmd("GETRANGE").arg(format!("{}{name}", self.prefix)).arg(0).arg(WORD_LEN);
        }
        let found: Vec<Vec<u8>> = self.ask(&pipe).await?;
        if found.len() != names.len() {
            return Err(Lost::Answer);
        }
        Ok(found.into_iter().map(|bytes| Some(bytes).filter(|bytes| !bytes.is_empty())).collect())
    }

    /// Says it to all others.
    pub(super) async fn write(&mut self, name: &str, word: Word) -> Result<(), Lost> {
        let mut pipe = redis::pipe();
        let key = format!("{}{name}", self.prefix);
        pipe.cmd("SET").arg(key).arg(&word.0).arg("PX").arg(STANDS_FOR.as_millis() as u64).ignore();
        self.ask(&pipe).await
    }

    /// The connection is kept after an answer alone.
    async fn ask<T: redis::FromRedisValue>(&mut self, pipe: &redis::Pipeline) -> Result<T, Lost> {
        let taken = self.connection.take();
        let asking = async {
            let mut connection = match taken {
                Some(connection) => connection,
                None => self.client.get_multiplexed_async_connection_with_config(&self.config).await?,
            };
            let answer = pipe.query_async(&mut connection).await?;
            Ok::<_, redis::RedisError>((answer, connection))
        };
        let (answer, connection) = timeout(PATIENCE, asking).await.map_err(|_| Lost::Timeout)??;
        self.connection = Some(connection);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::Word;
    use crate::pool::dice::Dice;

    #[test]
    fn a_word_is_of_one_length_and_of_this_version() {
        let dice = Dice::new();
        let (one, other) = (Word::new(&dice), Word::new(&dice));
        assert_ne!(one, other);
        assert_eq!(Word::read(&one.0), Some(one));
        let cases: [&[u8]; 6] =
            [b"", b"1", b"1aaaaaaaaaaaaaaa", b"1aaaaaaaaaaaaaaaaa", b"2aaaaaaaaaaaaaaaa", b"1aaaaaaaaaaaaaaa "];
        for wrong in cases {
            assert_eq!(Word::read(wrong), None, "{wrong:?}");
        }
    }
}
