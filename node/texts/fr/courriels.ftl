# Les courriels : jamais de nom, de besoin ni de motif.
courriel-demande = Une demande vous attend – dossier { $dossier }
courriel-demande-corps = Une demande est arrivée pour votre équipe. Personne ne l’a encore ouverte.
courriel-nouvelles = Une réponse est arrivée – dossier { $dossier }
courriel-nouvelles-corps = Il y a du nouveau dans ce dossier. Personne de votre équipe ne l’a encore lu.
courriel-relance = Rappel : un dossier attend – dossier { $dossier }
courriel-relance-corps = Le délai de ce dossier est passé. Quelqu’un de votre équipe peut agir.
courriel-resume = { $nombre ->
    [one] Un dossier : à vous de jouer
   *[other] { $nombre } dossiers : à vous de jouer
}
courriel-resume-corps = Voici ce qui attend votre équipe ce matin.
courriel-essai = Essai d’envoi réussi
courriel-essai-corps = Ce message montre que le courriel de votre nœud Maillage fonctionne.
courriel-bonjour = Bonjour,
courriel-lien = Ouvrir ce lien ne répond à rien et n’accepte rien. Il demande de se connecter.
courriel-pourquoi = Pourquoi recevez-vous ce message ? Vous avez un compte Maillage ({ $structure }). Pour ne plus en recevoir :
