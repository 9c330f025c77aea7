//! The words of the guard, in French: made to be read and amended by people of the trade.
//!
//! Words are written without accents nor capitals, in alphabetical order; an apostrophe or a
//! hyphen is a space. `depress*` is every word that begins so. A list changes with [`VERSION`].

use crate::guard::Kind;

/// Of the lists and of the rules that use them. It grows with any change of what is found.
pub const VERSION: u32 = 1;

/// Sensitive words, by kind.
pub(super) const TOPICS: [(Kind, &[&str]); 7] = [
    (Kind::Health, HEALTH),
    (Kind::Disability, DISABILITY),
    (Kind::Violence, VIOLENCE),
    (Kind::Justice, JUSTICE),
    (Kind::Origin, ORIGIN),
    (Kind::Religion, RELIGION),
    (Kind::Debt, DEBT),
];

/// Illnesses, treatments, those who treat.
pub(super) const HEALTH: &[&str] = &[
    "a l hopital", "accident du travail", "accident vasculaire", "addict*",
    "affection longue duree", "agoraphob*", "alcool", "alcooli*", "ald", "alzheimer", "amnesi*",
    "analphabet*", "anemi*", "angoiss*", "anorexi*", "antidepresseur*", "anxiete", "anxieuse",
    "anxieux", "anxiolytique*", "arret de travail", "arret maladie", "arthrose", "asthm*",
    "autisme infantile", "avc", "avorte*", "bipolair*", "blessure*", "boit beaucoup",
    "boit trop", "boulimi*", "bras casse", "burn out", "burnout", "cancer*", "cannabis",
    "cardiaque*", "casse la jambe", "casse le bras", "casse le pied", "cataracte*", "chimio",
    "chimiotherapi*", "chirurg*", "cholesterol", "cirrhose", "cmp", "coma",
    "consommation d alcool", "convalescen*", "crise* d angoisse", "crise* de panique", "csapa",
    "cure de desintoxication", "de l hopital", "demence", "dementiel*", "depress*",
    "desintoxication", "diabet*", "dialys*", "douleur*", "drogue", "droguee", "drogues",
    "dyslexi*", "dysphasi*", "dyspraxi*", "eczema", "en cure", "enceinte", "endometriose",
    "ennuis de sante", "epilep*", "etat de sante", "fausse couche", "fibromyalgi*",
    "fin de vie", "fracture*", "fragilite psychologique", "glaucome*", "greffe*", "grossesse",
    "hallucination*", "hemiplegi*", "hemorragi*", "hepatite*", "heroine", "hiv",
    "hopital de jour", "hopital psychiatrique", "hospi", "hospitalis*", "hypertension",
    "illettr*", "infarctus", "infection*", "infirmier*", "insomni*", "insuffisance cardiaque",
    "insuffisance renale", "insuline", "ivg", "jambe cassee", "kinesitherap*", "leucemi*",
    "lombalgi*", "longue maladie", "lumbago", "mal de dos", "malade*", "maladie*", "maladif*",
    "mauvaise sante", "maux de dos", "medecin du travail", "medecin traitant", "medicament*",
    "methadone", "migraine*", "morphine", "obes*", "oncolog*", "operation chirurgicale",
    "opere de", "opere du", "operee de", "operee du", "ordonnance medicale", "orthophoni*",
    "overdose", "paranoia*", "parkinson*", "pathologi*", "perte* de memoire",
    "pertes de memoire", "phobie*", "phobique*", "platre", "platree", "pneumonie",
    "post traumatique*", "pour raison medicale", "probleme* de dos", "probleme* de sante",
    "prothese*", "psychiatr*", "psychique*", "psychologue*", "psychose", "psychotherap*",
    "psychotique*", "psychotrope*", "radiotherapi*", "raison* de sante", "raisons medicales",
    "rechute", "rhumatism*", "sa sante", "sante fragile", "sante mentale", "scarifi*",
    "schizo*", "sclerose*", "scoliose", "se scarifi*", "seropositi*", "sevrage", "sevre",
    "sevree", "sida", "soins palliatifs", "somnifere*", "souci de sante", "soucis de sante",
    "sous traitement medical", "stupefiant*", "subutex", "suicid*", "suivi medical",
    "suivi psy", "tentative de suicide", "toxico*", "traitement lourd", "traitement medical",
    "trouble* anxieu*", "trouble* bipolaire*", "trouble* cognitif*", "trouble* du comportement",
    "trouble* du sommeil", "troubles de la memoire", "troubles psychi*", "tuberculose",
    "tumeur*", "ulcere*", "vih",
];

/// Handicaps, and the rights that go with them.
pub(super) const DISABILITY: &[&str] = &[
    "aah", "aeeh", "amput*", "aphasi*", "asperger", "autis*", "aveugle*", "canne blanche",
    "carte d invalidite", "carte mobilite inclusion", "cecite", "chien guide",
    "curatelle renforcee", "deficien*", "en fauteuil", "esat", "est muet", "est muette",
    "fauteuil roulant", "gir", "handi", "handicap*", "incapacite permanente", "infirme",
    "infirmes", "infirmite", "invalid*", "mal entendant*", "mal voyant*", "malentend*",
    "malvoyan*", "mdph", "mobilite reduite", "non voyant*", "paralys*", "paraplegi*", "pch",
    "perte d autonomie", "polyhandicap*", "quadriplegi*", "rqth", "sessad", "sourd", "sourde",
    "sourdes", "sourds", "sous curatelle", "sous tutelle", "surdite", "tdah", "tetraplegi*",
    "tierce personne", "travailleur handicape", "trisomi*", "tutelle renforcee", "ulis",
    "unijambiste",
];

