//! Where it stands, with whom, what they know, until when, whom to call: five sentences that can be
//! listened to. French binds; another language stands beside it.

use super::RequestView;
use crate::text::{Text, Tongue, say_in};

/// One of the five.
pub(super) struct Sentence {
    /// What draws it.
    pub(super) pictogram: &'static str,
    /// The words that bind.
    pub(super) french: String,
    /// The same in the language that was chosen, if that is another one.
    pub(super) explained: Option<String>,
}

/// What stands inside a sentence, by its name.
type About<'a> = [(&'static str, &'a str); 2];

/// Says the five sentences. What is not known, or no longer holds, is left out.
pub(super) fn five(view: &RequestView, tongue: Tongue) -> Vec<Sentence> {
    let place = view.address.as_deref().unwrap_or_default();
    let until = view.until.as_ref().map(|until| in_figures(&until.machine));
    let call = view.sender_telephone.as_ref().map(|telephone| telephone.words.as_str());
    let known = match (&view.erased, &view.reached) {
        (Some(_), _) => Text("personne-phrase-efface"),
        (None, Some(held)) if held.reaches => Text("personne-phrase-joindre"),
        (None, Some(_)) => Text("personne-phrase-prenom"),
        (None, None) if view.standing == Text("personne-statut-ecrite") => {
            Text("personne-phrase-saura")
        }
        (None, None) => Text("personne-phrase-sans-nom"),
    };
    let held = match &view.reached {
        Some(held) if held.reaches => "telephone",
        _ => "hidden",
    };
    let structure = ("structure", view.structure.as_str());
    let nothing = ("lieu", "");
    let told: [(_, _, Option<About<'_>>); 5] = [
        ("clock", view.standing, Some([structure, nothing])),
        (
            "place",
            Text("personne-phrase-qui"),
            Some([structure, ("lieu", place)]).filter(|_| view.goes_on),
        ),
        (held, known, Some([structure, nothing])),
        (
            "lock",
            Text("personne-phrase-jusque"),
            until.as_deref().filter(|_| view.erased.is_none()).map(|day| [("quand", day), nothing]),
        ),
        (
            "telephone",
            Text("personne-phrase-appeler"),
            call.map(|number| [("structure", view.sender.as_str()), ("telephone", number)]),
        ),
    ];
    let said = |(pictogram, Text(key), about): (_, _, Option<About<'_>>)| {
        let about = about?;
        let say = |tongue| say_in(tongue, key, about.map(|(name, words)| (name, words.into())));
        let explained = (tongue != Tongue::French).then(|| say(tongue));
        Some(Sentence { pictogram, french: say(Tongue::French), explained })
    };
    told.into_iter().filter_map(said).collect()
}

/// Writes a date that is read alike in the three languages: « 23/05/2027 ».
fn in_figures(machine: &str) -> String {
    let day = machine.split('T').next().unwrap_or(machine);
    day.split('-').rev().collect::<Vec<_>>().join("/")
}
