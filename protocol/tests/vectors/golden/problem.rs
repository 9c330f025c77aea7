//! What a node tells a peer that it could not do.

use maillage_protocol::problem::{ProblemType, Retry};
use serde_json::{Value, json};

use crate::entry::{Entries, text};

pub(super) fn make(entries: &mut Entries) {
    for kind in ProblemType::ALL {
        let input = json!({ "code": kind.code() });
        entries.accept(kind.code(), "a code, and what to do about it", input, shown(*kind));
    }
    let input = json!({ "code": "no_such_code" });
    let why = "a code that we do not know is handled by its status";
    entries.refuse("unknown", why, input, "unknown_code");
}

fn shown(kind: ProblemType) -> Value {
    let retry = match kind.retry() {
        Retry::Now => "now",
        Retry::Backoff => "backoff",
        Retry::Fix => "fix",
        Retry::Never => "never",
    };
    json!({ "status": kind.status(), "retry": retry, "type": kind.urn() })
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    ProblemType::from_code(text(input, "code")).map(shown).ok_or("unknown_code")
}