/// Violence that she suffered, and what protects from it.
pub(super) const VIOLENCE: &[&str] = &[
    "a frappe", "a fui son", "a peur de son mari", "abus sexuel*", "abuse sexuellement",
    "abusee sexuellement", "agress*", "attouchement*", "bat sa", "battue", "battues",
    "compagnon la frappe", "conjoint la frappe", "conjoint violent", "coups de couteau",
    "coups et blessures", "des coups de", "elle le frappe", "emprise de", "enfance en danger",
    "enfant battu", "esclavage*", "est frappe*", "etrangl*", "ex la frappe", "excis*",
    "femicide", "femme en danger", "fils la frappe", "frappe par", "frappee", "frappees",
    "gifle", "giflee", "gifles", "harcel*", "humili*", "il la frappe", "il la tape", "inceste*",
    "incestueu*", "information preoccupante", "l a frappe*", "la bat", "maltrait*",
    "mari la frappe", "mari la tape", "mariage force", "marie* de force", "menace de la",
    "menace de le", "menace* de mort", "menaces physiques", "mutilation*",
    "ordonnance de protection", "pedophil*", "pere la frappe", "peur de son conjoint",
    "peur de son ex", "poignard*", "porte des coups", "prostitu*", "proxenet*", "qui la frappe",
    "qui la tape", "qui le frappe", "rackett*", "recu des coups", "roue* de coups", "sequestr*",
    "sous emprise", "sous l emprise", "strangul*", "tabass*", "telephone grave danger",
    "tortur*", "traite des etres", "victime*", "viol", "violee", "violees", "violence*",
    "violent", "violente*", "violents", "violer", "violeur*", "viols",
];

/// Criminal and family justice.
pub(super) const JUSTICE: &[&str] = &[
    "a un casier", "aemo", "affaires familiales", "au penal", "bracelet electronique",
    "cambriol*", "carcer*", "casier judiciaire", "casier vierge", "cellule de prison",
    "centre de detention", "comparution*", "condamn*", "controle judiciaire",
    "convoque* au tribunal", "correctionnel*", "cour d appel", "cour d assises", "crime",
    "crimes", "criminel*", "delinquan*", "delit", "delits", "depose* plainte",
    "deposer plainte", "depot de plainte", "deten* provisoire", "detention", "detenu",
    "detenue", "detenus", "devant le juge", "ecrou*", "enfant place", "enfants places",
    "fiche s", "gard* a vue", "incarcer*", "jaf", "juge aux affaires", "juge d application",
    "juge d instruction", "juge des enfants", "juge en correctionnelle", "jugee en",
    "le juge des", "liberte conditionnelle", "liberte surveillee", "maison d arret",
    "mandat d arret", "mandat de depot", "mesure de justice", "mis en examen", "mise en cause",
    "mise en examen", "obligation de soins", "penitenti*", "permission de sortie", "pjj",
    "placement des enfants", "placement judiciaire", "plainte contre", "porte* plainte",
    "porter plainte", "poursuites judiciaires", "poursuivi* en justice", "prison", "prisonni*",
    "prisons", "probation", "proces", "procureur*", "recidiv*", "reclusion", "semi liberte",
    "sous main de justice", "spip", "sursis", "tig", "trafic", "trafics", "trafiquant*",
    "travail d interet general", "travaux d interet general", "tribunal", "tribunaux",
    "vol a main",
];

/// How she came, and what she is said to be. Peoples and countries have their own lists.
pub(super) const ORIGIN: &[&str] = &[
    "ada", "africain*", "apatrid*", "arrive en france en", "arrivee en france en", "asile",
    "cada", "clandestin*", "cnda", "d origine etrangere", "d outre mer", "de couleur",
    "demandeur d asile", "dublin*", "en situation reguliere", "ethni*", "europe de l est",
    "exile*", "expulse* du territoire", "famille noire", "famille rom", "femme noire",
    "gens du voyage", "gitan*", "homme noir", "huda", "immigr*", "jeune noir", "maghreb*",
    "manouche*", "metis", "metisse", "migrant*", "mineur etranger", "mineur isole",
    "mineur non accompagne", "mna", "nationalite*", "naturalis*", "ofpra", "oqtf",
    "originaire*", "origine africaine", "origine ethnique", "origines africaines",
    "personne de couleur", "personne noire", "primo arrivant*", "protection subsidiaire",
    "protection temporaire", "race", "reconduite a la frontiere", "refugie*",
    "regroupement familial", "ressortissant*", "rom", "roms", "sans papier", "sans papiers",
    "situation irreguliere", "terrain des gens", "titre etranger malade", "titre pour soins",
    "tsigane*", "tzigane*",
];

/// Religions and their practice.
pub(super) const RELIGION: &[&str] = &[
    "a l eglise le", "aid el", "allah", "athee*", "baptem*", "baptis*", "bible", "bouddhis*",
    "careme", "casher", "catholi*", "chretien*", "communion", "converti* a l", "convertie a l",
    "coran", "coranique*", "croit en dieu", "croyant*", "cultuel*", "dieu", "evangeli*",
    "fait la priere", "foulard islamique", "halal", "hallal", "heure* de la priere",
    "heure* de priere*", "hijab", "hindou*", "imam", "imams", "islam*", "jehovah", "judais*",
    "juif", "juifs", "juive*", "kasher", "la priere", "les prieres", "messe", "messes",
    "mormon*", "mosquee*", "musulman*", "orthodoxe*", "paroisse*", "paroissia*", "pelerin*",
    "pentecot*", "port du voile", "porte le voile", "porte un voile", "pratiquant*", "pretre*",
    "prie cinq", "protestant*", "rabbin*", "ramadan", "religi*", "sa foi", "sa priere",
    "sabbat", "salaf*", "secte", "sectes", "ses prieres", "shabbat", "sikh*", "spirituel*",
    "synagogue*", "temoin de jehovah", "va a l eglise", "voilee", "voilees",
];

