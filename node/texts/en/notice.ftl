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
