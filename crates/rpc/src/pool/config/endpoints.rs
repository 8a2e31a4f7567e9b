//! The list of endpoints, from the file and from the environment.

use reqwest::header::{HeaderName, HeaderValue};

use super::PoolConfig;
use super::problem::ConfigFault;
use super::section::{Report, Section, nearest};
use super::written::{Written, written};
use crate::pool::endpoint::{Endpoint, EndpointUrl, Label, Role};
use crate::pool::fallback::Fallback;
use crate::pool::member::MAX_ENDPOINTS;

const ROLES: &[&str] = &["read", "send", "websocket"];

pub(super) fn read(
    root: &mut Section<'_, '_>,
    report: &Report,
    variable: &impl Fn(&str) -> Option<String>,
) -> Vec<Endpoint> {
    let mut added = from_environment(report, variable);
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for mut section in root.tables("endpoint") {
        if let Some(endpoint) = endpoint(&mut section, variable, &mut added) {
            if endpoints.iter().any(|other| other.name == endpoint.name) {
                let fault = ConfigFault::DuplicateName { name: endpoint.name.clone() };
                section.note(None, "name", fault);
            }
            endpoints.push(endpoint);
        }
        section.finish();
    }
    endpoints.extend(added.into_iter().map(|(name, url)| Endpoint::new(name, url)));
    if endpoints.len() > MAX_ENDPOINTS {
        let (least, most) = ("1".to_owned(), MAX_ENDPOINTS.to_string());
        report.note(None, "endpoint", ConfigFault::OutOfRange { given: endpoints.len().to_string(), least, most });
    }
    for role in [Role::Read, Role::Send] {
        if !endpoints.iter().any(|endpoint| endpoint.roles.contains(&role)) {
            report.note(None, "endpoint", ConfigFault::NoEndpoint { role });
        }
    }
    endpoints
}

/// What the variable says, so far as it can be read.
fn from_environment(report: &Report, variable: &impl Fn(&str) -> Option<String>) -> Vec<(Label, EndpointUrl)> {
    let mut added: Vec<(Label, EndpointUrl)> = Vec::new();
    let note = |fault: ConfigFault| report.note(None, PoolConfig::ENDPOINTS_VARIABLE, fault);
    for entry in variable(PoolConfig::ENDPOINTS_VARIABLE).unwrap_or_default().split_whitespace() {
        let Some((name, url)) = entry.split_once('=') else {
            note(ConfigFault::NotNameAndUrl);
            continue;
        };
        match (name.parse::<Label>(), EndpointUrl::http(url)) {
            (Ok(name), Ok(_)) if added.iter().any(|(other, _)| *other == name) => {
                note(ConfigFault::DuplicateName { name });
            }
            (Ok(name), Ok(url)) => added.push((name, url)),
            (name, url) => {
                name.err().into_iter().for_each(|fault| note(fault.into()));
                url.err().into_iter().for_each(|fault| note(fault.into()));
            }
        }
    }
    added
}

/// `None` where it has no usable name; everything else is noted and left out.
fn endpoint(
    section: &mut Section<'_, '_>,
    variable: &impl Fn(&str) -> Option<String>,
    added: &mut Vec<(Label, EndpointUrl)>,
) -> Option<Endpoint> {
    let name = match section.text("name") {
        Some(text) => text.value.parse::<Label>().map_err(|fault| section.note(Some(text.line), "name", fault)).ok(),
        None => {
            section.note(None, "name", ConfigFault::Missing);
            None
        }
    };
    let roles = roles(section);
    let own = written(section, "url", "url_from_env", variable, EndpointUrl::http);
    let websocket = written(section, "websocket_url", "websocket_url_from_env", variable, EndpointUrl::websocket);
    let tags = tags(section);
    let headers = headers(section, variable);
    let place = added.iter().position(|(other, _)| name.as_ref() == Some(other));
    let overridden = place.map(|index| added.swap_remove(index).1);

    let calls = roles.iter().find(|role| **role != Role::Websocket);
    let has_url = overridden.is_some() || !matches!(own, Written::Absent);
    match calls {
        Some(role) if !has_url => {
            section.note(None, "roles", ConfigFault::RoleWithoutUrl { role: *role, key: "url" });
        }
        None if has_url => section.note(None, "url", ConfigFault::UrlWithoutRole { key: "url" }),
        _ => {}
    }
    match (roles.contains(&Role::Websocket), &websocket) {
        (true, Written::Absent) => {
            let fault = ConfigFault::RoleWithoutUrl { role: Role::Websocket, key: "websocket_url" };
            section.note(None, "roles", fault);
        }
        (false, Written::Value(_) | Written::Noted) => {
            section.note(None, "websocket_url", ConfigFault::UrlWithoutRole { key: "websocket_url" });
        }
        (true, Written::Value(_) | Written::Noted) | (false, Written::Absent) => {}
    }
    let url = overridden.or(own.value());
    Some(Endpoint { name: name?, url, websocket_url: websocket.value(), roles, tags, headers })
}