/// Debts. Amounts are looked for with the words of `DEBT_CUES`.
pub(super) const DEBT: &[&str] = &[
    "a decouvert chaque", "a decouvert de", "a decouvert tous", "arrieres de", "avis a tiers",
    "commandement de payer", "commissaire de justice", "creance*", "creancier*",
    "credit* renouvelable*", "credit* revolving", "credits a la consommation", "credits conso",
    "decouvert de", "decouvert* bancaire*", "des indus", "dette*", "dossier banque de france",
    "en decouvert", "endett*", "est a decouvert", "faillite", "fiche* a la banque de france",
    "fiche* banque de france", "ficp", "huissier*", "impaye*", "indu caf", "indu de",
    "indu rsa", "interdit* bancaire*", "interdite bancaire", "loyer* en retard",
    "loyers de retard", "mise en demeure", "plan d apurement", "rappel de loyer",
    "recouvrement", "retard de paiement", "retard* de loyer*", "retards de paiement", "ruine",
    "ruinee", "saisi par", "saisie attribution", "saisie bancaire", "saisie sur compte",
    "saisie sur salaire", "sature* de credits", "surendett*", "trop percu*", "un indu",
];

/// Phrases that say nothing sensitive, with words that would be sensitive elsewhere. They come first.
pub(super) const ORDINARY: &[&str] = &[
    "acces condamne", "armee du salut", "arret prison", "arret tribunal", "ascenseur condamne",
    "assurance maladie", "bible de", "caisse primaire d assurance maladie", "carte de sante",
    "carte de sejour", "carte europeenne d assurance maladie", "cd rom", "centre communal",
    "centre de sante", "chiffres arabes", "clavier arabe", "communion de",
    "complementaire sante", "enceinte bluetooth", "enceinte connectee", "entree condamnee",
    "entree est condamnee", "escalier condamne", "faute de frappe", "fautes de frappe",
    "france services", "infection par un virus", "info trafic", "l enceinte de",
    "l enceinte du", "la frappe au clavier", "la frappe sur", "maison de sante",
    "marque chinoise", "mon espace sante", "parquet flottant", "place du tribunal",
    "porte condamnee", "porte est condamnee", "proces verbal", "race de chien", "race du chien",
    "recouvrement d acces", "recouvrement de compte", "recouvrement du compte",
    "restaurant chinois", "rue du tribunal", "saisie vocale", "sans jugement",
    "secours catholique", "secours islamique", "secours populaire", "site chinois",
    "sursis pour rendre", "telephone arabe", "telephone chinois", "titre de sejour",
    "tour operateur", "traducteur arabe", "trafic du tram", "trafic internet",
    "trafic perturbe", "trafic routier", "traitement de texte", "une enceinte connectee",
    "victime d hameconnage", "victime d un faux", "victime d un piratage",
    "victime d une arnaque", "victime d une escroquerie", "victime d une fraude",
    "victime d une tentative", "victime d une usurpation", "victime de phishing",
    "victime de son succes", "virus informatique", "vitesse de frappe",
];

/// Peoples. Not said of a language that she speaks, reads or writes.
pub(super) const PEOPLES: &[&str] = &[
    "afghan", "afghane", "afghanes", "afghans", "albanais*", "algerien*", "angolais*",
    "antillais*", "arabe*", "armenien*", "asiatique*", "azeri*", "bangladais*", "bengali*",
    "beninois*", "berbere*", "bosniaque*", "bresilien*", "bulgare*", "burkinabe*",
    "cambodgien*", "camerounais*", "cap verdien*", "centrafricain*", "chinois*", "colombien*",
    "comorien*", "congolais*", "creole*", "cubain*", "dominicain*", "egyptien*", "erythreen*",
    "ethiopien*", "gabonais*", "gambien*", "georgien*", "ghaneen*", "guineen*", "haitien*",
    "indien", "indienne", "indiens", "irakien*", "iranien*", "ivoirien*", "kabyle*", "kosovar*",
    "kurde*", "laotien*", "libanais*", "libyen*", "mahorais*", "malgache*", "malien*",
    "marocain*", "mauricien*", "mauritanien*", "moldave*", "mongol", "mongole", "mongols",
    "nigerian*", "nigerien*", "pakistanais*", "palestinien*", "peruvien*", "philippin*",
    "polonais*", "portugais*", "roumain*", "russe", "russes", "rwandais*", "senegalais*",
    "serbe*", "slave", "slaves", "somalien*", "soudanais*", "sri lankais*", "syrien*",
    "tamoul*", "tchadien*", "tchetchene*", "togolais*", "tunisien*", "turc", "turcs", "turque*",
    "ukrainien*", "venezuelien*", "vietnamien*", "yemenite*",
];

/// Words that make a language of the name of a people.
pub(super) const SPOKEN: &[&str] = &[
    "anglais", "bilingue*", "clavier*", "compren*", "cours", "ecri*", "francais", "interpret*",
    "langu*", "lire", "lis", "lisent", "lit", "lu", "lue", "maitrise", "mots", "oral", "parl*",
    "sous", "traduct*", "tradui*", "version",
];

