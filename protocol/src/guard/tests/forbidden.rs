//! Class A, kind by kind.

use super::*;

#[test]
fn social_security_numbers() {
    assert_found(
        Kind::SocialSecurityNumber,
        &[
            ("NIR 2 55 08 14 168 025 38.", "2 55 08 14 168 025 38"),
            ("le 255081416802538 oui", "255081416802538"),
            ("le 2550814168025 oui", "2550814168025"),
            ("2-55-08-14-168-025", "2-55-08-14-168-025"),
            ("1 85 05 2A 999 025 83", "1 85 05 2A 999 025 83"),
            ("262112b99911826", "262112b99911826"),
            ("2\u{200b}55 08\u{a0}14 168 025 38", "2\u{200b}55 08\u{a0}14 168 025 38"),
            ("２５５０８１４１６８０２５３８", "２５５０８１４１６８０２５３８"),
            ("255081416802539 mal recopié", "255081416802539"),
        ],
    );
    assert_clean(&[
        "Colis 9550814168025 à retirer.",
        "Colis 2551314168025 à retirer.",
        "Colis 2550800168025 à retirer.",
        "Colis 255081416802 à retirer.",
    ]);
}

#[test]
fn the_key_alone_proves_a_number_of_an_unusual_structure() {
    assert_found(Kind::SocialSecurityNumber, &[("999999999999983", "999999999999983")]);
    assert_clean(&["999999999999982"]);
}

#[test]
fn bank_accounts() {
    assert_found(
        Kind::Iban,
        &[
            ("FR14 2004 1010 0505 0001 3M02 606", "FR14 2004 1010 0505 0001 3M02 606"),
            ("ici FR1420041010050500013M02606.", "FR1420041010050500013M02606"),
            ("fr14-2004-1010-0505-0001-3m02-606", "fr14-2004-1010-0505-0001-3m02-606"),
            ("GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
            ("DE89 3704 0044 0532 0130 00 puis 3", "DE89 3704 0044 0532 0130 00"),
        ],
    );
    assert_clean(&[
        "FR15 2004 1010 0505 0001 3M02 606",
        "FR14 2004 1010 0505 0001 3M02 60",
        "Le 12 mars, de 14 h à 16 h, ou le 13.",
    ]);
}

#[test]
fn payment_cards() {
    assert_found(
        Kind::CardNumber,
        &[
            ("4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("la 5555555555554444.", "5555555555554444"),
            ("3782-822463-10005", "3782-822463-10005"),
            ("4222222222222", "4222222222222"),
        ],
    );
    assert_clean(&["4111 1111 1111 1112", "1111 1111 1111 1117", "4111 1111 111"]);
}

#[test]
fn telephones() {
    assert_found(
        Kind::Phone,
        &[
            ("au 06 39 98 01 02.", "06 39 98 01 02"),
            ("0639980102", "0639980102"),
            ("06.39.98.01.02", "06.39.98.01.02"),
            ("06-39-98-01-02 14 h", "06-39-98-01-02"),
            ("+33 6 39 98 01 02 14 h", "+33 6 39 98 01 02"),
            ("+33 (0)6 39 98 01 02", "+33 (0)6 39 98 01 02"),
            ("0033639980102", "0033639980102"),
            ("+1 202 555 0143", "+1 202 555 0143"),
            (
                "06\u{202f}39\u{202f}98\u{202f}01\u{202f}02",
                "06\u{202f}39\u{202f}98\u{202f}01\u{202f}02",
            ),
            ("06\u{200b}39980102", "06\u{200b}39980102"),
            ("Ligne fixe\n01 99 00 00 01", "01 99 00 00 01"),
        ],
    );
    assert_clean(&[
        "Le 3939 et le 115.",
        "Le 0 806 000 126 est gratuit.",
        "Le 08 06 00 01 26 est gratuit.",
        "Rendez-vous le 02/03/2026 10 h.",
        "Rendez-vous le 02 03 2026 10 h.",
        "063998010",
        "06399801022",
        "+33 bis",
    ]);
}

#[test]
fn emails() {
    assert_found(
        Kind::Email,
        &[
            ("à a.b-c+d@example.org.", "a.b-c+d@example.org"),
            ("(A@EXAMPLE.CO.UK)", "A@EXAMPLE.CO.UK"),
            ("x @ example.net svp", "x @ example.net"),
            ("jd arobase exemple point fr", "arobase exemple point fr"),
        ],
    );
    assert_clean(&["Atelier @ la médiathèque. Merci", "@", "a@", "@a.fr", "Voir www.exemple.fr"]);
}

#[test]
fn secrets() {
    assert_found(
        Kind::Secret,
        &[
            ("mdp 1234", "mdp 1234"),
            ("Mot de passe : Soleil24!", "Mot de passe : Soleil24"),
            ("mot\u{a0}de\u{a0}passe\u{a0}: jardin", "mot\u{a0}de\u{a0}passe\u{a0}: jardin"),
            ("Son mot de passe est Tulipe", "mot de passe est Tulipe"),
            ("mots de passe (banque) = a1b2", "mots de passe (banque) = a1b2"),
            ("code d’accès : BRENNE36", "code d’accès : BRENNE36"),
            ("4821 est son code secret", "4821"),
            ("le code 258036", "code 258036"),
        ],
    );
    assert_clean(&[
        "Elle a oublié son mot de passe.",
        "Mot de passe : oublié.",
        "Mot de passe : à changer avec elle",
        "Le mot de passe est compliqué.",
        "Changer le mot de passe le 12 mars à 14h30.",
        "mot de passe Windows 10 perdu",
        "mot de passe Office365 perdu",
        "Code PIN à 4 chiffres.",
        "mdp perdu, 3 essais",
        "mdp 10min pour le refaire",
        "mdp+identifiant perdus, mdp/code à refaire",
        "mot de passe MonCompte perdu",
        "Le code postal 36300.",
        "Mot de passe oublié. Vient avec 2024 feuilles.",
    ]);
}

#[test]
fn numbers_that_identify() {
    assert_found(
        Kind::IdentifierNumber,
        &[
            ("allocataire n° 1234567", "allocataire n° 1234567"),
            ("Allocataire 12 345", "Allocataire 12 345"),
            ("Pôle emploi : 7654321K", "Pôle emploi : 7654321K"),
            ("numéro fiscal 30 12 345 678 901", "numéro fiscal 30 12 345 678 901"),
            ("login mdurand75", "login mdurand75"),
            ("passeport 12AB34567", "passeport 12AB34567"),
        ],
    );
    assert_clean(&[
        "CAF depuis 2019, dossier du 14/01/2026.",
        "La CAF a versé 123 456 euros.",
        "Dossier de 12 pages pour le 03 04 2026.",
        "Son identifiant ne marche pas.",
        "Allocataire depuis 2019.",
        "Dossier CAF. 1234567 pages.",
    ]);
    assert_eq!(found("Dossier CAF, rappeler le 0639980102"), [("phone", "0639980102")]);
}

#[test]
fn what_is_never_sent_hides_what_is_milder() {
    let text = "1 rue FR14 2004 1010 0505 0001 3M02 606";
    assert_eq!(found(text), [("iban", "FR14 2004 1010 0505 0001 3M02 606")]);
}

#[test]
fn the_first_finding_is_the_first_of_the_text() {
    let text = "a.0639980102@example.org";
    assert_eq!(found(text), [("email", text), ("phone", "0639980102")]);
}
