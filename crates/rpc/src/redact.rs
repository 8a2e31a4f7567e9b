//! Keys that an endpoint repeats in its own words: its errors are shown, so what it was called with is taken out of them.

use reqwest::Url;
use serde_json::Value;

use crate::pool::Endpoint;

/// Shortest part of an address that is taken for a key: below it are words such as `v2` and `mainnet`.
const SHORTEST_KEY: usize = 8;

const HIDDEN: &str = "[hidden]";

/// What must not be shown of one endpoint.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// What an address has beside its host.
    pub(crate) fn of_url(url: &Url) -> Self {
        let user = [url.username().to_owned(), url.password().unwrap_or_default().to_owned()];
        let path = url.path_segments().into_iter().flatten().map(ToOwned::to_owned);
        let query = url.query_pairs().flat_map(|(key, value)| [key.into_owned(), value.into_owned()]);
        let parts = user.into_iter().chain(path).chain(query).filter(|part| SHORTEST_KEY <= part.len());
        Self::longest_first(parts.collect())
    }

    /// What an endpoint is called with.
    pub(crate) fn of(endpoint: &Endpoint) -> Self {
        let of_url = endpoint.url().map(|url| Self::of_url(url.secret())).unwrap_or_default();
        let headers = endpoint.headers.iter().filter_map(|(_, value)| value.to_str().ok());
        Self::longest_first(of_url.0.into_iter().chain(headers.map(ToOwned::to_owned)).collect())
    }

    /// A key that is part of another would leave the rest of it behind.
    fn longest_first(mut parts: Vec<String>) -> Self {
        parts.retain(|part| !part.is_empty());
        parts.sort_unstable_by_key(|part| std::cmp::Reverse(part.len()));
        Self(parts)
    }

    /// The text without them.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
    }

    /// The value without them in any of its texts.
    pub(crate) fn hide_within(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.hide_within(value)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (self.hide(&name), self.hide_within(value))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Secrets;

    #[test]
    fn every_part_of_an_address_that_may_be_a_key_is_hidden() {
        let url = "https://some-user:some-pass@rpc.example.org/v2/key-in-path?api-key=key-in-query&x=key%2Fquoted#frag";
        let secrets = Secrets::of_url(&url.parse().expect("an address"));
        let told =
            "v2: some-user, some-pass, key-in-path and key-in-query are wrong at rpc.example.org; so is key/quoted";
        let hidden = "v2: [hidden], [hidden], [hidden] and [hidden] are wrong at rpc.example.org; so is [hidden]";
        assert_eq!(secrets.hide(told), hidden);
        assert_eq!(
            secrets.hide_within(json!({ "key-in-path": [1, "a key-in-query", null] })),
            json!({ "[hidden]": [1, "a [hidden]", null] })
        );
    }

    #[test]
    fn a_key_that_another_begins_with_leaves_nothing_of_it() {
        let url = "https://rpc.example.org/key-in-path/key-in-path-and-more".parse().expect("an address");
        assert_eq!(Secrets::of_url(&url).hide("key-in-path-and-more"), "[hidden]");
    }
}
