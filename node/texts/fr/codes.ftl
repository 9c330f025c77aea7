# Codes de listes fermées, en mots. Les libellés des besoins sont ceux de la liste nationale (data·inclusion).

besoin-choisir-un-metier--confirmer-son-choix-de-metier = Confirmer son choix de métier
besoin-choisir-un-metier--connaitre-les-opportunites-demploi = Connaître les opportunités d’emploi
besoin-choisir-un-metier--decouvrir-un-metier-ou-un-secteur-dactivite = Découvrir un métier ou un secteur d’activité
besoin-choisir-un-metier--identifier-ses-points-forts-et-ses-competences = Identifier ses points forts et ses compétences
besoin-creer-une-entreprise--definir-son-projet-de-creation-dentreprise = Définir son projet de création d’entreprise
besoin-creer-une-entreprise--developper-son-entreprise = Développer son entreprise
besoin-creer-une-entreprise--structurer-son-projet-de-creation-dentreprise = Structurer son projet de création d’entreprise
besoin-difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives = Accompagnement aux démarches administratives
besoin-difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete = Accompagnement pour l’accès à la citoyenneté
besoin-difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits = Accompagnement pour l’accès aux droits
besoin-difficultes-administratives-ou-juridiques--beneficier-dune-mesure-daccompagnement-adapte = Bénéficier d’une mesure d’accompagnement adapté
besoin-difficultes-administratives-ou-juridiques--connaitre-ses-droits-face-a-une-discrimination = Connaître ses droits face à une discrimination
besoin-difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire = Prendre en compte une problématique judiciaire
besoin-difficultes-financieres--acquerir-une-autonomie-budgetaire = Acquérir une autonomie budgétaire
besoin-difficultes-financieres--ameliorer-sa-gestion-budgetaire = Améliorer sa gestion budgétaire
besoin-difficultes-financieres--mettre-en-place-une-mesure-de-protection-financiere = Mettre en place une mesure de protection financière
besoin-difficultes-financieres--prevenir-une-degradation-de-la-situation-financiere = Prévenir une dégradation de la situation financière
besoin-difficultes-financieres--situation-dendettement-surendettement = Situation d’endettement ou de surendettement
besoin-equipement-et-alimentation--aide-menagere = Aide ménagère
besoin-equipement-et-alimentation--alimentation = Alimentation
besoin-equipement-et-alimentation--electromenager = Électroménager
besoin-equipement-et-alimentation--habillement = Habillement
besoin-famille--garde-denfants = Garde d’enfants
besoin-famille--prise-en-charge-personne-dependante = Prise en charge d’une personne dépendante
besoin-famille--soutien-a-la-parentalite-et-a-leducation = Soutien à la parentalité et à l’éducation
besoin-famille--soutien-aidants = Soutien aux aidants
besoin-famille--surmonter-conflits-separation-violence = Surmonter les conflits liés à la séparation ou à la violence
besoin-lecture-ecriture-calcul--maitriser-le-calcul = Maîtriser le calcul
besoin-lecture-ecriture-calcul--maitriser-le-francais = Maîtriser le français
besoin-logement-hebergement--acheter-un-logement = Acheter un logement
besoin-logement-hebergement--changer-de-logement = Changer de logement
besoin-logement-hebergement--louer-un-logement = Louer un logement
besoin-logement-hebergement--rechercher-une-solution-dhebergement-temporaire = Rechercher une solution d’hébergement temporaire
besoin-logement-hebergement--reduire-les-impayes-de-loyer = Réduire les impayés de loyer
besoin-logement-hebergement--se-maintenir-dans-le-logement = Se maintenir dans le logement
besoin-logement-hebergement--sinformer-sur-les-demarches-liees-a-lacces-au-logement = S’informer sur les démarches liées à l’accès au logement
besoin-mobilite--acceder-a-un-vehicule = Accéder à un véhicule
besoin-mobilite--entretenir-reparer-son-vehicule = Entretenir et réparer son véhicule
besoin-mobilite--etre-accompagne-dans-son-parcours-mobilite = Être accompagné dans son parcours mobilité
besoin-mobilite--financer-ma-mobilite = Financer ma mobilité
besoin-mobilite--mobilite-douce-partagee-collective = Utiliser des services de mobilité douce, partagée ou collective
besoin-mobilite--preparer-un-permis = Préparer un permis
besoin-numerique--acceder-a-des-services-en-ligne = Accéder à des services en ligne
besoin-numerique--acceder-a-une-connexion-internet = Accéder à une connexion Internet
besoin-numerique--acquerir-un-equipement = Acquérir un équipement
besoin-numerique--maitriser-les-fondamentaux-du-numerique = Maîtriser les fondamentaux du numérique
besoin-preparer-sa-candidature--developper-son-reseau = Développer son réseau
besoin-preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi = Organiser ses démarches de recherche d’emploi
besoin-preparer-sa-candidature--realiser-un-cv-et-ou-une-lettre-de-motivation = Réaliser un CV et/ou une lettre de motivation
besoin-preparer-sa-candidature--valoriser-ses-competences = Valoriser ses compétences
besoin-remobilisation--activites-sportives-et-culturelles = Activités sportives et culturelles
besoin-remobilisation--benevolat-action-citoyenne = Bénévolat et action citoyenne
besoin-remobilisation--bien-etre-confiance-en-soi = Bien-être et confiance en soi
besoin-remobilisation--lien-social = Lien social
besoin-sante--acces-aux-soins = Accès aux soins
besoin-sante--addictions = Addictions
besoin-sante--constituer-un-dossier-mdph-invalidite = Constituer un dossier MDPH pour invalidité
besoin-sante--sante-mentale = Santé mentale
besoin-sante--sante-sexuelle = Santé sexuelle
besoin-se-former--monter-son-dossier-de-formation = Monter son dossier de formation
besoin-se-former--trouver-sa-formation = Trouver sa formation
besoin-souvrir-a-linternational--connaitre-les-opportunites-demploi-a-letranger = Connaître les opportunités d’emploi à l’étranger
besoin-souvrir-a-linternational--sinformer-sur-les-aides-pour-travailler-a-letranger = S’informer sur les aides pour travailler à l’étranger
besoin-souvrir-a-linternational--sorganiser-suite-a-son-retour-en-france = S’organiser suite à son retour en France
besoin-trouver-un-emploi--convaincre-un-recruteur-en-entretien = Convaincre un recruteur en entretien
besoin-trouver-un-emploi--faire-des-candidatures-spontanees = Faire des candidatures spontanées
besoin-trouver-un-emploi--maintien-dans-lemploi = Maintien dans l’emploi
besoin-trouver-un-emploi--repondre-a-des-offres-demploi = Répondre à des offres d’emploi
besoin-trouver-un-emploi--suivre-ses-candidatures-et-relancer-les-employeurs = Suivre ses candidatures et relancer les employeurs
besoin-other = Autre démarche

