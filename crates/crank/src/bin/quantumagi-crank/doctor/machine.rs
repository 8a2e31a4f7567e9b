//! What lies on this machine.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Finding;
use crate::config::Config;
use crate::crew;
use crate::health::certificate_words;
use crate::http;
use crate::meters;
use crate::notify;

/// A journal of a year of work is far below it.
const LEAST_FREE: u64 = 200 << 20;

/// Whether others may read a file that may hold the key of an endpoint.
pub(super) fn config_file(path: &Path, config: &Config) -> Finding {
    let shown = path.display();
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    if mode & 0o007 != 0 {
        let words =
            format!("everybody on this machine can read {shown} (mode {mode:03o}), and an address may hold a key");
        return Finding::note("configuration", words, format!("chmod 640 '{shown}'"));
    }
    let (constitutions, endpoints) = (config.constitutions.len(), config.pool.endpoints.len());
    Finding::ok("configuration", format!("{shown}; constitutions: {constitutions}, endpoints: {endpoints}"))
}

/// Whether the pages are protected where other machines can ask for them; `None` where none can, without TLS.
pub(super) fn pages(config: &Config) -> Option<Finding> {
    let listen = config.listen;
    match &config.tls {
        Some(tls) => Some(match http::load(tls) {
            Ok(loaded) => {
                let clients = if tls.client_ca.is_some() { "clients with a certificate" } else { "every client" };
                match certificate_words(loaded.ends_at, meters::host_seconds()) {
                    None => Finding::ok("pages", format!("served over TLS at {listen}, to {clients}")),
                    Some(words) => Finding::note("pages", words, "name the new one in [tls], and reload"),
                }
            }
            Err(failure) => Finding::of("pages", &failure),
        }),
        None if listen.ip().is_loopback() => None,
        None => {
            let words =
                format!("other machines can reach {listen} without TLS, protected elsewhere as listen_protected says");
            Some(Finding::note("pages", words, "give [tls] with certificate and key, unless that is so"))
        }
    }
}

/// Room for the journal.
pub(super) fn disk(config: &Config) -> Finding {
    let folder = &config.state_dir;
    // A folder that is not there yet is made by the first run, on the disk of the one that it is in.
    let there = folder.ancestors().find_map(meters::disk_free);
    match there {
        Some(free) if free < LEAST_FREE => {
            let words = format!("{} MiB are free for {}", free >> 20, folder.display());
            Finding::wrong("disk", words, format!("make room: {} MiB are little enough", LEAST_FREE >> 20))
        }
        Some(free) => Finding::ok("disk", format!("{} MiB are free for {}", free >> 20, folder.display())),
        None => Finding::note("disk", format!("how much is free for {} is not known", folder.display()), "run `df`"),
    }
}

/// Whether the journal can be written. Makes nothing: it would belong to whoever asks.
pub(super) fn journal(config: &Config) -> Finding {
    let (folder, path) = (&config.state_dir, config.journal());
    if !path.exists() {
        let nearest = folder.ancestors().find(|place| place.exists()).unwrap_or(folder);
        let is_writable = nearest.is_dir() && rustix::fs::access(nearest, rustix::fs::Access::WRITE_OK).is_ok();
        if is_writable {
            return Finding::ok("journal", format!("the first run makes {}", path.display()));
        }
        let words =
            format!("{} cannot be made: {} is no folder that this user may write", path.display(), nearest.display());
        let mend = "run `doctor` as the crank's user, or set state_dir to a folder that it may write";
        return Finding::wrong("journal", words, mend);
    }
    match crew::open_journal(config).map(|journal| journal.letters()) {
        Err(failure) => Finding::of("journal", &failure),
        Ok(Err(error)) => {
            Finding::wrong("journal", error.to_string(), "move the file away: the chain has all that matters")
        }
        Ok(Ok(letters)) if letters.is_empty() => Finding::ok("journal", format!("{}", config.journal().display())),
        Ok(Ok(letters)) => {
            let words = format!("{} duties are due and refused", letters.len());
            Finding::note("journal", words, "look at them with `quantumagi-crank dlq list`")
        }
    }
}

/// What each webhook last said. Nothing is sent: `alerts test` does that.
pub(super) fn webhooks(config: &Config) -> Vec<Finding> {
    let journal = config.journal().exists().then(|| crew::open_journal(config).ok()).flatten();
    let each = config.alerting.webhooks.iter().map(|webhook| {
        let (name, what) = (webhook.name.as_str(), format!("webhook {}", webhook.name));
        let record = journal.as_ref().and_then(|journal| journal.sink(name).ok()).unwrap_or_default();
        let dropped = match record.dropped {
            0 => String::new(),
            dropped => format!("; given up so far: {dropped}"),
        };
        let mend =
            format!("`quantumagi-crank alerts test --webhook {name}` tries it; docs/webhooks.md says what is sent");
        match (&record.failure, record.success_at) {
            (Some(failure), _) => {
                let words = format!("when last told, {failure}; notifications that wait: {}{dropped}", record.waiting);
                Finding::note(what, words, mend)
            }
            (None, Some(at)) => {
                let ago = notify::now().saturating_sub(at).max(0) / 3_600;
                Finding::ok(what, format!("it was last told {ago} h ago{dropped}"))
            }
            (None, None) => {
                Finding::ok(what, format!("nothing was told yet; `quantumagi-crank alerts test` tries it{dropped}"))
            }
        }
    });
    each.collect()
}
