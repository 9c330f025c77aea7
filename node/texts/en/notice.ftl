# Beside the French that binds. Not yet read by a professional translator.
dit-prenom = your first name
dit-telephone = your telephone number
dit-mel = your e-mail address
dit-adresse = your address
dit-par-nous = how to reach you through us
dit-avec-code = that you will come with your code
dit-prudence = what to be careful about when they reach you
dit-apporte = what you bring
dit-note = a practical note
dit-coordination = another professional who follows you
dit-representant = who represents you
dit-etape = how far the procedure is
dit-papiers = the papers you have
dit-equipement = the equipment you have at home
dit-autonomie = what you do alone on a screen
dit-contexte = a note about your situation