/// Countries from which one comes; only after a word for coming or being born.
pub(super) const COUNTRIES: &[&str] = &[
    "afghanistan", "afrique*", "albanie", "algerie", "angola", "argentine", "armenie", "asie",
    "azerbaidjan", "bangladesh", "benin", "bosnie", "bresil", "bulgarie", "burkina",
    "burkina faso", "cambodge", "cameroun", "cap vert", "centrafrique", "chine", "colombie",
    "comores", "congo", "cote d ivoire", "cuba", "djibouti", "egypte", "erythree", "espagne",
    "ethiopie", "gabon", "gambie", "georgie", "ghana", "grece", "guadeloupe", "guinee",
    "guyane", "haiti", "inde", "irak", "iran", "italie", "kosovo", "kurdistan", "laos", "liban",
    "libye", "macedoine", "madagascar", "maghreb", "mali", "maroc", "martinique", "mauritanie",
    "mayotte", "moldavie", "niger", "nigeria", "pakistan", "palestine", "perou", "philippines",
    "pologne", "portugal", "rdc", "roumanie", "russie", "rwanda", "senegal", "serbie",
    "somalie", "soudan", "sri lanka", "syrie", "tchad", "tchetchenie", "togo", "tunisie",
    "turquie", "ukraine", "venezuela", "viet nam", "vietnam", "yemen", "zaire",
];

/// Words for coming or being born, before a country.
pub(super) const ARRIVALS: &[&str] = &[
    "arrive", "arrivee", "arrivees", "arrives", "fui", "natif", "native", "ne", "nee", "nees",
    "nes", "quitte", "rentre", "rentree", "retour", "vecu", "venu", "venue", "venues", "venus",
    "viennent", "vient",
];

/// Words that make of an amount in euros a debt, in the same sentence.
pub(super) const DEBT_CUES: &[&str] = &[
    "amende*", "arriere*", "creanc*", "decouvert", "dette*", "due", "dus", "emprunt*",
    "endett*", "impaye*", "indu", "indus", "loyers", "reclame", "reclament", "rembourse",
    "rembourser", "retard",
];

/// Words that make of the amount which follows at once a debt.
pub(super) const OWING: &[&str] = &[
    "devaient", "devait", "devra", "doit", "doivent",
];

/// The unit of an amount.
pub(super) const EUROS: &[&str] = &[
    "eur", "euro", "euros", "€",
];

/// Words of a story rather than of a fact.
pub(super) const STORIES: &[&str] = &[
    "a cause d", "a cause de", "confidentiellement", "d apres elle", "d apres lui", "depuis qu",
    "depuis que", "entre nous", "explique qu", "explique que", "il parait", "j ai l impression",
    "je crois qu", "je crois que", "je pense qu", "je pense que", "m a confie", "m a dit",
    "m a explique", "m a raconte", "me dit qu", "me dit que", "nous a dit", "raconte qu",
    "raconte que", "s est confie*", "sa vie de couple", "selon elle", "selon lui", "suite a",
    "toute son histoire",
];

/// What one must not know for her. What follows is looked at.
pub(super) const SECRETS: &[&str] = &[
    "cle wi fi", "cle wifi", "code carte", "code cb", "code confidentiel", "code d acces",
    "code d entree", "code d immeuble", "code de carte", "code de connexion",
    "code de deverrouillage", "code de la boite", "code de la carte", "code de la porte",
    "code de la sim", "code de la tablette", "code de securite", "code de son telephone",
    "code de verrouillage", "code du telephone", "code immeuble", "code personnel", "code pin",
    "code provisoire", "code puk", "code secret", "code sim", "code wifi", "codes secrets",
    "cryptogramme", "cvv", "digicode", "mdp", "mot de passe", "mot passe", "motdepasse",
    "mots de passe", "passwd", "password", "phrase secrete", "pin", "puk", "question secrete",
];

/// What is a secret only if a number follows at once.
pub(super) const WEAK_SECRETS: &[&str] = &[
    "code", "codes",
];

/// What is said of a password without giving it.
pub(super) const SAID_OF_SECRETS: &[&str] = &[
    "a", "absent", "accompagnement", "aide", "atelier", "aucun", "autre", "bloque*", "change*",
    "complique*", "confidentiel*", "connai*", "connecte", "connu*", "court", "cree", "creer",
    "demand*", "different*", "difficile*", "donne*", "efface*", "egare*", "enregistr*",
    "errone*", "expire*", "facile*", "faible", "faux", "fort", "garde*", "generique",
    "identique*", "ignor*", "illisible*", "important*", "impossible*", "inchange", "incomplet",
    "inconnu*", "incorrect*", "introuvable*", "inutile", "invalide", "jamais", "long", "mail",
    "manquant*", "memorise*", "modifi*", "neant", "necessaire", "neuf", "non", "note*",
    "nouveau", "obligatoire*", "oubli*", "oui", "pareil", "partage*", "perdu*", "perime*",
    "personnel", "prevoir", "probleme", "protege*", "provisoire", "recre*", "recuper*",
    "refaire", "refait", "refuse*", "reinitialis*", "renouvel*", "retrouv*", "revoir",
    "securise*", "simple", "sms", "stocke*", "telephone", "temporaire", "toujours", "trouve*",
    "urgent", "valide*", "verifi*", "vide", "voir", "vole*",
];

/// Whose it is.
pub(super) const OWNERS: &[&str] = &[
    "la", "le", "leur", "ma", "mon", "notre", "sa", "ses", "son", "un", "votre",
];

/// What follows a number without making a secret of it.
pub(super) const UNITS: &[&str] = &[
    "am", "an", "ans", "bis", "cm", "d", "e", "em", "eme", "emes", "er", "ere", "eur", "euro",
    "euros", "fois", "g", "gb", "go", "h", "heure", "heures", "j", "jours", "k", "kg", "km",
    "ko", "m", "mb", "min", "mm", "mn", "mo", "mois", "nd", "nde", "p", "pages", "pm", "s",
    "semaines", "ter", "to", "v", "x",
];