droit-papiers = Papiers, élections, citoyenneté
droit-famille = Famille, école
droit-social = Social, santé
droit-travail = Travail, formation
droit-logement = Logement
droit-transports = Transports, mobilité
droit-argent = Argent, impôts
droit-justice = Justice
droit-etranger = Étrangers, Europe
droit-loisirs = Loisirs, sport, culture
droit-associations = Associations
droit-other = Autre démarche

obstacle-no_equipment = Pas d’appareil
obstacle-no_connection = Pas de connexion
obstacle-no_mailbox = Pas d’adresse e-mail
obstacle-lost_access = Mot de passe ou compte perdu
obstacle-device_skills = L’appareil est difficile à utiliser
obstacle-online_form = Le formulaire en ligne est difficile
obstacle-account_security = Comptes à sécuriser
obstacle-agency_blocked = L’organisme ne répond pas, ou son site est bloqué
obstacle-other = Autre difficulté

urgence-normal = Sans urgence
urgence-priority = Prioritaire
urgence-right_at_risk = Droit en danger

autonomie-0 = Ne fait rien sans une main sur la souris
autonomie-1 = Se laisse guider à chaque geste
autonomie-2 = Avance avec de l’aide par moments
autonomie-3 = Seule sur ce qu’elle connaît
autonomie-4 = Seule
autonomie-unknown = Non observée

modalite-answer = Une réponse suffit
modalite-together = Faire ensemble, pour savoir faire
modalite-individual = Accompagnement individuel
modalite-workshop = Atelier en groupe
modalite-on_behalf = Faire à sa place, par un aidant habilité

