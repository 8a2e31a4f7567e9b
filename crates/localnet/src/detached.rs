//! A network that was left running.

use std::fmt;
use std::path::PathBuf;

/// A network that lives on without its starter.
///
/// `kill PID` ends it. `kill -USR2 PID` moves its clock a day ahead, for somebody who tries things by
/// hand and does not want to wait for a vote to close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// Address of the JSON-RPC endpoint.
    pub rpc_url: String,
    /// Address of the websocket endpoint.
    pub ws_url: String,
    /// Id of the process; `kill` with it ends the network.
    pub pid: u32,
    /// File with everything the process prints.
    pub log: PathBuf,
}

impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "local network  {}", self.rpc_url)?;
        writeln!(f, "websocket      {}", self.ws_url)?;
        writeln!(f, "output         {}", self.log.display())?;
        writeln!(f, "a day passes   kill -USR2 {}", self.pid)?;
        write!(f, "it stops       kill {}", self.pid)
    }
}