/// What a number or the name of an account follows.
pub(super) const IDENTIFIERS: &[&str] = &[
    "agdref", "alloc", "allocataire", "allocataires", "carte d identite", "carte de sejour",
    "cni", "dossier caf", "dossier n", "dossier n °", "dossier numero", "fiscal", "iban",
    "identifiant", "identifiants", "ine", "login", "matricule", "matricules", "n fiscal",
    "n ° caf", "n ° de dossier", "n ° etranger", "n ° fiscal", "no fiscal", "nom d utilisateur",
    "num fiscal", "numero adherent", "numero caf", "numero client", "numero d adherent",
    "numero de client", "numero de dossier", "numero etranger", "numero fiscal", "passeport",
    "passeports", "pseudo", "rib",
];

/// The same, of a longer number.
pub(super) const WEAK_IDENTIFIERS: &[&str] = &[
    "ameli", "caf", "carsat", "cpam", "demandeur d emploi", "dossier", "france travail",
    "francetravail", "mdph", "msa", "numero unique", "permis", "pole emploi", "recepisse",
    "ref", "reference", "secu", "securite sociale", "titre de sejour",
];

/// Ways, whatever follows.
pub(super) const WAYS: &[&str] = &[
    "allee", "allees", "av", "ave", "avenue", "bd", "bld", "blvd", "boul", "boulevard",
    "chemin", "faubourg", "fbg", "hameau", "imp", "impasse", "lotissement", "quai", "rte",
    "rue", "ruelle", "sentier", "square", "traverse", "venelle",
];

/// Ways, if a capitalized name follows.
pub(super) const WEAK_WAYS: &[&str] = &[
    "chaussee", "cite", "clos", "cour", "cours", "domaine", "esplanade", "mail", "montee",
    "parc", "passage", "pl", "place", "promenade", "res", "residence", "route", "villa", "voie",
];

/// What joins a way or a country to its name.
pub(super) const LINKS: &[&str] = &[
    "a", "au", "aux", "d", "de", "des", "du", "en", "l", "la", "le", "les",
];

/// What follows the number of a house.
pub(super) const REPETITIONS: &[&str] = &[
    "a", "b", "bis", "c", "d", "quater", "ter",
];

/// What a number names when it is no house.
pub(super) const LINES: &[&str] = &[
    "article", "atelier", "bus", "car", "cars", "cerfa", "etape", "formulaire", "ligne",
    "lignes", "metro", "navette", "numero de", "page", "pages", "rer", "salle", "ter", "tram",
];

/// Verbs of living somewhere.
pub(super) const DWELLINGS: &[&str] = &[
    "adresse", "demenage", "demeurant", "demeure", "domicilie*", "emmenage", "habitait",
    "habitant", "habite", "habitent", "heberge", "hebergee", "heberges", "loge", "logee",
    "reside", "resident", "vit",
];

/// Where she lives, without a way.
pub(super) const LODGINGS: &[&str] = &[
    "adresse personnelle", "boite postale", "foyer adoma", "foyer sonacotra", "lieu dit",
];

/// Titles before a name.
pub(super) const TITLES: &[&str] = &[
    "docteur", "dr", "epouse", "epoux", "famille", "madame", "mademoiselle", "maitre",
    "mesdames", "messieurs", "mlle", "mme", "mmes", "monsieur", "mr", "mrs", "veuve",
];

/// Titles after which a name is looked for without capitals.
pub(super) const SHORT_TITLES: &[&str] = &[
    "dr", "mlle", "mme", "mr", "mrs",
];

/// What may stand between a first name and a name.
pub(super) const PARTICLES: &[&str] = &[
    "ait", "al", "ben", "bin", "d", "da", "de", "des", "di", "dos", "du", "el", "l", "la", "le",
    "ould", "van", "von",
];

/// What follows a title without being a name.
pub(super) const FUNCTIONS: &[&str] = &[
    "adjoint", "adjointe", "bailleur", "conseiller", "conseillere", "directeur", "directrice",
    "juge", "l", "la", "le", "maire", "ministre", "prefet", "prefete", "president",
    "presidente", "proprietaire", "responsable", "secretaire",
];

