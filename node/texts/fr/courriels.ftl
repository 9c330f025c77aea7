# Les courriels : jamais de nom, de besoin ni de motif.
courriel-demande = Une demande vous attend – dossier { $dossier }
courriel-demande-corps = Une demande est arrivée pour votre équipe. Personne ne l’a encore ouverte.
courriel-nouvelles = Du nouveau – dossier { $dossier }
courriel-nouvelles-corps = L’autre structure a répondu, ou a dit où elle en est. Personne de votre équipe ne l’a encore lu.
courriel-urgent = Urgent : un droit est en danger – dossier { $dossier }
courriel-urgent-corps = Une date approche, et ce dossier attend quelqu’un. La page dit quoi faire, et avant quand.
courriel-confie = Un dossier vous est confié – dossier { $dossier }
courriel-confie-corps = Un collègue vous a confié le suivi de ce dossier. La page dit où il en est.
courriel-suite = Une suite à choisir – dossier { $dossier }
courriel-suite-corps = Personne n’a répondu à cette demande dans les temps. Le besoin est toujours ouvert.
courriel-relance = Rappel – dossier { $dossier }
courriel-relance-corps = Ce dossier demande votre attention. La page dit quoi faire, et avant quand.
courriel-resume = { $nombre ->
    [one] Un dossier : à vous de jouer
   *[other] { $nombre } dossiers : à vous de jouer
}
courriel-resume-corps = Ces dossiers attendent votre équipe, ou vous. Les plus urgents viennent en premier sur la page.
courriel-essai = Essai d’envoi réussi
courriel-essai-corps = Ce message montre que le courriel de votre nœud Maillage fonctionne.
courriel-essai-pourquoi = Ce message d’essai a été demandé par l’administrateur de ce nœud.
courriel-bonjour = Bonjour,
courriel-lien = Ouvrir ce lien ne répond à rien et n’accepte rien. Il demande de se connecter.
courriel-pourquoi = Pourquoi recevez-vous ce message ? Vous avez un compte Maillage ({ $structure }). Pour ne plus en recevoir :