creneau-mon_am = Lundi matin
creneau-mon_pm = Lundi après-midi
creneau-tue_am = Mardi matin
creneau-tue_pm = Mardi après-midi
creneau-wed_am = Mercredi matin
creneau-wed_pm = Mercredi après-midi
creneau-thu_am = Jeudi matin
creneau-thu_pm = Jeudi après-midi
creneau-fri_am = Vendredi matin
creneau-fri_pm = Vendredi après-midi
creneau-sat_am = Samedi matin
creneau-sat_pm = Samedi après-midi
creneau-other = Autre moment

mobilite-step_free = Accès sans marche
mobilite-near_bus = Près d’un arrêt de bus
mobilite-at_home = À domicile
mobilite-other = Autre

adaptation-oral = À l’oral plutôt qu’à l’écrit
adaptation-pace = À son rythme
adaptation-quiet = Dans un lieu calme
adaptation-other = Autre

sujet-deadline = La date limite
sujet-procedure = La démarche ou le document
sujet-availability = Ses disponibilités
sujet-equipment = L’appareil dont elle dispose
sujet-mobility = Comment elle peut venir
sujet-language = La langue
sujet-expectation = Ce qu’elle attend
sujet-other = Autre chose

precision-yes = Oui
precision-no = Non
precision-unknown = Nous ne savons pas
precision-she_will_say = Elle le dira elle-même
precision-other = Autre réponse

ajout-deadline_nearer = L’échéance est plus proche
ajout-information_added = L’information manquante est là
ajout-criterion_met = Un critère est rempli finalement
ajout-wider_availability = Elle peut venir à d’autres moments
ajout-other = Autre élément

motif-capacity_full = Complet
motif-out_of_area = Hors de notre territoire
motif-out_of_audience = Public que nous n’accueillons pas
motif-out_of_mission = Hors de nos missions
motif-prerequisite_missing = Une étape est nécessaire avant
motif-information_missing = Il manque une information
motif-service_closed = Service fermé ou suspendu
motif-hours = Horaires incompatibles
motif-accessibility = Lieu non accessible pour elle
motif-language = Langue que nous ne parlons pas
motif-equipment = Matériel indisponible
motif-duplicate = Déjà chez nous
motif-misaddressed = Erreur d’adressage
motif-loop = Déjà essayé ici
motif-other = Autre

desistement-capacity_lost = Plus de place
desistement-out_of_mission = Hors de nos missions
desistement-service_closed = Service fermé
desistement-other = Autre motif

annulation-recalled = Rappelée avant l’envoi
annulation-taken_elsewhere = Quelqu’un d’autre l’aide
annulation-situation_changed = Sa situation a changé
annulation-no_answer = La question est restée sans réponse
annulation-consent_expired = Son accord a expiré
annulation-other = Autre motif

erronee-wrong_person = Il s’agit de quelqu’un d’autre
erronee-duplicate = Demande en double
erronee-test = C’était un essai
erronee-other = Autre erreur

absence-absent = Elle n’est pas venue
absence-excused = Elle avait prévenu
absence-by_service = Nous avons annulé

contact-contact_tried = Nous avons essayé de la joindre
contact-met = Nous nous sommes vus
contact-arrived_with_code = Elle est venue avec son code

lieu-rdv-desk = À l’accueil du service
lieu-rdv-drop_in = À une permanence
lieu-rdv-telephone = Par téléphone
lieu-rdv-video = En visio
lieu-rdv-home = À son domicile

concertation-loop = Ce besoin est déjà passé ici
concertation-dead_end = Plus aucune orientation possible
concertation-complex = Plusieurs structures sont nécessaires
concertation-disagreement = Désaccord entre les structures
concertation-other = Autre motif

plan-make_contact = Contacter la personne
plan-help_together = Aider ensemble
plan-prepare_first = Préparer d’abord quelque chose
plan-other = Autre chose

