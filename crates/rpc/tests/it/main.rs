//! The client against a real local network, and against a scripted endpoint where the network
//! cannot be made to misbehave.

mod accounts;
mod cache;
mod deploy;
mod faults;
mod history;
mod landing;
mod pool;
mod reload;
mod signing;
mod subscribe;
mod support;
mod transfer;
mod votes;
