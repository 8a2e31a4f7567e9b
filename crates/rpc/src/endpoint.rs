//! The part of an endpoint's address that may be shown.

/// Host and port of `url`. Path, query and user information are dropped: they carry access keys.
pub(crate) fn shown_host(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.to_owned()
}

#[cfg(test)]
mod tests {
    use super::shown_host;

    #[test]
    fn shown_host_drops_everything_that_may_be_a_key() {
        for (url, host) in [
            ("http://127.0.0.1:8899", "127.0.0.1:8899"),
            ("https://rpc.example.org/secret-key/", "rpc.example.org"),
            ("https://rpc.example.org?api-key=secret", "rpc.example.org"),
            ("https://user:p@ss@rpc.example.org:443/x@y", "rpc.example.org:443"),
            ("rpc.example.org/secret", "rpc.example.org"),
            ("", ""),
        ] {
            assert_eq!(shown_host(url), host, "{url}");
        }
    }
}
