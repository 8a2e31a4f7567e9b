//! Where a crank is looked for that nobody named.

use std::fs;

use super::default_url;

#[test]
fn the_configuration_says_where_even_where_the_rest_of_it_is_wrong() {
    let path = std::env::temp_dir().join(format!("quantumagi-top-{}.toml", std::process::id()));
    let url = |text: &str| {
        fs::write(&path, text).expect("the folder for such files takes one");
        default_url(&path)
    };
    assert_eq!(url("listen = \"127.0.0.1:9000\"\nnonsense = 7\n"), "http://127.0.0.1:9000");
    assert_eq!(url("listen = \"0.0.0.0:9000\"\n[tls]\ncertificate = \"c\"\n"), "https://127.0.0.1:9000");
    assert_eq!(url("listen = \"[::]:9000\"\n"), "http://[::1]:9000");
    assert_eq!(url("listen = 7\n"), "http://127.0.0.1:9464");
    assert_eq!(url("listen = \n"), "http://127.0.0.1:9464");
    fs::remove_file(&path).expect("it is there");
    assert_eq!(default_url(&path), "http://127.0.0.1:9464");
}
