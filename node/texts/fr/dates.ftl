# Jours et heures. Les mots tiennent dans une phrase : « avant demain 17 h ».
date-aujourdhui = aujourd’hui
date-demain = demain
date-hier = hier
date-premier = 1er
date-jour = { $semaine } { $numero } { $mois }
date-jour-an = { $semaine } { $numero } { $mois } { $an }
date-jour-heure = { $jour } { $heure }
date-heure = { $heure } h
date-heure-minute = { $heure } h { $minute }

# Horaires d’un annuaire public.
horaire-Mo = lundi
horaire-Tu = mardi
horaire-We = mercredi
horaire-Th = jeudi
horaire-Fr = vendredi
horaire-Sa = samedi
horaire-Su = dimanche
horaire-PH = jours fériés
horaire-off = fermé
horaire-toujours = jour et nuit, tous les jours
horaire-plage = { $de } à { $a }

date-semaine-1 = lundi
date-semaine-2 = mardi
date-semaine-3 = mercredi
date-semaine-4 = jeudi
date-semaine-5 = vendredi
date-semaine-6 = samedi
date-semaine-7 = dimanche

date-mois-1 = janvier
date-mois-2 = février
date-mois-3 = mars
date-mois-4 = avril
date-mois-5 = mai
date-mois-6 = juin
date-mois-7 = juillet
date-mois-8 = août
date-mois-9 = septembre
date-mois-10 = octobre
date-mois-11 = novembre
date-mois-12 = décembre
