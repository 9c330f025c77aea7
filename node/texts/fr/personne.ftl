# Les pages de la personne, avec le code de son récépissé. Phrases courtes, « vous », aucun sigle.
personne-code-titre = Ma demande
personne-code-chapeau = Le code est sur votre papier. Il a seize lettres et chiffres.
personne-code-champ = Votre code
personne-code-aide = Majuscules, minuscules, espaces : tout convient. Un O ou un zéro, c’est pareil.
personne-code-voir = Voir ma demande
personne-code-accompagne = Une personne de la structure peut le faire avec vous.
personne-code-inconnu = Ce code n’est pas connu ici. Vérifiez chaque lettre, et l’adresse écrite sur votre papier.

personne-titre = Ma demande
personne-langues = Écouter, ou lire aussi dans une autre langue
personne-phrase-qui = Avec qui : { $structure }. { $lieu }
personne-phrase-sans-nom = { $structure } connaît votre besoin. Ils n’ont pas votre nom.
personne-phrase-joindre = { $structure } connaît votre besoin. Ils savent comment vous joindre.
personne-phrase-efface = Ce qui dit qui vous êtes est effacé ici.
personne-phrase-jusque = Votre accord vaut jusqu’au { $quand }.
personne-phrase-appeler = Une question ? Appelez { $structure } : { $telephone }.
personne-qui = Avec qui ?
personne-savent = Ce qu’ils savent
personne-contact-donne = Ils peuvent aussi vous joindre. Ils ont :
personne-contact-garde = Ils n’ont ni votre nom, ni votre téléphone.
personne-contact-apres = Ils les auront s’ils acceptent.
personne-jusque = Votre accord vaut jusqu’au
personne-appeler = Une question ? Appelez
personne-changer = Changer d’avis
personne-changer-faire = Je veux arrêter
personne-quitter = Quitter cette page
personne-quitter-aide = Sur un ordinateur partagé, fermez aussi la fenêtre.

personne-cherche = Une autre solution est cherchée pour vous.
personne-sans-solution = Aucune solution n’a été trouvée. Vous pouvez appeler pour en parler, ou voir gratuitement un délégué du Défenseur des droits.
personne-suite = La suite : { $structure } doit { $acte }, avant { $quand }.
personne-suite-retard = { $structure } devait { $acte } avant { $quand }. C’est en retard : vous pouvez appeler.
personne-rendez-vous = Vous avez rendez-vous { $quand } ({ $lieu }).

personne-avis-titre = Êtes-vous aidée ?
personne-avis-question = Cela vous a-t-il aidée ?
personne-avis-dire = Envoyer ma réponse
personne-avis-dit = Vous avez dit :
personne-avis-absent = Choisissez une réponse.
personne-avis-note = Merci. Votre réponse est notée.

personne-arret-definitif = Ce qui dit qui vous êtes sera effacé, ici et là-bas. Cela ne peut pas être annulé. Vous pourrez faire une nouvelle demande.
personne-arret-structure = Tout s’arrête avec { $nom }. On pourra vous proposer un autre lieu.
personne-arret-structure-oui = J’arrête avec cette structure
personne-arret-tout = Tout s’arrête, avec tout le monde. On ne cherchera plus de solution.
personne-arret-tout-oui = J’arrête tout
personne-arret-rien = Rien ne change.
personne-arret-non = Non, je continue
personne-arret-fait = C’est arrêté. Vous n’avez rien d’autre à faire.

personne-efface-ici = Ce qui dit qui vous êtes est effacé.
personne-efface-attendu = Ce qui dit qui vous êtes est effacé ici. L’effacement chez { $structure } est demandé.
personne-efface-atteste = Ce qui dit qui vous êtes est effacé. { $structure } l’a confirmé { $quand }.

personne-statut-ecrite = Votre demande est écrite. Elle part vers { $structure }.
personne-statut-remise = { $structure } a reçu votre demande. Personne ne l’a encore ouverte.
personne-statut-ouverte = { $structure } a lu votre demande. La réponse est attendue.
personne-statut-question = { $structure } a besoin d’une précision avant de répondre.
personne-statut-acceptee = { $structure } accepte de vous aider.
personne-statut-attente = { $structure } vous aidera. Vous êtes sur une liste d’attente.
personne-statut-rendez-vous = { $structure } vous attend.
personne-statut-manque = Le rendez-vous n’a pas eu lieu. { $structure } vous en proposera un autre.
personne-statut-en-cours = { $structure } vous aide en ce moment.
personne-statut-relais = { $structure } demande à un autre lieu de vous aider.
personne-statut-ailleurs = { $structure } vous a orientée vers un autre lieu, qui vous aide. Pour la suite, prenez le papier que { $structure } vous a remis.
personne-reglee = Ce lieu dit que votre besoin est réglé.
personne-statut-concertation = Les professionnels cherchent ensemble une solution pour vous.
personne-statut-annulation = L’arrêt de votre demande est en cours.
personne-statut-finie = { $structure } dit que l’aide est terminée.
personne-statut-close = Votre demande est terminée.
personne-statut-refusee = { $structure } ne peut pas vous aider.
personne-statut-annulee = Votre demande à { $structure } est annulée.
personne-statut-retiree = Vous avez arrêté votre demande.
personne-statut-expiree = { $structure } n’a pas répondu à temps.
personne-statut-erronee = Cette demande était une erreur. Elle est annulée.
personne-statut-effacee = Votre demande est effacée.

personne-acte-envoyer = transmettre votre demande
personne-acte-repondre = répondre
personne-acte-precision = donner une précision
personne-acte-contact = transmettre votre contact
personne-acte-joindre = vous joindre
personne-acte-rendez-vous = fixer un rendez-vous
personne-acte-presence = dire si le rendez-vous a eu lieu
personne-acte-nouvelles = donner des nouvelles
personne-acte-suivre = suivre votre nouvelle demande
personne-acte-concertation = chercher une solution avec d’autres
personne-acte-arret = confirmer l’arrêt
personne-acte-demander = vous demander si cela vous a aidée
personne-acte-reprendre = reprendre votre demande

personne-ouvertures = Qui a vu votre demande ?
personne-ouvertures-aide = Ici, on note qui ouvre votre demande, chez { $nom }. L’autre structure tient sa propre liste : demandez-la-lui.
personne-ouvertures-liste = Voir la liste