issue-autonomous = Elle sait le faire
issue-accompanied = Accompagnée jusqu’au bout
issue-done_with = Fait avec elle
issue-done_under_mandate = Fait pour elle, sous mandat
issue-right_opened = Droit ouvert
issue-equipment_given = Équipement remis
issue-resolved_elsewhere = Résolu ailleurs
issue-follow_up_planned = Suite prévue
issue-skill_in_progress = Apprentissage en cours
issue-right_under_examination = Droit en instruction
issue-out_of_mission = Pas de notre compétence
issue-capacity = Manque de place
issue-blocked_by_agency = Dossier ou site de l’organisme bloqué
issue-document_missing = Pièce manquante
issue-deadline_passed = Délai dépassé
issue-side_obstacle = Autre frein (mobilité, langue, garde, santé)
issue-no_offer_in_territory = Rien sur le territoire
issue-unreachable = Injoignable
issue-absences = Absences
issue-no_longer_wanted = Ne souhaite plus
issue-need_gone = Le besoin a disparu
issue-moved_away = A déménagé
issue-died = Décès
issue-unknown = Inconnue

famille-resolved = Résolu
famille-partly = En partie
famille-unmet = Non satisfait
famille-dropped = Sans suite
famille-unknown = On ne sait pas

aidee-yes = Oui
aidee-partly = En partie
aidee-no = Non

moyen-page = Sur sa page
moyen-voice = Par téléphone
moyen-sms = Par SMS
moyen-desk = Au guichet

retour-outcome = Comment cela s’est terminé
retour-progress = Où en est la demande, sans le résultat
retour-decision_only = Seulement leur réponse : oui ou non

temoin-reception = L’agent d’accueil
temoin-professional = Un autre professionnel
temoin-interpreter = Un interprète
temoin-alone = Personne d’autre : je l’atteste
temoin-other = Quelqu’un d’autre

qualite-legal_representative = Représentant légal
qualite-family_carer = Proche de confiance
qualite-interpreter = Interprète
qualite-other = Autre qualité

recueil-in_person = Face à face
recueil-drop_in = À une permanence
recueil-telephone = Par téléphone
recueil-other = Ailleurs

donnee-need = Son besoin
donnee-right = Le droit concerné
donnee-obstacles = La difficulté numérique
donnee-zone = Son secteur d’habitation
donnee-deadline = La date limite
donnee-mode = L’aide souhaitée
donnee-schedule = Ses disponibilités
donnee-mobility = Comment elle peut venir
donnee-language = Sa langue
donnee-accommodation = Les adaptations utiles
donnee-criteria_met = Les critères remplis
donnee-already_tried = Ce qui a déjà été essayé
donnee-first_name = Son prénom
donnee-phone = Son numéro de téléphone
donnee-email = Son adresse e-mail
donnee-post = Son adresse postale
donnee-via_sender = Elle est jointe par notre structure
donnee-comes_with_code = Elle vient avec son code
donnee-safe_contact = Les précautions pour la joindre
donnee-brings = Ce qu’elle apporte
donnee-practical_note = Une note pratique
donnee-coordination_contact = Un autre professionnel qui la suit
donnee-representative_contact = Son représentant
donnee-procedure_stage = L’avancement de la démarche
donnee-documents_held = Les papiers qu’elle a
donnee-equipment_home = Son équipement à domicile
donnee-autonomy = Son autonomie numérique
donnee-context_note = Un élément de contexte
donnee-other = Une donnée d’une version plus récente

secret-profession = Ces professionnels sont tenus au secret.
secret-mission = Ces professionnels sont tenus au secret par leur mission.
secret-public_agent = Ces agents ne sont pas tenus au secret : discrétion professionnelle.
secret-contract = Ces salariés ne sont pas tenus au secret : leur contrat les engage.
secret-charter = Ces bénévoles ne sont pas tenus au secret : la charte les engage.

statut-draft = Brouillon
statut-proposed = Proposée
statut-delivered = Remise
statut-seen = Ouverte
statut-questioned = Précision demandée
statut-accepted = Acceptée
statut-waitlisted = Sur liste d’attente
statut-scheduled = Rendez-vous fixé
statut-missed = Rendez-vous manqué
statut-underway = En cours
statut-referring_on = Réorientation en cours
statut-case_conference = Concertation
statut-cancellation_requested = Annulation demandée
statut-concluded = Issue déclarée
statut-closed = Close
statut-declined = Refusée
statut-referred_on = Réorientée
statut-cancelled = Annulée
statut-withdrawn = Accord retiré
statut-expired = Expirée
statut-mistaken = Erronée
statut-erased = Effacée

