//! The crank against the built program on a local network, over JSON-RPC.

mod anchoring;
mod carried_out;
mod idle;
mod killed;
mod lagging;
mod operating;
mod payments;
mod racing;
mod support;
mod workflows;
