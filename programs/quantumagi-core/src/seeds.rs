//! Seeds of every address this program derives.

/// Of a constitution: then its create key.
pub const CONSTITUTION: &[u8] = b"constitution";
/// Of a vault: then its constitution.
pub const VAULT: &[u8] = b"vault";
/// Of a principle: then its constitution and id (u32, little endian).
pub const PRINCIPLE: &[u8] = b"principle";
/// Of a roster: then its constitution and version (u32, little endian).
pub const ROSTER: &[u8] = b"roster";
/// Of a roster page: then its roster and page (u32, little endian).
pub const ROSTER_PAGE: &[u8] = b"roster_page";
/// Of a proposal: then its constitution and id (u64, little endian).
pub const PROPOSAL: &[u8] = b"proposal";
/// Of a ballot page: then its proposal and page (u32, little endian).
pub const BALLOTS: &[u8] = b"ballots";
/// Of a payload: then its author and the hash of its bytes.
pub const PAYLOAD: &[u8] = b"payload";
/// Of the guardrails: then their constitution.
pub const GUARDRAILS: &[u8] = b"guardrails";
/// Of an authorization: then its policy, the authority and the use key.
pub const AUTHORIZATION: &[u8] = b"authorization";
/// Of a policy: then its constitution and id (u64, little endian).
pub const POLICY: &[u8] = b"policy";
/// Of a deposit pool: then its constitution and version (u32, little endian).
pub const POOL: &[u8] = b"pool";
/// Of the token account that holds a pool's tokens: then the pool.
pub const POOL_VAULT: &[u8] = b"pool_vault";
/// Of a deposit: then its pool and owner.
pub const DEPOSIT: &[u8] = b"deposit";
/// Of the guardians: then their constitution.
pub const GUARDIANS: &[u8] = b"guardians";
/// Of an emergency act: then its constitution and id (u32, little endian).
pub const EMERGENCY: &[u8] = b"emergency";
/// Of a proposer's count: then its constitution and owner.
pub const PROPOSER: &[u8] = b"proposer";
/// Of snapshot operators: then their constitution and version (u32, little endian).
pub const OPERATORS: &[u8] = b"operators";
/// Of a published snapshot: then its proposal and publisher.
pub const SNAPSHOT: &[u8] = b"snapshot";
/// Of a weight plugin: then its constitution and version (u32, little endian).
pub const PLUGIN: &[u8] = b"plugin";
/// Of a seat: then its plugin and voter.
pub const SEAT: &[u8] = b"seat";
