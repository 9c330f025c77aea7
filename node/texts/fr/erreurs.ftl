# Chaque page d’erreur offre une suite.
erreur-retour = Revenir à l’accueil
erreur-deconnecte = Vous n’êtes pas connecté
erreur-deconnecte-suite = Connectez-vous pour continuer.
erreur-introuvable = Cette page n’existe pas
erreur-introuvable-suite = L’adresse est fausse, ou la page n’est plus là. Cherchez par la référence depuis l’accueil.
erreur-methode = Cette page ne s’ouvre pas ainsi
erreur-methode-suite = Revenez à l’accueil et reprenez depuis le menu.
erreur-autre-site = Envoi refusé
erreur-autre-site-suite = Ce formulaire ne vient pas de cette page. Ouvrez-la de nouveau et recommencez.
erreur-vieux-formulaire = Ce formulaire est trop ancien
erreur-vieux-formulaire-suite = Rien n’a été enregistré. Revenez en arrière, rechargez la page et envoyez de nouveau.
erreur-illisible = L’envoi est illisible
erreur-illisible-suite = Rien n’a été enregistré. Revenez en arrière et recommencez.
erreur-trop-grand = L’envoi est trop grand
erreur-trop-grand-suite = Rien n’a été enregistré. Raccourcissez les textes et recommencez.
erreur-refus = Ce n’est pas possible maintenant
erreur-besoin-suite = Ce besoin est clos, ou une structure est déjà sollicitée. Ouvrez le parcours pour voir où il en est.
erreur-retour-envoyeur-suite = C’est cette structure qui vous a adressé la personne. Posez-lui plutôt une question, ou demandez une concertation.
erreur-trop-de-relais-suite = Cette demande a déjà été réorientée trop souvent. Aidez ici, demandez une concertation, ou déclarez l’issue.
erreur-service-suite = Ce service ne peut plus être sollicité. Choisissez un autre lieu.
erreur-accord-suite = La personne n’a pas donné son accord pour cela. Demandez-lui d’abord.
erreur-lien-suite = Le lien avec ce partenaire n’est pas à cette étape. Revenez à la liste.
erreur-efface = L’identité a été effacée
erreur-efface-suite = La personne a retiré son accord. Rien ne peut plus être dit d’elle.
erreur-horloge-suite = L’heure de ce serveur est fausse : un accord ne peut pas être daté. Prévenez votre administrateur. Votre saisie est gardée.
erreur-trop-souvent = Trop d’essais
erreur-trop-souvent-suite =
    { $nombre ->
        [one] Attendez une seconde, puis réessayez.
       *[other] Attendez { $nombre } secondes, puis réessayez.
    }
erreur-panne = Le service a rencontré une panne
erreur-panne-suite = Rien n’a été enregistré. Réessayez, ou donnez ce numéro à votre administrateur : incident { $incident }.

refus-pas-a-vous = Cette action revient à l’autre structure.
refus-terminee = Cette demande est terminée : { $statut }.
refus-pas-maintenant = Cette action n’est pas possible à cette étape : { $statut }.
refus-trop-tot = Il est trop tôt : quelqu’un a encore du temps pour répondre.
refus-trop-tard = Il est trop tard pour cette action.
refus-dans-le-desordre = Cette action ne suit pas ce que votre structure a déjà dit.
refus-trop-peu-essaye = Il faut plus d’essais : trois essais, deux moyens, dix jours.
refus-accord-expire = Son accord a expiré. Demandez-lui de le renouveler.
refus-accord-retire = La personne a retiré son accord.

# Ce qui ne s’écrit pas dans un texte libre.
garde-numero = Retirez le numéro de sécurité sociale, de compte ou de carte. La structure le demandera à la personne si elle en a besoin.
garde-secret = Retirez le mot de passe ou le code. La personne le tapera elle-même.
garde-identifiant = Retirez son numéro d’allocataire ou son identifiant. Elle l’apportera.
garde-joindre = Retirez l’e-mail ou le téléphone : le moyen de joindre la personne a son propre champ. Pour donner votre numéro à vous, demandez à vous parler.
garde-sante = Retirez ce qui touche à la santé : le partenaire n’est pas tenu au secret. Dites plutôt ce que le lieu doit prévoir : du calme, du temps, un accès sans marche.
garde-violences = Retirez ce qui touche aux violences : le partenaire n’est pas tenu au secret. Choisissez plutôt ce qui bloque, comme « comptes à sécuriser », et la précaution « ne pas contacter ».
garde-vie-privee = Retirez ce qui touche à sa vie privée : le partenaire n’est pas tenu au secret et n’en a pas besoin pour aider.
garde-adresse = Retirez l’adresse : le secteur suffit.
garde-nom = Cela ressemble au nom d’une personne. Retirez-le. S’il s’agit d’autre chose (une rue, une école, un logiciel), cochez « J’ai relu », puis continuez.
garde-recit = Ce texte est long. Une phrase suffit.
garde-sensible = C’est sensible. Le partenaire est tenu au secret : gardez-le seulement s’il en a besoin, en cochant la case.
garde-garder = J’ai relu : je garde ce texte
