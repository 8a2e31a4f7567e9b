//! What is news: values by slot, from notifications and calls, in whatever order they arrive.

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// A call: may have read a slot before it was whole.
    Call,
    /// A notification: later ones of a slot come later.
    Notification,
}

/// What a value is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It is told.
    News,
    /// It says nothing new.
    Known,
    /// It is said to be older than what is known, and is something else. Some nodes tell what happens now with the
    /// slot at which they were subscribed at, so this is a reason to look.
    Old,
}

/// The newest value so far.
#[derive(Clone, Debug)]
pub(super) struct Newest<T> {
    known: Option<(u64, Origin, T)>,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self { known: None }
    }
}

impl<T: PartialEq> Newest<T> {
    /// Takes a value. One of an older slot is never news, nor is one that says nothing new. Within a
    /// slot a notification is believed before a call.
    pub(super) fn take(&mut self, slot: u64, origin: Origin, value: T) -> Worth {
        match &mut self.known {
            Some((known, told, same)) if slot < *known || (slot == *known && origin < *told) => {
                if *same == value {
                    Worth::Known
                } else {
                    Worth::Old
                }
            }
            Some((known, told, same)) if *same == value => {
                (*known, *told) = (slot, origin);
                Worth::Known
            }
            known => {
                *known = Some((slot, origin, value));
                Worth::News
            }
        }
    }

    /// The slot of the newest value.
    pub(super) fn slot(&self) -> Option<u64> {
        self.known.as_ref().map(|(slot, ..)| *slot)
    }

    /// The newest value.
    pub(super) fn value(&self) -> Option<&T> {
        self.known.as_ref().map(|(_, _, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Origin::{Call, Notification};
    use super::*;

    #[test]
    fn older_slots_and_old_news_are_left_out() {
        let mut newest = Newest::default();
        for (slot, origin, value, worth) in [
            (5, Call, 'a', Worth::News),
            (4, Notification, 'b', Worth::Old),
            (4, Notification, 'a', Worth::Known),
            (6, Notification, 'a', Worth::Known),
            (5, Notification, 'c', Worth::Old),
            (6, Call, 'd', Worth::Old),
            (6, Notification, 'd', Worth::News),
            (7, Call, 'e', Worth::News),
            (7, Notification, 'f', Worth::News),
        ] {
            assert_eq!(newest.take(slot, origin, value), worth, "{slot} {origin:?} {value}");
        }
    }

    proptest! {
        /// Law: slots that are given never fall, and the last value given is one of the highest slot.
        #[test]
        fn what_is_given_never_goes_back(
            values in prop::collection::vec((0u64..20, prop::bool::ANY, 0u8..4), 1..60),
        ) {
            let (mut newest, mut given) = (Newest::default(), Vec::new());
            for (slot, is_call, value) in &values {
                let origin = if *is_call { Call } else { Notification };
                if newest.take(*slot, origin, *value) == Worth::News {
                    given.push((*slot, *value));
                }
            }
            prop_assert!(given.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 != pair[1].1));
            let highest = values.iter().map(|(slot, ..)| *slot).max().expect("not empty");
            let last = newest.value().expect("something was taken");
            prop_assert!(values.iter().any(|(slot, _, value)| *slot == highest && value == last));
        }
    }
}