/// First names, if a capitalized word stands beside.
pub(super) const FIRST_NAMES: &[&str] = &[
    "abdallah", "abdel", "abdelkader", "abdou", "abdoulaye", "abdul", "adama", "adele",
    "adrien", "agathe", "agnes", "ahmed", "aicha", "aissatou", "alain", "albert", "alex",
    "alexandra", "alexandre", "alexis", "alfred", "ali", "alice", "aline", "alioune", "alpha",
    "amadou", "amandine", "amel", "amelie", "amina", "aminata", "amine", "amir", "anais",
    "andre", "andree", "andrii", "angele", "angelique", "anh", "anissa", "anita", "anna",
    "anne", "annick", "annie", "anthony", "antoine", "antonio", "ariane", "arlette", "armand",
    "arnaud", "arthur", "assia", "astou", "audrey", "aurelie", "aurelien", "awa", "aya", "ayse",
    "baptiste", "beatrice", "benjamin", "benoit", "bernadette", "bernard", "bertrand", "bilal",
    "binta", "blandine", "boris", "boubacar", "brahim", "brigitte", "bruno", "camille",
    "carine", "carlos", "carmen", "carole", "caroline", "catherine", "cecile", "cedric",
    "celia", "celine", "chantal", "charles", "charlotte", "cheikh", "christelle", "christian",
    "christiane", "christine", "christophe", "claire", "clara", "claude", "claudette",
    "claudine", "clemence", "clement", "colette", "coralie", "corinne", "cyril", "damien",
    "daniel", "daniele", "danielle", "daouda", "david", "deborah", "delphine", "denise",
    "diana", "didier", "dimitri", "djamel", "djamila", "dominique", "dorothee", "dylan",
    "edith", "edouard", "elena", "eliane", "elias", "elisa", "elisabeth", "elise", "elodie",
    "elsa", "emile", "emilie", "emma", "emmanuel", "emmanuelle", "enzo", "eric", "ernest",
    "esther", "etienne", "eugenie", "eva", "evelyne", "fabien", "fabienne", "fabrice", "fadila",
    "farah", "farid", "farida", "fatih", "fatiha", "fatima", "fatimata", "fatma", "fatou",
    "fatoumata", "fernand", "fernande", "florence", "florian", "francine", "francis",
    "francisco", "franck", "francois", "francoise", "frederic", "frederique", "gabriel",
    "gabrielle", "gaelle", "genevieve", "georges", "georgette", "gerard", "germaine", "gilbert",
    "gilles", "ginette", "gisele", "gregory", "guillaume", "gustave", "guy", "habib", "hakim",
    "halima", "hamid", "hamza", "hassan", "hawa", "helene", "henri", "henriette", "herve",
    "hocine", "hubert", "hugo", "huguette", "ibrahim", "ibrahima", "idriss", "ines", "ioana",
    "ion", "irene", "isabelle", "ismael", "issa", "ivan", "jacqueline", "jacques", "jade",
    "jamal", "jamila", "jan", "jean", "jeanne", "jeannine", "jeremy", "jerome", "jessica",
    "joao", "joel", "joelle", "jonathan", "jose", "joseph", "josephine", "josette", "josiane",
    "juan", "judith", "jules", "julia", "julie", "julien", "juliette", "justine", "kader",
    "kadiatou", "kamel", "karim", "karima", "karine", "katia", "kevin", "khadija", "khaled",
    "khalid", "koffi", "kouassi", "laetitia", "lamine", "laura", "laure", "laurence", "laurent",
    "lea", "leila", "leon", "leonie", "leticia", "leyla", "li", "liliane", "lina", "linda",
    "lionel", "lisa", "loic", "louis", "louise", "luc", "lucas", "lucette", "lucie", "lucien",
    "lucienne", "ludovic", "luis", "lydia", "lydie", "madeleine", "mado", "maelle", "magali",
    "magalie", "mahamadou", "malika", "mamadou", "manon", "manuel", "marc", "marcel",
    "marcelle", "margaux", "margot", "marguerite", "maria", "mariam", "mariama", "marianne",
    "marie", "marielle", "marina", "marine", "marion", "marius", "marjorie", "martial",
    "martine", "maryam", "maryse", "mathieu", "mathilde", "matthieu", "maurice", "max",
    "maxime", "mehdi", "mehmet", "melanie", "melissa", "mercedes", "meriem", "michel",
    "michele", "micheline", "michelle", "mickael", "miguel", "mihai", "minh", "mireille",
    "mohamed", "mohammed", "moise", "monique", "morgane", "mouloud", "moumourad", "moussa",
    "mustapha", "myriam", "nabil", "nadege", "nadia", "nadine", "naima", "nassim", "natacha",
    "nathalie", "nathan", "nawel", "ngozi", "nicolas", "nicole", "noah", "noemie", "nora",
    "nordine", "odette", "odile", "oksana", "olena", "olga", "olivier", "omar", "oumar",
    "oumou", "ousmane", "pablo", "pascal", "pascale", "patrice", "patricia", "patrick", "paul",
    "paula", "paulette", "pauline", "pedro", "philippe", "pierre", "pierrette", "quentin",
    "rachid", "rachida", "rahma", "raoul", "raphael", "raymond", "raymonde", "rebecca",
    "regine", "regis", "remi", "renaud", "rene", "renee", "richard", "robert", "roberto",
    "rodolphe", "roger", "roland", "rolande", "romain", "romane", "romuald", "rosa", "rosalie",
    "roxane", "sabah", "sabine", "sabrina", "said", "saida", "salah", "salif", "salima",
    "salimata", "salma", "salome", "samia", "samir", "samira", "samuel", "samy", "sandra",
    "sandrine", "sarah", "sebastien", "sekou", "selma", "serge", "severine", "sidonie", "simon",
    "simone", "sofia", "sofiane", "solange", "soline", "sonia", "sophie", "souad", "souleymane",
    "stephane", "stephanie", "steve", "suzanne", "svetlana", "sylvain", "sylvette", "sylviane",
    "sylvie", "tarek", "tatiana", "thais", "theo", "therese", "thi", "thibault", "thierry",
    "thomas", "tiphaine", "valentin", "valerie", "vanessa", "veronique", "victoire", "victor",
    "vincent", "violette", "virginie", "viviane", "vladimir", "walid", "wassim", "wei",
    "william", "xavier", "yacine", "yamina", "yann", "yannick", "yasmina", "yasmine", "yolande",
    "youcef", "youssef", "youssouf", "yves", "yvette", "yvonne", "zahra", "zakaria", "zineb",
    "zoe", "zohra",
];

