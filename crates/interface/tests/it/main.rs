//! The interface against fixed bytes and against bytes from anywhere.

mod accounts;
mod events;
mod golden;
mod views;
