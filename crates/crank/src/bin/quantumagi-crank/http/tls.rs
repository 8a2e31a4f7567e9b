//! TLS of the pages: certificate, key, and who may vouch for clients, read again while running.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::config::Tls;
use crate::exit::{Exit, Mendable};
use crate::wallet;

/// What new connections are sealed with. Those that are open keep what they began with.
#[derive(Debug)]
pub(crate) struct Seal(RwLock<Loaded>);

/// What the files say.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    config: Arc<ServerConfig>,
    /// Last second at which the server's own certificate is valid, since 1970 by the host's clock.
    pub(crate) ends_at: i64,
}

impl Seal {
    /// Reads the files.
    ///
    /// # Errors
    /// [`Mendable`].
    pub(crate) fn new(tls: &Tls) -> Result<Self, Mendable> {
        Ok(Self(RwLock::new(load(tls)?)))
    }

    /// Takes what was read, for connections from now on.
    pub(crate) fn replace(&self, loaded: Loaded) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = loaded;
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).config)
    }

    /// When the certificate in use ends.
    pub(crate) fn ends_at(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).ends_at
    }
}

/// Reads the files and compares them with each other.
///
/// # Errors
/// [`Mendable`]: which file is wrong, and why. Nothing of the key is ever part of a message.
pub(crate) fn load(tls: &Tls) -> Result<Loaded, Mendable> {
    let wrong = |problem: String, hint: &str| Mendable::new(problem, hint).ending(Exit::Config);
    let chain = certificates("tls.certificate", &tls.certificate)?;
    let ends_at = chain.first().and_then(ends_at).ok_or_else(|| {
        let problem = format!("tls.certificate: {} holds no certificate that can be read", tls.certificate.display());
        wrong(problem, "name a file with the server's own certificate first, in PEM")
    })?;
    let key = private_key("tls.key", &tls.key)?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(format!("TLS is not possible: {error}"), "this is a mistake of the program: tell us"))?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            let not_usable = |error: String| {
                let problem = format!("tls.client_ca: {} vouches for nobody: {error}", path.display());
                wrong(problem, "name a file with certificates of certificate authorities in PEM")
            };
            for certificate in certificates("tls.client_ca", path)? {
                roots.add(certificate).map_err(|error| not_usable(error.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(|error| not_usable(error.to_string()))?)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| {
        let (certificate, key) = (tls.certificate.display(), tls.key.display());
        let problem = format!("tls: the certificate {certificate} and the key {key} cannot be used together: {error}");
        wrong(problem, "name the certificate that was made for this key, the server's own first in its file")
    })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Loaded { config: Arc::new(config), ends_at })
}

fn ends_at(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(certificate.validity().not_after.timestamp())
}

/// Certificates of a file, at least one.
///
/// # Errors
/// [`Mendable`].
pub(crate) fn certificates(place: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Mendable> {
    let hint = "a certificate in PEM begins with the line -----BEGIN CERTIFICATE-----";
    let refused = |why: String| {
        Mendable::new(format!("{place}: {} holds no certificate: {why}", path.display()), hint).ending(Exit::Config)
    };
    let bytes = read(place, path)?;
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|error| refused(error.to_string()))?;
    if found.is_empty() { Err(refused("there is none in it".to_owned())) } else { Ok(found) }
}

/// The key of a file that only its owner can read.
///
/// # Errors
/// [`Mendable`].
pub(crate) fn private_key(place: &str, path: &Path) -> Result<PrivateKeyDer<'static>, Mendable> {
    let bytes = key_bytes(place, path)?;
    // Dropped on purpose: what the reader objects to may quote the key.
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| {
        let hint = "a key in PEM begins with the line -----BEGIN PRIVATE KEY-----, and has no passphrase here";
        Mendable::new(format!("{place}: {} holds no key", path.display()), hint).ending(Exit::Config)
    })
}

/// The text of a key that only its owner can read.
///
/// # Errors
/// [`Mendable`].
pub(crate) fn key_bytes(place: &str, path: &Path) -> Result<Vec<u8>, Mendable> {
    let bytes = read(place, path)?;
    wallet::check_private(&format!("the key of {place},"), path).map_err(|refused| refused.ending(Exit::Config))?;
    Ok(bytes)
}

fn read(place: &str, path: &Path) -> Result<Vec<u8>, Mendable> {
    std::fs::read(path).map_err(|error| {
        let hint = "name a file that the crank's user may read; paths are taken from the configuration's folder";
        Mendable::new(format!("{place}: cannot read {}: {error}", path.display()), hint).ending(Exit::Config)
    })
}
