//! JSON-RPC 2.0 on the wire: one request, one answer, and what is wrong with it.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::fault::Fault;
use super::transport::Reply;

/// An answer as it comes.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    id: Value,
    /// `Some(Null)` is a result, `None` is the absence of one.
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<AnswerError>,
}

#[derive(Deserialize)]
struct AnswerError {
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Value,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The result in an answer to the request `id`.
pub(super) fn read(reply: &Reply, id: u64) -> Result<Value, Fault> {
    let Reply { status, retry_after, body } = reply;
    let refused = Fault::Status { status: *status, retry_after: *retry_after };
    if !(200..300).contains(status) {
        // Where an error of JSON-RPC explains a bad request or a failure of the server, it says more than the
        // status. It must be one of the nodes' own: proxies invent numbers.
        let may_explain = *status == 400 || *status >= 500;
        return Err(match serde_json::from_slice::<Answer>(body) {
            Ok(Answer { error: Some(error), .. }) if may_explain && Fault::is_listed(error.code) => {
                told(error, *retry_after)
            }
            Ok(_) | Err(_) => refused,
        });
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Fault::Unreadable { what: "not a JSON object" })?;
    if let Some(error) = answer.error {
        return Err(told(error, *retry_after));
    }
    if answer.id.as_u64() != Some(id) {
        return Err(Fault::Unreadable { what: "its id is that of another question" });
    }
    answer.result.ok_or(Fault::Unreadable { what: "neither a result nor an error" })
}

fn told(error: AnswerError, retry_after: Option<Duration>) -> Fault {
    let AnswerError { code, message, data } = error;
    Fault::Answer { code, message, data, retry_after }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;
    use crate::pool::fault::Fault;
    use crate::pool::transport::Reply;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, retry_after: None, body: body.as_bytes().to_vec() }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: Result<Value, &str>) {
        let actual = read(&reply(status, body), 7).map_err(|fault| fault.to_string());
        assert_eq!(actual, expected.map_err(ToOwned::to_owned), "{body}");
    }

    #[test]
    fn a_result_is_one_even_where_it_is_null() {
        check(200, r#"{"jsonrpc":"2.0","id":7,"result":null}"#, Ok(Value::Null));
        check(200, r#"{"jsonrpc":"2.0","id":7,"result":{"a":[1]},"error":null}"#, Ok(json!({ "a": [1] })));
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_unreadable() {
        let unreadable = |what| Err::<Value, _>(what);
        check(200, "", unreadable("the answer is not JSON-RPC: not a JSON object"));
        check(200, "<html>", unreadable("the answer is not JSON-RPC: not a JSON object"));
        check(200, r#""busy""#, unreadable("the answer is not JSON-RPC: not a JSON object"));
        check(200, r#"{"id":7,"result":1"#, unreadable("the answer is not JSON-RPC: not a JSON object"));
        check(200, r#"{"id":7}"#, unreadable("the answer is not JSON-RPC: neither a result nor an error"));
        for other in [r#"{"id":8,"result":1}"#, r#"{"id":null,"result":1}"#, r#"{"result":1}"#] {
            check(200, other, unreadable("the answer is not JSON-RPC: its id is that of another question"));
        }
    }

    #[test]
    fn an_error_is_one_with_any_id() {
        check(200, r#"{"id":null,"error":{"code":-32700,"message":"parse"}}"#, Err("error -32700: parse"));
        check(200, r#"{"id":7,"result":1,"error":{"code":-1}}"#, Err("error -1: "));
    }

    #[test]
    fn a_status_counts_unless_the_nodes_own_error_explains_it() {
        let behind = r#"{"id":7,"error":{"code":-32005,"message":"behind"}}"#;
        check(503, behind, Err("error -32005: behind"));
        check(400, behind, Err("error -32005: behind"));
        check(429, behind, Err("HTTP status 429"));
        check(403, behind, Err("HTTP status 403"));
        check(502, r#"{"id":7,"error":{"code":19,"message":"gateway"}}"#, Err("HTTP status 502"));
        check(500, r#"{"id":7,"result":1}"#, Err("HTTP status 500"));
        check(302, "", Err("HTTP status 302"));
    }

    #[test]
    fn no_text_however_wrong_makes_the_reader_panic() {
        let whole = r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32002,"message":"m","data":{"err":"x","logs":[]}}}"#;
        for end in 0..whole.len() {
            let fault = read(&reply(200, &whole[..end]), 7).expect_err("it is not whole");
            assert_eq!(fault, Fault::Unreadable { what: "not a JSON object" });
        }
    }
}