acte-propose = envoyer la demande, ou l’abandonner
acte-deliver = faire parvenir la demande, ou téléphoner
acte-open = ouvrir la demande
acte-decide = accepter ou refuser
acte-answer_question = répondre à la question
acte-disclose = transmettre le contact
acte-make_contact = prendre contact avec la personne
acte-schedule = fixer un rendez-vous
acte-state_appointment = dire si le rendez-vous a eu lieu
acte-contact_again = reprendre contact
acte-give_news = donner des nouvelles, ou conclure
acte-follow_child = suivre la nouvelle orientation
acte-join = rejoindre la concertation
acte-give_verdict = dire ce que la concertation a décidé
acte-settle_cancellation = confirmer l’arrêt, ou dire ce qui a été fait
acte-say_if_helped = dire si cela a aidé
acte-reconsider = reprendre, puisque cela n’a pas aidé

cloture-contested = Contestée : la personne dit que cela n’a pas aidé.
cloture-person = Confirmée par la personne
cloture-sender = Confirmée par la structure qui a orienté
cloture-tacit = Sans réponse dans les délais

prudence-no_message = Ne laisser aucun message
prudence-do_not_contact = Ne pas contacter : elle vient
prudence-masked_sender = Ne pas dire le nom de la structure

apporte-phone = Son téléphone
apporte-tablet = Sa tablette
apporte-computer = Son ordinateur
apporte-connection = Sa connexion
apporte-identity_papers = Ses papiers d’identité
apporte-income_papers = Ses justificatifs de ressources
apporte-tax_papers = Ses avis d’impôt
apporte-housing_papers = Ses papiers de logement
apporte-letters = Les courriers de l’organisme
apporte-other = Autre chose

relais-declined = l’autre structure a dit non
relais-expired = l’autre structure n’a pas répondu
relais-cancelled = la demande a été reprise
relais-withdrawn = la personne a retiré son accord

etat-besoin-open = ouvert
etat-besoin-resolved = réglé
etat-besoin-partly_resolved = réglé en partie
etat-besoin-unmet = sans solution
etat-besoin-dropped = sans suite
etat-besoin-withdrawn = arrêté par la personne
etat-besoin-unknown = fin non communiquée

essai-declined = une structure n’a pas pu aider
essai-silence = une structure n’a pas répondu
essai-cancelled = une demande a été annulée
essai-unresolved = une aide n’a pas suffi
essai-other = un autre essai

relance-late = C’est en retard. N’importe quel collègue peut répondre.
relance-unopened = Personne ne l’a ouverte, et la réponse est en retard. Un collègue peut répondre.
relance-unchosen = Plus personne ne l’aide, et rien n’est choisi. Orientez ailleurs, ou clôturez le besoin.
relance-undelivered = La demande n’arrive pas. Appelez la structure, ou demandez aussi ailleurs.
relance-undecided = Pas de réponse dans les temps. Appelez la structure, ou demandez aussi ailleurs.
relance-half_time = La moitié du temps est passée, et personne n’a accepté. Appelez, ou demandez aussi ailleurs.
relance-alternatives = Toujours pas de réponse. Demandez aussi ailleurs.
relance-ask_her = L’aide est dite terminée. Demandez-lui si cela l’a aidée, puis notez sa réponse.
relance-unconfirmed = L’aide est dite terminée depuis une semaine. Confirmez l’issue, ou dites ce que vous en savez.
relance-appointment_near = Elle est attendue demain. Si vous pouvez la joindre, rappelez-le-lui : le jour, l’heure et le lieu, sans le motif.
relance-consent_ends = Son accord se termine bientôt. Demandez-lui si elle veut le prolonger.
relance-no_news = Pas de nouvelles. Appelez la structure.

etape-not_started = Pas commencée
etape-started = En cours de saisie
etape-sent = Envoyée
etape-incomplete = Il manque quelque chose
etape-refused = Refusée
etape-other = Autre étape

exception-her_request = la personne demande ce qui est gardé d’elle, et personne de l’équipe ne peut répondre
exception-life = la vie de quelqu’un est en danger
exception-court = un juge ou la police l’exige
exception-repair = quelque chose est en panne, et ne peut être réparé sans voir
