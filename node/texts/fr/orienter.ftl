# Orienter une personne, en quatre étapes.
orienter-etapes = Étapes
orienter-etape-besoin = Le besoin
orienter-etape-lieu = Le lieu
orienter-etape-donnees = Ce qui sera dit
orienter-etape-accord = L’accord
orienter-continuer = Continuer
orienter-revenir = Revenir
orienter-plus-tard = Plus tard

besoin-titre = Le besoin
besoin-question = De quoi a-t-elle besoin ?
besoin-autres = Autres besoins de la liste nationale
besoin-absent = Choisissez un besoin.
besoin-droit = Quel droit ou quelle démarche est en jeu ?
besoin-droit-aide = Facultatif. Le droit d’abord, la difficulté numérique ensuite.
besoin-echeance = Avant quelle date ?
besoin-echeance-aide = Facultatif. Si un droit peut être perdu, les délais de réponse se raccourcissent.
besoin-obstacles = Qu’est-ce qui bloque, côté numérique ?
besoin-plus = Aide souhaitée, adaptations
besoin-modalite = Comment souhaite-t-elle être aidée ?
besoin-adaptations = Ce qui l’aidera
besoin-adaptations-aide = Décrit le lieu ou la façon de faire, jamais la personne.
echeance-passee = Cette date est passée. Indiquez la prochaine échéance, ou laissez vide.

theme-choisir-un-metier = Choisir un métier
theme-creer-une-entreprise = Créer une entreprise
theme-difficultes-administratives-ou-juridiques = Difficultés administratives ou juridiques
theme-difficultes-financieres = Difficultés financières
theme-equipement-et-alimentation = Équipement et alimentation
theme-famille = Famille
theme-lecture-ecriture-calcul = Lecture, écriture, calcul
theme-logement-hebergement = Logement, hébergement
theme-mobilite = Mobilité
theme-numerique = Numérique
theme-preparer-sa-candidature = Préparer sa candidature
theme-remobilisation = Remobilisation
theme-sante = Santé
theme-se-former = Se former
theme-souvrir-a-linternational = S’ouvrir à l’international
theme-trouver-un-emploi = Trouver un emploi
theme-other = Autre

lieu-titre = Le lieu
lieu-question = Qui peut l’aider ? Choisissez avec elle.
lieu-absent = Choisissez un lieu.
lieu-disparu = Ce service ne peut plus être sollicité. Choisissez-en un autre.
lieu-aucun = Aucun partenaire n’a déclaré répondre à ce besoin.
lieu-autres = Autres services de nos partenaires
lieu-propose = Proposé par ceux qui n’ont pas pu aider.
lieu-vu = Dernier contact : { $nom }.
lieu-pas-vu = Pas de contact depuis le démarrage : l’envoi attendra.
lieu-territoire = Autres lieux du territoire
lieu-territoire-aide =
    { $nombre ->
        [one] Un lieu importé d’un annuaire public, non vérifié. À joindre par téléphone.
       *[other] { $nombre } lieux importés d’un annuaire public, non vérifiés. À joindre par téléphone.
    }
lieu-commune = Commune, code postal ou nom
lieu-chercher = Chercher
lieu-trouves =
    { $nombre ->
        [0] Aucun lieu trouvé. Essayez la commune voisine.
        [one] Un lieu trouvé
       *[other] { $nombre } lieux trouvés
    }
lieu-maj = Fiche du { $nom }

donnees-titre = Ce qui sera dit
donnees-aide = Ce que vous laissez vide ne part pas.
donnees-prenom = Son prénom, ou le nom qu’elle choisit
donnees-prenom-aide = Transmis seulement s’ils acceptent.
donnees-moyen = Comment veut-elle être jointe ?
donnees-moyen-aide = Un seul moyen, transmis seulement s’ils acceptent.
donnees-telephone = Numéro de téléphone
donnees-mel = Adresse e-mail
donnees-adresse = Adresse postale
donnees-prudence = Précautions pour la joindre
donnees-prudence-aide = La raison n’est jamais demandée.
donnees-heures = Quand la joindre ?
donnees-heures-aide = Par exemple : appeler après 17 h.
donnees-note = Note pratique
donnees-note-aide = 300 caractères au plus. Rien sur sa santé, sa famille ou ses revenus.
donnees-plus = Disponibilités, langue, ce qu’elle apporte
donnees-creneaux = Quand peut-elle venir ?
donnees-mobilite = Comment peut-elle venir ?
donnees-langue = Dans quelle langue est-elle à l’aise ?
donnees-francais = Français
donnees-apporte = Qu’apporte-t-elle ?
donnees-avant = Lu dès l’envoi, sans son identité.
donnees-apres = Transmis seulement s’ils acceptent.
prenom-absent = Indiquez un prénom, ou le nom qu’elle choisit.
moyen-absent = Choisissez un moyen de la joindre.
moyen-telephone = Par téléphone
moyen-mel = Par e-mail
moyen-courrier = Par courrier
moyen-par-nous = En passant par nous
moyen-avec-code = Elle viendra avec son code
telephone-faux = Indiquez un numéro de téléphone, par exemple 06 00 00 00 00.
mel-faux = Indiquez une adresse e-mail, par exemple nom@exemple.fr.
adresse-absente = Indiquez l’adresse postale.