fn roles(section: &mut Section<'_, '_>) -> Vec<Role> {
    let Some(words) = section.texts("roles") else { return vec![Role::Read, Role::Send] };
    let mut roles = Vec::new();
    for word in &words.value {
        match Role::ALL.into_iter().find(|role| role.as_str() == word.value) {
            Some(role) if !roles.contains(&role) => roles.push(role),
            Some(_) => {}
            None => {
                let fault = ConfigFault::UnknownWord {
                    given: word.value.to_owned(),
                    allowed: ROLES,
                    nearest: nearest(word.value, ROLES),
                };
                section.note(Some(word.line), "roles", fault);
            }
        }
    }
    if words.value.is_empty() {
        section.note(Some(words.line), "roles", ConfigFault::Missing);
    }
    roles
}

fn tags(section: &mut Section<'_, '_>) -> Vec<Label> {
    let mut tags = Vec::new();
    for word in section.texts("tags").map(|words| words.value).unwrap_or_default() {
        match word.value.parse::<Label>() {
            Ok(tag) => tags.push(tag),
            Err(fault) => section.note(Some(word.line), "tags", fault),
        }
    }
    tags
}

/// `[fallback]`: a chain of tags for each role.
pub(super) fn fallback(root: &mut Section<'_, '_>, endpoints: &[Endpoint]) -> Fallback {
    let mut table = root.table("fallback");
    let mut chain = |role: Role| {
        let words = table.texts(role.as_str()).map(|words| words.value).unwrap_or_default();
        let mut tags: Vec<Label> = Vec::new();
        for word in &words {
            match word.value.parse::<Label>() {
                Ok(tag) => {
                    if !endpoints.iter().any(|endpoint| endpoint.roles.contains(&role) && endpoint.tags.contains(&tag))
                    {
                        table.note(Some(word.line), role.as_str(), ConfigFault::TagOfNone { role, tag: tag.clone() });
                    }
                    tags.push(tag);
                }
                Err(fault) => table.note(Some(word.line), role.as_str(), fault),
            }
        }
        let is_in = |endpoint: &Endpoint| endpoint.tags.iter().any(|tag| tags.contains(tag));
        for endpoint in endpoints.iter().filter(|endpoint| endpoint.roles.contains(&role)) {
            if let Some(word) = words.first()
                && !is_in(endpoint)
            {
                let fault = ConfigFault::LeftOut { role, name: endpoint.name.clone() };
                table.note(Some(word.line), role.as_str(), fault);
            }
        }
        tags
    };
    let fallback = Fallback { read: chain(Role::Read), send: chain(Role::Send), websocket: chain(Role::Websocket) };
    table.finish();
    fallback
}

fn headers(
    section: &mut Section<'_, '_>,
    variable: &impl Fn(&str) -> Option<String>,
) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    let table = section.table("headers_from_env");
    for (name, named) in table.entries() {
        let line = Some(named.line);
        let Ok(header) = name.parse::<HeaderName>() else {
            table.note(line, name, ConfigFault::BadHeader { part: "name" });
            continue;
        };
        let Some(value) = variable(named.value) else {
            table.note(line, name, ConfigFault::VariableNotSet { variable: named.value.to_owned() });
            continue;
        };
        let Ok(mut value) = value.parse::<HeaderValue>() else {
            table.note(line, name, ConfigFault::BadHeader { part: "value" });
            continue;
        };
        value.set_sensitive(true);
        headers.push((header, value));
    }
    headers
}
