partenaires-titre = Partenaires
partenaires-aucun = Aucun partenaire pour l’instant. Invitez une première structure.
partenaires-a-approuver = À approuver
partenaires-actif = Actif
partenaires-suspendu = Suspendu
partenaires-comparer = Appelez l’administrateur de cette structure. Comparez ces six chiffres :
partenaires-approuver = Les chiffres sont les mêmes : approuver { $nom }
partenaires-different = S’ils sont différents, n’approuvez pas et recommencez l’invitation.
partenaires-adresse-du-noeud = Adresse
partenaires-empreinte = Empreinte
partenaires-contact = Dernier contact
partenaires-jamais = Pas depuis le démarrage
partenaires-file = En attente
partenaires-en-attente =
    { $nombre ->
        [one] Un envoi
       *[other] { $nombre } envois
    }
partenaires-coordonne = Coordonne le territoire : prévenu des concertations sans issue, sans savoir de qui il s’agit.
partenaires-coordination = { $nom } coordonne le territoire : le noter
partenaires-ne-coordonne-plus = { $nom } ne coordonne plus : le noter
partenaires-suspendre = Suspendre les échanges avec { $nom }
partenaires-suspendre-aide = Plus rien ne part ni n’arrive, sauf les effacements. Vous pourrez reprendre.
partenaires-reprendre = Reprendre les échanges avec { $nom }
partenaires-inviter = Inviter une structure
partenaires-inviter-aide = L’invitation se transmet de la main à la main. Elle sert une seule fois.
partenaires-creer = Créer une invitation
partenaires-accepter = Répondre à une invitation
partenaires-texte = Texte de l’invitation
partenaires-texte-aide = Il commence par « maillage:invite: ».
partenaires-repondre = Répondre
partenaires-invitation-illisible = Ce texte n’est pas une invitation. Recopiez-le en entier.
partenaires-sans-reponse = L’autre nœud ne répond pas. Vérifiez qu’il est en marche, puis réessayez.
partenaires-autre-identite = À cette adresse répond une autre structure. Demandez une nouvelle invitation.
partenaires-adresse = L’adresse de cette invitation ne peut pas être appelée d’ici.
partenaires-perimee = Cette invitation est périmée ou a déjà servi. Demandez-en une nouvelle.
partenaires-preuve = L’autre nœud n’a pas prouvé qu’il connaît l’invitation. Demandez-en une nouvelle.
partenaires-nous-memes = Cette invitation vient de votre propre structure.

alerte-deux-histoires = Ce partenaire a écrit deux histoires différentes. Appelez-le.
alerte-copie = Une copie ancienne de notre nœud est peut-être en marche. Arrêtez-la.
alerte-identite = L’identité de ce partenaire a deux suites. Appelez-le avant tout échange.
alerte-bloque = Ce partenaire ne peut plus recevoir nos envois. Nous réessayons. Appelez-le.
alerte-cle = Des messages de ce partenaire attendent leur clé. Nous la lui redemandons à chaque contact. Si cela dure, appelez-le.
alerte-refuse = Ce partenaire refuse nos envois. Nous réessayons une fois par jour. Appelez-le.
alerte-silence = Ce partenaire ne répond pas. Nous réessayons sans cesse. Premier échec :

invitation-titre = Invitation
invitation-aide = Remettez cette invitation à l’administrateur de la structure, en main propre.
invitation-dessin = Invitation sous forme de code à photographier
invitation-texte = Le même texte, à copier
invitation-etape-1 = L’autre administrateur colle ce texte dans sa page « Partenaires ».
invitation-etape-2 = Vos deux écrans affichent alors six chiffres.
invitation-etape-3 = Comparez-les par téléphone, puis approuvez chacun de votre côté.
invitation-faite = Invitation transmise