/// Capitalized words that are nobody's name: bodies, places, products, days.
pub(super) const SAFE_NAMES: &[&str] = &[
    "accueil", "action", "ademe", "adie", "adil", "administration", "adobe", "afpa", "agence",
    "aidants", "aide", "alan", "alimentaire", "allocations", "alpes", "als", "alsace", "amazon",
    "ameli", "amiens", "anah", "android", "anef", "angers", "ants", "aout", "apl", "apple",
    "aquitaine", "ardenne", "armee", "ars", "ascension", "ass", "assistance", "association",
    "associations", "assurance", "atelier", "ateliers", "attestation", "auvergne", "avril",
    "azur", "banque", "bas", "basse", "bbox", "besancon", "blablacar", "bleu", "bleue",
    "bordeaux", "bourg", "bourgogne", "bouygues", "box", "brenne", "brest", "bretagne",
    "bureau", "bus", "caen", "caf", "cafe", "caisse", "cap", "carrefour", "carsat", "carte",
    "catholique", "ccas", "centre", "cerfa", "champagne", "chateauroux", "chorus", "chrome",
    "cidff", "cite", "cites", "clic", "club", "coeur", "coeurs", "coin", "college",
    "communaute", "commune", "compte", "comte", "connect", "conseil", "conseiller",
    "conseillere", "contrat", "corse", "cote", "coup", "cpam", "creteil", "creuse", "croix",
    "crous", "crypto", "ddfip", "decembre", "denis", "departement", "departementale",
    "digiposte", "dijon", "dimanche", "direction", "doctolib", "drive", "ecole", "edf", "edge",
    "emmaus", "emploi", "enedis", "enfance", "engagement", "engie", "ent", "espace", "est",
    "europe", "excel", "explorer", "fablab", "facebook", "familial", "familiale", "familiales",
    "famille", "familles", "fevrier", "fi", "finances", "firefox", "fnac", "fondation",
    "formation", "fort", "foyer", "francais", "francaise", "france", "franceconnect",
    "francetravail", "free", "freebox", "galaxy", "gare", "gmail", "google", "grand", "grande",
    "grenoble", "habitat", "haut", "haute", "hauts", "hotel", "huawei", "hub", "ile", "impots",
    "indre", "info", "information", "insertion", "instagram", "intermarche", "internet", "ipad",
    "iphone", "itineraire", "janvier", "jeudi", "jeune", "jeunes", "jeunesse", "juillet",
    "juin", "justice", "la", "lacs", "lavoir", "le", "leboncoin", "leclerc", "les",
    "libreoffice", "lidl", "lille", "limoges", "linkedin", "linux", "livebox", "local",
    "locale", "locales", "loire", "lorraine", "lundi", "lycee", "lyon", "macif", "mai", "maif",
    "mairie", "maison", "malo", "maps", "mardi", "mars", "marseille", "mediatheque", "mer",
    "mercredi", "messenger", "metropole", "metz", "microsoft", "midi", "mission", "mjc", "mnt",
    "mobilite", "mont", "montpellier", "msa", "mutualite", "nancy", "nanterre", "nantes",
    "navigo", "nice", "nimes", "noel", "nord", "normandie", "nouvelle", "novembre", "numerique",
    "numeriques", "occitanie", "octobre", "office", "oney", "orange", "orleans", "ouest",
    "outlook", "paca", "paques", "parcoursup", "parent", "parents", "paris", "pass", "passe",
    "pau", "pays", "pc", "pdf", "pentecote", "permanence", "perpignan", "pim", "pimms", "pix",
    "place", "plateforme", "play", "playstation", "playstore", "plus", "pmi", "point",
    "poitiers", "pole", "pont", "populaire", "population", "port", "poste", "prefecture",
    "pronote", "protection", "provence", "ptis", "public", "publics", "publique", "pyrenees",
    "regie", "region", "regional", "reims", "relais", "rennes", "reseau", "resto", "restos",
    "retraite", "rhone", "ric", "roubaix", "rouen", "rouge", "rsa", "saint", "sainte", "salle",
    "salut", "samedi", "samsung", "sante", "savoie", "secours", "securite", "seine", "seniors",
    "septembre", "service", "services", "sfr", "signal", "sim", "skype", "snapchat", "sncf",
    "social", "sociale", "sociaux", "solidaire", "solidaires", "solidarite", "solidarites",
    "sous", "spotify", "store", "strasbourg", "sud", "sur", "syndicat", "tablette", "teams",
    "telegram", "territoire", "tiers", "tiktok", "toulouse", "tourcoing", "tours", "toussaint",
    "travail", "tresor", "udaf", "union", "universite", "urssaf", "vacances", "val", "vendredi",
    "ville", "vinted", "visale", "visio", "vitale", "voyageurs", "wanadoo", "waze", "whatsapp",
    "wi", "wifi", "windows", "word", "xiaomi", "youtube", "zoom",
];

/// Places that bear the name of somebody.
pub(super) const PLACE_WORDS: &[&str] = &[
    "allee", "antenne", "arret", "association", "avenue", "bibliotheque", "boulevard", "bus",
    "cafe", "centre", "cinema", "cite", "clinique", "college", "complexe", "creche", "culturel",
    "ecole", "ecoles", "ehpad", "elementaire", "espace", "fondation", "foyer", "gare", "groupe",
    "gymnase", "hopital", "hotel", "immeuble", "impasse", "institut", "ligne", "ludotheque",
    "lycee", "maison", "maternelle", "mediatheque", "metro", "mjc", "municipal", "municipale",
    "parc", "piscine", "place", "pole", "pont", "primaire", "quai", "quartier", "residence",
    "residences", "resto", "rue", "salle", "scolaire", "site", "social", "square", "stade",
    "station", "theatre", "tour", "tram", "universite", "village",
];