langue-ar = Arabe
langue-bm = Bambara
langue-bn = Bengali
langue-en = Anglais
langue-es = Espagnol
langue-fa = Persan
langue-fsl = Langue des signes française
langue-kab = Kabyle
langue-pt = Portugais
langue-ro = Roumain
langue-ru = Russe
langue-ta = Tamoul
langue-tr = Turc
langue-uk = Ukrainien
langue-zh = Chinois

accord-titre = L’accord
accord-a-lire = À lire à voix haute
accord-avant = Dit tout de suite, sans son identité
accord-apres = Dit seulement s’ils acceptent
accord-lu-par = Qui lira : { $nom }.
accord-geste = Comment dit-elle oui ?
accord-temoin = Si elle dit oui à l’oral : qui l’a entendue ?
accord-temoin-aide = Sa fonction, jamais son nom.
accord-qualite = Si quelqu’un la représente : en quelle qualité ?
accord-qualite-aide = Aucune copie de document n’est gardée.
accord-document = J’ai vu le document
accord-representee = Elle est représentée par quelqu’un
accord-lecture = Comment l’a-t-elle su ?
accord-choix = Accepte-t-elle d’être comptée, sans son nom ?
accord-statistiques = Oui, dans les chiffres anonymes du territoire
accord-lu-elle-meme = Elle a lu le texte elle-même
accord-retour = Que saurons-nous de la suite ?
accord-redemander = Pouvons-nous lui redemander si cela a aidé ?
accord-redemander-aide = Laissez vide si elle ne le souhaite pas.
accord-circonstances = Durée et circonstances
accord-duree = Son accord vaut combien de temps ?
accord-recueil = Où l’a-t-elle donné ?
accord-oui = Elle dit oui : envoyer
accord-non = Elle dit non
geste-oral = À l’oral, devant un témoin
geste-ecran = Sur l’écran : elle coche ou signe
geste-papier = Sur papier : elle garde un exemplaire
geste-representant = Par son représentant
geste-absent = Indiquez comment elle dit oui.
temoin-absent = Indiquez qui l’a entendue.
qualite-absente = Indiquez en quelle qualité.
recueil-absent = Indiquez où elle a donné son accord.
retour-absent = Indiquez ce que nous saurons de la suite.
duree-absente = Indiquez la durée de son accord.
duree-jour = Un jour
duree-mois = Un mois
duree-six-mois = Six mois
duree-an = Un an

# Dit à la personne, dans le texte lu à voix haute.
dit-prenom = votre prénom
dit-telephone = votre numéro de téléphone
dit-mel = votre adresse e-mail
dit-adresse = votre adresse
dit-par-nous = comment vous joindre en passant par nous
dit-avec-code = que vous viendrez avec votre code
dit-prudence = les précautions pour vous joindre
dit-apporte = ce que vous apportez
dit-note = une note pratique

sans-accord-titre = Elle a dit non
sans-accord-dit = Rien n’est parti. Ce que vous aviez saisi est effacé.
sans-accord-1 = Vous pouvez répondre vous-même à sa demande.
sans-accord-2 = Vous pouvez lui donner un numéro de téléphone, sans rien transmettre.
sans-accord-3 = Elle peut revenir et changer d’avis, quand elle veut.

recepisse-titre = Récépissé
recepisse-demande = Votre demande est envoyée à { $nom }, sans votre nom.
recepisse-dit = Ils savent tout de suite
recepisse-tu = Ils sauront s’ils acceptent
recepisse-ou = Où
recepisse-quand = Quand
recepisse-telephone = Téléphone
recepisse-code = Votre code personnel
recepisse-code-aide = Gardez ce code. Il permet de suivre la demande et de tout arrêter.
recepisse-page = Pour suivre votre demande, allez à l’adresse
recepisse-carre = Carré à viser avec un téléphone : il ouvre votre demande
recepisse-code-perdu = Le code a déjà été donné. Il n’est gardé nulle part.
recepisse-jusque = Votre accord vaut jusqu’au
recepisse-changer = Vous pouvez changer d’avis quand vous voulez, ici ou là-bas, avec ce papier.
recepisse-signature = La preuve de cet accord
recepisse-cle = Clé courte de la structure :
recepisse-signature-aide = Ces lettres disent qui a noté cet accord, et quand. Elles ne disent pas qui vous êtes. Le carré les contient aussi. Signature technique, non qualifiée au sens d’eIDAS.
recepisse-imprimer = Imprimez cette page, ou recopiez le code sur un papier.
recepisse-remis = J’ai remis le récépissé
recepisse-remis-aide = Le code disparaît alors de cet ordinateur.
