//! What she may take back while help goes on: an item, news of it, being counted. The same list at a
//! desk and on her own page.

use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::disclosure::Category;

use super::form::{Choice, Mistakes, Typed};
use crate::app::Narrowable;
use crate::text::{Coded, Text, say_with};

/// The field that names what is taken back.
const FIELD: &str = "retire";

/// Returns what may be taken back, and what that is called. `sender` is who asked for help.
fn offered(narrowable: &Narrowable, sender: &str) -> Vec<(WithdrawalScope, String)> {
    let item = |item: &Category| (WithdrawalScope::Item { item: *item }, name(*item));
    let mut offered: Vec<_> = narrowable.items.iter().map(item).collect();
    if narrowable.feedback {
        let words = say_with("retirer-retour", [("nom", sender.into())]);
        offered.push((WithdrawalScope::Feedback, words));
    }
    if narrowable.count {
        offered.push((WithdrawalScope::Statistics, Text("retirer-chiffres").to_string()));
    }
    offered
}

/// Returns the list to choose from.
pub(super) fn choices(narrowable: &Narrowable, sender: &str, typed: &Typed) -> Vec<Choice> {
    let choice = |(scope, label): (WithdrawalScope, String)| {
        let value = code(scope);
        Choice { checked: typed.holds(FIELD, value), value: value.to_owned(), label }
    };
    offered(narrowable, sender).into_iter().map(choice).collect()
}

/// Reads what was chosen, or says that nothing was.
pub(super) fn read(narrowable: &Narrowable, typed: &Typed) -> Result<WithdrawalScope, Mistakes> {
    let mut offered = offered(narrowable, "").into_iter().map(|(scope, _)| scope);
    offered.find(|scope| typed.holds(FIELD, code(*scope))).ok_or_else(|| {
        let mut mistakes = Mistakes::default();
        mistakes.add(FIELD, Text("retirer-absent"));
        mistakes
    })
}

/// Says which items were taken back, in this sentence.
pub(super) fn taken_back(narrowable: &Narrowable, Text(sentence): Text) -> Option<String> {
    let names: Vec<_> = narrowable.taken_back.iter().copied().map(name).collect();
    let words = || say_with(sentence, [("liste", names.join(", ").into())]);
    (!names.is_empty()).then(words)
}

fn code(scope: WithdrawalScope) -> &'static str {
    match scope {
        WithdrawalScope::Item { item } => item.code(),
        WithdrawalScope::Feedback => "retour",
        WithdrawalScope::Statistics => "chiffres",
        WithdrawalScope::Referral | WithdrawalScope::Pathway => "",
    }
}

fn name(item: Category) -> String {
    let text = match item {
        Category::FirstName => Text("retirer-prenom"),
        Category::Phone => Text("retirer-telephone"),
        Category::Email => Text("retirer-mel"),
        Category::Post => Text("retirer-adresse"),
        Category::Brings => Text("retirer-apporte"),
        Category::PracticalNote => Text("retirer-note"),
        item => return item.label(),
    };
    text.to_string()
}
