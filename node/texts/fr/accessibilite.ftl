### L’accessibilité, et le plan du site.

accessibilite-titre = Accessibilité
accessibilite-chapeau = { $nom } veut que chacun puisse se servir de ces pages, avec ou sans aide technique.
accessibilite-etat = Où nous en sommes
accessibilite-totale = Ces pages sont totalement conformes au RGAA 4.1.2.
accessibilite-partielle = Ces pages sont partiellement conformes au RGAA 4.1.2.
accessibilite-nulle = Ces pages ne sont pas conformes au RGAA 4.1.2.
accessibilite-chiffres = { $oui } critères sont respectés, { $non } ne le sont pas, { $sans } ne s’appliquent pas : { $taux } % de ceux qui s’appliquent.
accessibilite-methode = C’est une évaluation faite par celles et ceux qui écrivent le logiciel, le { $nom }, dans Chromium : clavier seul, 320 pixels de large, lettres deux fois plus grandes, contrastes clairs et sombres, règles automatiques, code validé. Aucun lecteur d’écran réel n’a été essayé.
accessibilite-manque = Ce qui n’est pas encore accessible
accessibilite-critere = Critère { $nom }
accessibilite-contact = Une page vous gêne ?
accessibilite-contact-texte = Dites-le à { $nom } : nous vous donnerons ce que vous cherchiez d’une autre façon.
accessibilite-recours = Si rien ne change
accessibilite-recours-texte = Vous pouvez écrire au Défenseur des droits ou voir l’un de ses délégués :
accessibilite-pages = Les pages examinées
accessibilite-criteres = Les 106 critères, un par un
accessibilite-oui = respecté
accessibilite-non = non respecté
accessibilite-sans = ne s’applique pas

plan-titre = Plan du site
plan-pour-tous = Pour tout le monde
plan-votre-travail = Votre travail
plan-votre-structure = Votre structure
plan-demande = Votre demande, avec le code de votre récépissé
plan-deposer = Elle retire son accord avec son code
plan-verifier = Vérifier un récépissé
