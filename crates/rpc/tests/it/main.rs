//! The client against a real local network, and against a scripted endpoint where the network
//! cannot be made to misbehave.

mod accounts;
mod cache;
mod deploy;
mod elsewhere;
mod faults;
mod forked;
mod history;
mod landing;
mod pool;
mod reload;
mod sharing;
mod signing;
mod subscribe;
mod support;
mod tls;
mod transfer;
mod votes;
