//! What may be written in the file, or named there and kept in the environment: addresses that may hold a key.

use super::problem::ConfigFault;
use super::section::Section;

/// A value as the file has it.
pub(super) enum Written<T> {
    Value(T),
    Absent,
    /// There is one, and what is wrong with it is noted.
    Noted,
}

impl<T> Written<T> {
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Noted => None,
        }
    }
}

/// Reads `key`, or the variable that `variable_key` names. Both are one too many.
pub(super) fn written<T, E: Into<ConfigFault>>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    variable_key: &'static str,
    variable: &impl Fn(&str) -> Option<String>,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Written<T> {
    let (text, line, key) = match (section.text(key), section.text(variable_key)) {
        (None, None) => return Written::Absent,
        (Some(_), Some(named)) => {
            section.note(Some(named.line), variable_key, ConfigFault::Both { one: key, other: variable_key });
            return Written::Noted;
        }
        (Some(text), None) => (text.value.to_owned(), text.line, key),
        (None, Some(named)) => match variable(named.value) {
            Some(text) => (text, named.line, variable_key),
            None => {
                let fault = ConfigFault::VariableNotSet { variable: named.value.to_owned() };
                section.note(Some(named.line), variable_key, fault);
                return Written::Noted;
            }
        },
    };
    match read(&text) {
        Ok(value) => Written::Value(value),
        Err(fault) => {
            section.note(Some(line), key, fault);
            Written::Noted
        }
    }
}
