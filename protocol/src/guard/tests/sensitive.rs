//! Class B: words that look alike, and are not.

use super::*;

#[test]
fn words_of_health_are_not_those_of_every_day() {
    assert_found(
        Kind::Health,
        &[("une Dépression", "Dépression"), ("En ARRÊT MALADIE", "ARRÊT MALADIE")],
    );
    assert_found(
        Kind::Disability,
        &[("carte d’invalidité", "carte d’invalidité"), ("non-voyant", "non-voyant")],
    );
    assert_clean(&[
        "La pression de la date.",
        "L'Assurance maladie, le centre de santé, la carte Vitale.",
        "Traitement de texte, opérateur, opération bancaire.",
        "Écouter la messagerie Messenger.",
        "Accès sans marche, écran agrandi, préfère l'oral, ne lit pas facilement.",
    ]);
}

#[test]
fn words_of_violence_and_justice_are_not_those_of_every_day() {
    assert_found(Kind::Violence, &[("Son mari la frappe", "mari la frappe"), ("un viol", "viol")]);
    assert_found(
        Kind::Justice,
        &[("le juge des enfants", "le juge des"), ("en garde-à-vue", "garde-à-vue")],
    );
    assert_clean(&[
        "Un cahier violet.",
        "La frappe est lente, frapper à la porte.",
        "Un coup de main, un coup de fil.",
        "Victime d'une arnaque sur un site.",
        "Elle juge utile de venir, accueil sans jugement.",
        "Ce n'est pas la peine de rappeler.",
    ]);
}

#[test]
fn a_language_is_no_origin() {
    assert_found(
        Kind::Origin,
        &[
            ("d'origine algérienne", "algérienne"),
            ("originaire de Pau", "originaire"),
            ("Né au Maroc", "Né au Maroc"),
        ],
    );
    assert_clean(&[
        "Parle arabe, turc et un peu portugais.",
        "Langue : vietnamien.",
        "Un document en anglais ou traduit en roumain.",
        "L'écran d'origine, à l'origine du problème.",
        "Appeler vers le Maroc.",
    ]);
    assert_eq!(found("Parle français. Il est turc."), [("origin", "turc")]);
}

#[test]
fn words_of_religion_are_not_those_of_every_day() {
    assert_found(
        Kind::Religion,
        &[("est musulmane", "musulmane"), ("Porte le voile", "Porte le voile")],
    );
    assert_clean(&[
        "Prière de rappeler.",
        "Il croit, de bonne foi.",
        "Le Secours Catholique, l'Armée du Salut.",
    ]);
}

#[test]
fn an_amount_is_a_debt_with_a_word_for_it() {
    assert_found(
        Kind::Debt,
        &[
            ("doit 1 200 euros", "1 200 euros"),
            ("doit encore 300,50 €", "300,50 €"),
            ("340€ à rembourser", "340€"),
            ("une dette", "dette"),
        ],
    );
    assert_clean(&[
        "Un forfait à 2 euros.",
        "Doit payer 12 euros de timbre.",
        "Saisie du formulaire, 120 €.",
        "Il doit venir. 50 euros la tablette.",
    ]);
}

#[test]
fn an_address_has_a_number_and_a_way() {
    assert_found(
        Kind::PostalAddress,
        &[
            ("12 rue des lilas", "12 rue des lilas"),
            ("3 bis, av. de Verdun", "3 bis, av. de Verdun"),
            ("7ter cours Gambetta", "7ter cours Gambetta"),
            ("15 place de l’Église", "15 place de l’Église"),
            ("habite rue Pasteur", "habite rue Pasteur"),
            ("36300 Le Blanc", "36300 Le"),
        ],
    );
    assert_clean(&[
        "1 place de parking, 2 cours de français.",
        "3 bis",
        "Bus 12 rue Carnot.",
        "À 14 h rue Carnot.",
        "Cerfa 11423 Demande",
    ]);
}

#[test]
fn a_name_is_a_title_or_two_capitals() {
    assert_found(
        Kind::PersonalName,
        &[
            ("Mme Durand", "Mme Durand"),
            ("M. Le Gall vient", "M. Le Gall"),
            ("avec Koffi Mensah", "Koffi Mensah"),
            ("Amina N’Diaye est là", "Amina N’Diaye"),
            ("Jean-Pierre Martin", "Jean-Pierre Martin"),
            ("DUPONT Michel", "DUPONT Michel"),
            ("mme diop", "mme diop"),
        ],
    );
    assert_clean(&[
        "Mme D. viendra, Madame la directrice aussi.",
        "Mme souhaite venir, monsieur est prévenu.",
        "Salle M. Apporter ses papiers.",
        "Madame de France Travail, la dame du CCAS.",
        "France Travail, Maison France Services, Le Lavoir.",
        "Voir la CAF Mardi, ou la Mission Locale.",
        "Médiathèque Simone Veil, arrêt Jean Jaurès, Le Bon Coin.",
        "Amina viendra. Merci de la prévenir.",
        "Saint-Malo, Seine-Saint-Denis Habitat.",
        "DEMANDE URGENTE DE LOGEMENT",
        "LibreOffice Writer, WhatsApp Web.",
    ]);
}
