//! All constitutions of the cluster.

use serde::Serialize;

use crate::context::Context;
use crate::printer::Report;
use crate::table::table;

/// Reads and prints them.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    let mut constitutions = Vec::new();
    for (address, read) in context.client.constitutions().await? {
        let account = read.value;
        let document = context.library.document(&account.text_hash).await;
        constitutions.push(Row {
            constitution: address.to_string(),
            title: document.map(|document| document.title),
            version: account.version,
            is_sealed: account.is_sealed(),
            proposals: account.next_proposal_id,
        });
    }
    context.printer.report(&Listed { constitutions })
}

#[derive(Serialize)]
struct Listed {
    constitutions: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    constitution: String,
    title: Option<String>,
    version: u32,
    is_sealed: bool,
    proposals: u64,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.constitutions.is_empty() {
            return "no constitutions on this cluster".to_owned();
        }
        let rows = self.constitutions.iter().map(|row| {
            let state = if row.is_sealed { "sealed" } else { "not sealed" };
            let title = row.title.clone().unwrap_or_default();
            [row.constitution.clone(), title, row.version.to_string(), state.to_owned(), row.proposals.to_string()]
        });
        table(["constitution", "title", "version", "state", "proposals"], rows)
    }
}
