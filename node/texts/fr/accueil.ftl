accueil-titre = À vous de jouer
accueil-orienter = Orienter une personne
accueil-urgent = Urgent : droit en danger
accueil-a-repondre = À répondre
accueil-attente = J’attends une réponse
accueil-a-preciser = À faire avancer
accueil-a-reprendre = À reprendre : plus personne ne l’aide
accueil-a-clore = À clore
accueil-rien = Rien ne vous attend. Belle journée !
accueil-brouillons = À finir
accueil-brouillon = Orientation commencée
accueil-recepisse = Récépissé à remettre
accueil-invitation = Invitation à transmettre
accueil-reprendre = Reprendre
accueil-abandonner = Effacer
accueil-recherche = Retrouver une demande
accueil-reference = Référence, par exemple K7QD-2M9P
accueil-ouvrir = Ouvrir
accueil-inconnue = Aucune demande ne porte cette référence ici. Vérifiez les huit caractères.
accueil-terminees = Demandes terminées
accueil-retrait = Une personne veut arrêter, avec le code de son papier

retrait-titre = Arrêter avec un code
retrait-chapeau = Elle a un papier avec un code, remis ici ou ailleurs. Vous pouvez tout arrêter avec elle, sans savoir qui elle est.
retrait-code = Le code de son papier
retrait-chercher = Chercher ce code
retrait-sans-code = Sans code, la structure qui a écrit la demande peut l’arrêter avec elle, ou celle qui l’aide.
retrait-illisible = Un code a seize lettres et chiffres. Vérifiez chaque groupe.
retrait-inconnu = Ce code n’est connu ni ici, ni chez les partenaires qui répondent. Vérifiez chaque lettre ; sinon, appelez la structure écrite sur son papier.
retrait-silence = { $nombre ->
    [one] Un partenaire ne répond pas en ce moment.
   *[other] { $nombre } partenaires ne répondent pas en ce moment.
 } Le code est peut-être de l’un d’eux : réessayez plus tard.
retrait-valable = Ce code est valable
retrait-effet = Tout s’arrête avec la structure qui l’aide. Ce qui dit qui elle est sera effacé, là où c’est écrit et là où c’est arrivé. Cela ne peut pas être annulé.
retrait-rien-de-plus = Vous n’en saurez pas plus. Le code est effacé d’ici une fois arrivé.
retrait-faire = Elle est sûre : arrêter
retrait-renoncer = Ne rien arrêter
retrait-fait = C’est demandé
retrait-suite = La demande d’arrêt est écrite. Elle part tout de suite, ou dès que l’autre structure se réveille. La personne peut le vérifier sur sa page, avec son code.
retrait-retour = Revenir à l’accueil
