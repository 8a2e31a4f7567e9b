//! A pool over a network that is made up, in time that is made up too.

mod attempts;
mod calls;
mod health;
mod net;
mod reload;
mod shown;
mod transactions;