/// Words that begin a sentence, or are shouted.
pub(super) const COMMON: &[&str] = &[
    "a", "absent", "absente", "accepte", "acces", "accompagne", "accompagnee", "accord",
    "adresse", "aider", "aime", "ainsi", "alors", "ami", "amie", "ancien", "ancienne", "appel",
    "appelle", "apporte", "apres", "arret", "arrive", "attention", "au", "aucun", "aucune",
    "aura", "aussi", "autre", "aux", "avant", "avec", "besoin", "bien", "bon", "bonjour",
    "bonne", "bonsoir", "ca", "car", "cc", "ce", "ces", "cet", "cette", "chaque", "cherche",
    "chez", "comme", "comment", "complet", "complete", "comprend", "connait", "contact",
    "contacte", "convocation", "cordialement", "cours", "craint", "date", "de", "deja",
    "demain", "demande", "demarche", "depart", "depuis", "dernier", "derniere", "des", "deux",
    "deuxieme", "difficulte", "dispo", "disponible", "dit", "document", "doit", "donc", "donne",
    "dont", "dossier", "du", "ecrit", "elle", "elles", "en", "encore", "ensuite", "entre",
    "envoi", "envoie", "envoyer", "est", "et", "etape", "etat", "eux", "facture", "faire",
    "fait", "faites", "famille", "faut", "fera", "fille", "fils", "fin", "frere", "gros",
    "groupe", "habite", "hier", "horaire", "horaires", "ici", "il", "ils", "imprime", "info",
    "inscription", "inscrit", "inscrite", "installe", "ira", "jamais", "je", "joint", "jour",
    "jusqu", "le", "les", "leur", "libre", "ligne", "lire", "lit", "lui", "madame", "mail",
    "mais", "manque", "mari", "matin", "meme", "merci", "mere", "mieux", "mme", "moins", "mon",
    "monsieur", "nb", "ne", "ni", "nom", "non", "note", "notre", "nous", "nouveau", "nouvelle",
    "numero", "objet", "ok", "on", "ou", "oui", "par", "parle", "pas", "passe", "passera",
    "pendant", "pense", "pere", "personne", "peu", "peut", "photo", "piece", "pieces", "plus",
    "plusieurs", "pour", "pouvez", "prefere", "premier", "premiere", "prend", "prendre",
    "prenom", "pres", "preveprevoir", "ps", "puis", "quand", "que", "quel", "quelle",
    "question", "qui", "quoi", "rappel", "rappelle", "rdv", "recoit", "reference", "refus",
    "rendez", "renouvellement", "reponse", "reste", "retour", "reviendra", "revient", "rien",
    "sa", "salut", "sans", "se", "selon", "sera", "ses", "seul", "seule", "si", "site",
    "situation", "soeur", "soit", "son", "sont", "souhaite", "sous", "stp", "suite", "suivi",
    "suivie", "sur", "svp", "ta", "tel", "telephone", "toujours", "tous", "tout", "toute",
    "toutes", "travaille", "tres", "trois", "troisieme", "trop", "un", "une", "urgent",
    "usager", "usagere", "utilise", "utilisera", "va", "vers", "veut", "veux", "viendra",
    "vient", "vit", "voici", "voir", "voisin", "voisine", "vos", "votre", "vous",
];

/// How verbs and acts end that begin a sentence.
pub(super) const ENDINGS: &[&str] = &[
    "er", "ir", "ment", "ments", "oir", "re", "tion", "tions",
];

/// How acts end, which are nobody's name.
pub(super) const ACT_ENDINGS: &[&str] = &[
    "ment", "ments", "tion", "tions",
];

/// How verbs end that follow a title written without capitals.
pub(super) const VERB_ENDINGS: &[&str] = &[
    "d", "e", "er", "ir", "is", "ra", "s", "t",
];

/// Countries whose bank accounts have an IBAN, and its length.
pub(super) const IBANS: &[(&str, usize)] = &[
    ("ad", 24), ("ae", 23), ("al", 28), ("at", 20), ("az", 28), ("ba", 20), ("be", 16),
    ("bg", 22), ("br", 29), ("ch", 21), ("cy", 28), ("cz", 24), ("de", 22), ("dk", 18),
    ("ee", 20), ("eg", 29), ("es", 24), ("fi", 18), ("fr", 27), ("gb", 22), ("ge", 22),
    ("gi", 23), ("gr", 27), ("hr", 21), ("hu", 28), ("ie", 22), ("il", 23), ("is", 26),
    ("it", 27), ("lb", 28), ("li", 21), ("lt", 20), ("lu", 20), ("lv", 21), ("ma", 28),
    ("mc", 27), ("md", 24), ("me", 22), ("mk", 19), ("mr", 27), ("mt", 31), ("mu", 30),
    ("nl", 18), ("no", 15), ("pl", 28), ("pt", 25), ("qa", 29), ("ro", 24), ("rs", 22),
    ("sa", 24), ("se", 24), ("si", 19), ("sk", 24), ("sm", 27), ("tn", 24), ("tr", 26),
    ("ua", 29), ("va", 22), ("xk", 20),
];

/// Every list.
#[cfg(test)]
pub(super) const ALL: &[&[&str]] = &[
    HEALTH, DISABILITY, VIOLENCE, JUSTICE, ORIGIN, RELIGION, DEBT, ORDINARY, PEOPLES, SPOKEN,
    COUNTRIES, ARRIVALS, DEBT_CUES, OWING, EUROS, STORIES, SECRETS, WEAK_SECRETS,
    SAID_OF_SECRETS, OWNERS, UNITS, IDENTIFIERS, WEAK_IDENTIFIERS, WAYS, WEAK_WAYS, LINKS,
    REPETITIONS, LINES, DWELLINGS, LODGINGS, TITLES, SHORT_TITLES, PARTICLES, FUNCTIONS,
    FIRST_NAMES, SAFE_NAMES, PLACE_WORDS, COMMON, ENDINGS, ACT_ENDINGS, VERB_ENDINGS,
];
