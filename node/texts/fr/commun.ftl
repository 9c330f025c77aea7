# Ce qui entoure chaque page.
commun-produit = Maillage
commun-horloge = L’heure de ce serveur diffère de plus de deux minutes de celle des partenaires. Aucune demande ne part avant qu’elle soit juste : prévenez votre administrateur.
commun-aller-au-contenu = Aller au contenu
commun-menu = Menu principal
commun-pied = Aucun serveur central : les dossiers restent dans les structures.
commun-ecouter = Écouter
commun-a-corriger = À corriger avant de continuer
commun-trop-long = Ce texte est trop long : 300 caractères au plus.
commun-texte-aide = 300 caractères au plus. N’écrivez rien sur la personne.
commun-reference = Référence
commun-urgent = Droit en danger

menu-accueil = À vous de jouer
menu-orienter = Orienter
menu-partenaires = Partenaires
menu-moi = Mes accès ({ $nom })
menu-deconnexion = Se déconnecter

commun-obligatoire = { $nom } (obligatoire)
commun-session-bientot = Votre session se ferme dans deux minutes.
commun-session-rester = Rester connecté
commun-session-muette = Le serveur ne répond pas. Réessayez.
commun-session-fermee = Votre session est fermée. Copiez ce que vous avez écrit avant de quitter cette page.

jour-illisible = Indiquez un jour, par exemple 2026-03-10.
jour-absent = Indiquez le jour.
date-passee = Indiquez un jour à venir.

# À qui le tour.
tour-a-vous = À vous : { $acte }
tour-a-autre = À { $structure } : { $acte }
tour-a-elle = À la personne : { $acte }
tour-choisir = À vous : choisir la suite, plus personne ne l’aide
tour-ailleurs = Une autre structure aide la personne. Sans nouvelles de cette structure, vous choisirez la suite
tour-lui-demander = À vous : lui demander si cela a aidé
tour-avant = avant { $quand }
tour-retard = en retard, c’était pour { $quand }

remise-attente = Enregistrée ici, pas encore envoyée
remise-envoyee = Envoyée, remise pas encore confirmée
remise-faite = Remise

effacement-ici = L’identité est effacée ici.
effacement-en-retard = L’identité est effacée ici. Le partenaire devait confirmer l’effacement demandé { $quand }, et ne l’a pas fait : appelez-le.
effacement-attendu = L’identité est effacée ici. L’effacement chez le partenaire est demandé.
effacement-atteste = L’identité est effacée. Le partenaire l’a attesté { $quand }. Ses sauvegardes ne la contiennent plus après { $sauvegardes }.

service-inconnu = un service absent de notre annuaire

# Ce qui vient d’être fait.
fini-ouverte = Demande ouverte.
fini-acceptee = Demande acceptée. Le contact arrive dès que le partenaire répond.
fini-refusee = Réponse enregistrée. Elle sera remise dès que possible.
fini-question = Question enregistrée. Le tour passe au partenaire.
fini-repondu = Réponse enregistrée. Le tour passe au partenaire.
fini-rendez-vous = Rendez-vous enregistré.
fini-commencee = Début de l’accompagnement enregistré.
fini-attente = Date promise enregistrée.
fini-nouvelles = Nouvelles enregistrées.
fini-absence = Absence enregistrée.
fini-issue = Issue déclarée.
fini-avis = Sa réponse est enregistrée, telle qu’elle l’a dite.
fini-confirmee = Issue confirmée.
fini-annulee = Arrêt enregistré.
fini-reprise = Accompagnement repris.
fini-reexamen = Réexamen demandé. Le tour passe au partenaire.
fini-note = Note gardée ici. Elle n’est envoyée à personne.
fini-note-effacee = Note effacée.
fini-acces-demande = Demande notée. Un autre administrateur doit être d’accord ; si vous êtes seul, revenez dans 24 heures.
fini-acces-clos = C’est refermé. Personne n’ouvre plus ce dossier.
fini-acces-accorde = Accès ouvert pour une heure. La personne pourra le lire.
fini-pas-renouvele = Elle ne prolonge pas. Rien ne change jusqu’à la date prévue.
fini-concertation = C’est enregistré. Le partenaire en est prévenu.
fini-desistement = Désistement enregistré. Le partenaire reprend la main.
fini-besoin = Le besoin est clos, avec son motif.
fini-enlevee = C’est enlevé ici. Le partenaire l’efface dès qu’il reçoit la demande. L’aide continue.
fini-retiree = Son accord est retiré. L’effacement est en cours.
fini-recepisse = Récépissé remis. Le code n’est plus affiché nulle part.
fini-brouillon = Brouillon effacé.
fini-invitation = Invitation transmise. Attendez la réponse du partenaire.
fini-demande-lien = Le partenaire a répondu. Comparez les six chiffres par téléphone.
fini-lien = Partenaire approuvé.
fini-coordination = Choix enregistré.
fini-suspendu = Échanges suspendus.
fini-repris = Échanges repris.
fini-session = Session fermée.
fini-mot-de-passe = Mot de passe changé. Vos autres sessions sont fermées.
fini-absence-notee = Absence notée.
fini-confie = Suivi confié : ce qui arrive sera pour cette personne.
fini-retour = Absence effacée.
fini-role = Rôle enregistré.
fini-interrompue = Votre session s’est fermée. Ce que vous veniez d’envoyer n’est pas enregistré : connectez-vous, et recommencez.
fini-arrivee = Bienvenue. Votre mot de passe est enregistré.
fini-lien-remis = Lien remis. Il sert une fois, pendant 24 heures.
fini-depart = Compte fermé. Ce qu’il suivait est repris.
fini-courriel = Choix enregistré.
fini-deconnexion = Vous êtes déconnecté.

retirer-quoi = Qu’est-ce qu’on enlève ?
retirer-faire = Enlever
retirer-absent = Choisissez ce qu’on enlève.
retirer-fait = Enlevé à sa demande : { $liste }.
retirer-prenom = le prénom
retirer-telephone = le numéro de téléphone
retirer-mel = l’adresse e-mail
retirer-adresse = l’adresse postale
retirer-apporte = ce qui est apporté
retirer-note = la note pratique
retirer-retour = ne plus dire la suite à { $nom }
retirer-chiffres = ne plus compter cette demande dans les statistiques
reseau-partenaire = un partenaire du réseau
