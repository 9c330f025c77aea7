//! Pages, as a browser sees them: two nodes, two people, no network in between.

mod browser;
#[macro_use]
mod journeys;
mod oversight;
mod pathways;
mod person;
mod rules;
mod team;

use std::sync::Arc;

use maillage_protocol::private::Private;

use crate::app::tests::Pair;
use crate::app::{AccountPerson, App};
use crate::facts::Capability;

/// The password of everybody here.
const PASSWORD: &str = "le lavoir de brenne";

/// Two linked nodes, and somebody at each desk.
struct Territory {
    nodes: Pair,
}

impl Territory {
    fn begin() -> Self {
        let nodes = Pair::linked();
        hire(&nodes.a, "nadia", &[Capability::Work]);
        hire(&nodes.a, "admin", &[Capability::Administer]);
        hire(&nodes.a, "dpo", &[Capability::Audit]);
        hire(&nodes.a, "sonia", &[Capability::Coordinate]);
        hire(&nodes.b, "karim", &[Capability::Work]);
        Self { nodes }
    }
}

fn hire(app: &Arc<App>, name: &str, capabilities: &[Capability]) {
    let person = AccountPerson::new(name, &format!("Mme {name}"));
    let password = Private::from(PASSWORD.to_owned());
    app.add_account(&person, capabilities.to_vec(), &password).unwrap().unwrap();
}
