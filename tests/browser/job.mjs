// The main job, in the words of the screens: who does what, and what they read then.

import assert from 'node:assert/strict';

const NEED = 'Accéder à des services en ligne';

export async function signIn(desk, login, password, first = 'À vous de jouer') {
  await desk.go('/');
  await desk.write('Identifiant', `${login}-bis`);
  await desk.write('Mot de passe', 'un autre mot de passe');
  await desk.mistakes('Se connecter', 'L’identifiant ou le mot de passe ne convient pas.');
  await desk.write('Identifiant', login);
  await desk.write('Mot de passe', password);
  await desk.press('Se connecter');
  await desk.shows(first);
}

// From the need to the receipt. Who slips sends each step with a mistake first.
export async function refer(nadia, person, { slips }) {
  await nadia.follow('Orienter');
  if (slips) await forgetTheNeed(nadia);
  await describeTheNeed(nadia);
  if (slips) await nadia.mistakes('Continuer', 'Choisissez un lieu.');
  await nadia.choose('Qui peut l’aider ? Choisissez avec elle.', /EPN Le Lavoir/);
  await nadia.press('Continuer');
  await tell(nadia, person);
  if (slips) await mistype(nadia);
  await nadia.write('Numéro de téléphone', person.telephone);
  await nadia.press('Continuer');
  await nadia.shows('Je peux demander à EPN Le Lavoir');
  await nadia.shows(person.name);
  if (slips) await tellOtherwise(nadia);
  if (slips) await forgetTheAnswer(nadia);
  await (slips ? agreeAloud(nadia) : agree(nadia));
  await nadia.shows('Gardez ce code.');
  return nadia.reference();
}

// The shortest way from the first page to the receipt, and from a request to yes.
export async function referAndAnswerShortly(nadia, karim, person) {
  await nadia.follow('À vous de jouer');
  nadia.acts();
  await nadia.follow('Orienter');
  await nadia.choose('De quoi a-t-elle besoin ?', NEED);
  await nadia.press('Continuer');
  await nadia.choose('Qui peut l’aider ? Choisissez avec elle.', /EPN Le Lavoir/);
  await nadia.press('Continuer');
  await nadia.write('Son prénom, ou le nom qu’elle choisit', person.name);
  await nadia.choose('Comment veut-elle être jointe ?', 'Par téléphone');
  await nadia.write('Numéro de téléphone', person.telephone);
  await nadia.press('Continuer');
  await nadia.choose('Comment dit-elle oui ?', /Sur l’écran/);
  await nadia.press('Elle dit oui : envoyer');
  const referring = nadia.acts();
  const reference = await nadia.reference();
  await karim.follow('À vous de jouer');
  await karim.until(reference);
  await karim.openCard(reference);
  karim.acts();
  await karim.press('Ouvrir la demande');
  await karim.press('Accepter');
  const answering = karim.acts();
  await handOver(nadia, person);
  return { referring, answering };
}

async function forgetTheNeed(nadia) {
  await nadia.tick('Qu’est-ce qui bloque, côté numérique ?', 'Pas d’adresse e-mail');
  await nadia.writeDay('Avant quelle date ?', '2097-12-12');
  await nadia.mistakes('Continuer', 'Choisissez un besoin.');
  await nadia.correct('Choisissez un besoin.');
}

async function describeTheNeed(nadia) {
  await nadia.choose('De quoi a-t-elle besoin ?', NEED);
  await nadia.writeDay('Avant quelle date ?', '2098-01-01');
  await nadia.press('Continuer');
  await nadia.shows(NEED);
}

async function tell(nadia, { name }) {
  await nadia.write('Son prénom, ou le nom qu’elle choisit', name);
  await nadia.choose('Comment veut-elle être jointe ?', 'Par téléphone');
  await nadia.tick('Précautions pour la joindre', 'Ne laisser aucun message');
  await nadia.write('Quand la joindre ?', 'après 17 h');
  await nadia.write('Note pratique', 'Sonnette « B ».\nÀ droite <en entrant> & au fond.');
  await nadia.unfold('Disponibilités, langue, ce qu’elle apporte');
  await nadia.tick('Quand peut-elle venir ?', 'Mardi matin');
}

async function mistype(nadia) {
  await nadia.write('Numéro de téléphone', 'zéro six');
  await nadia.mistakes('Continuer', 'Indiquez un numéro de téléphone');
  await nadia.correct('Indiquez un numéro de téléphone, par exemple 06 00 00 00 00.');
}

async function forgetTheAnswer(nadia) {
  await nadia.tick('Accepte-t-elle d’être comptée, sans son nom ?', /chiffres anonymes/);
  await nadia.mistakes('Elle dit oui : envoyer', 'Indiquez comment elle dit oui.');
  await nadia.correct('Indiquez comment elle dit oui.');
}

// The text a picture at a time and explained, then aloud again: each is judged as any page.
async function tellOtherwise(nadia) {
  await nadia.press('Parcours oral, avec des images');
  await nadia.press('العربية');
  await nadia.shows("D'abord, je ne dis pas qui vous êtes.");
  await nadia.shows('هل توافق على ذلك؟');
  await nadia.press('Français');
  await nadia.press('À voix haute');
}

async function agree(nadia) {
  await nadia.choose('Comment dit-elle oui ?', /Sur l’écran/);
  await nadia.choose('Pouvons-nous lui redemander si cela a aidé ?', 'Au guichet');
  await nadia.press('Elle dit oui : envoyer');
  await nadia.sendAgain();
}

// Who does not read says yes aloud, to somebody who writes down who heard it.
async function agreeAloud(nadia) {
  await nadia.press('Parcours oral, avec des images');
  await nadia.mistakes('Elle dit oui : envoyer', 'Indiquez qui l’a entendue.');
  await nadia.choose('Qui l’a entendue dire oui ?', 'L’agent d’accueil');
  await nadia.choose('Pouvons-nous lui redemander si cela a aidé ?', 'Au guichet');
  await nadia.press('Elle dit oui : envoyer');
  await nadia.sendAgain();
}

// Her code is shown until the receipt is handed over, and nobody goes back to it.
export async function handOver(nadia, person) {
  await nadia.follow('À vous de jouer');
  await nadia.follow('Reprendre');
  await nadia.shows('Votre code personnel');
  assert.equal(await nadia.sheets(), 2, 'a receipt is one sheet, and behind it what was read to her');
  await nadia.press('J’ai remis le récépissé');
  await nadia.shows('Le code n’est plus affiché nulle part.');
  await nadia.back(404);
  await nadia.hides(person);
  await nadia.follow('Revenir à l’accueil');
}

// What was sent is no longer a form that could be sent.
export async function goBackToWhatWasSent(nadia, person) {
  await nadia.back(404);
  await nadia.hides(person);
  await nadia.follow('Revenir à l’accueil');
}

// Karim finds the request by what is said over the telephone: its reference.
async function find(karim, reference, person) {
  await karim.follow('À vous de jouer');
  await karim.until(reference);
  await karim.hides(person);
  await karim.write('Prénom, ou référence comme K7QD-2M9P', 'K7QD-2M9P');
  await karim.mistake('Chercher', 'Aucune demande ne porte ce prénom ni cette référence ici.', 200);
  await karim.write('Prénom, ou référence comme K7QD-2M9P', reference);
  await karim.press('Chercher');
  await karim.press('Ouvrir la demande');
  await karim.shows('Son identité arrive seulement si vous acceptez.');
  await karim.hides(person);
}

export async function accept(karim, reference, person) {
  await find(karim, reference, person);
  await karim.press('Accepter');
  await karim.sendAgain();
}

export async function meet(karim, reference, person) {
  await karim.until('Son contact');
  await karim.showsContact(person);
  await karim.follow('Noter la suite');
  await karim.mistakes('Enregistrer', 'Choisissez ce qui se passe.');
  await karim.correct('Choisissez ce qui se passe.');
  await karim.choose('Que se passe-t-il ?', 'L’accompagnement commence');
  await karim.choose('Comment a-t-il commencé ?', 'Nous nous sommes vus');
  await karim.press('Enregistrer');
  await karim.untilStatus('En cours');
}

export async function conclude(karim) {
  await karim.follow('Déclarer l’issue');
  await karim.choose('Que fait-elle seule maintenant ?', 'Avance avec de l’aide par moments');
  await karim.mistakes('Déclarer l’issue', 'Choisissez une issue.');
  await karim.correct('Choisissez une issue.');
  await karim.choose('Résolu', 'Accompagnée jusqu’au bout');
  await karim.press('Déclarer l’issue');
  await karim.sendAgain();
  await karim.shows('issue : Accompagnée jusqu’au bout');
}

export async function noteHerWord(nadia) {
  await nadia.shows('issue : Accompagnée jusqu’au bout');
  await nadia.follow('Noter sa réponse');
  await nadia.choose('« Êtes-vous aidée ? »', 'Oui');
  await nadia.mistakes('Enregistrer sa réponse', 'Indiquez comment elle l’a dit.');
  await nadia.choose('Comment l’a-t-elle dit ?', 'Au guichet');
  await nadia.press('Enregistrer sa réponse');
  await nadia.shows('Confirmée par la personne');
}

export async function decline(karim, reference, person) {
  await find(karim, reference, person);
  await karim.follow('Ce n’est pas ici');
  await karim.choose('Pourquoi ?', 'Complet');
  await karim.writeDay('Si c’est complet : quand y aura-t-il de la place ?', '2098-05-05');
  await karim.write('Un mot pour le partenaire', 'Bon courage à vous.');
  await karim.mistakes('Envoyer la réponse', 'Indiquez une suite');
  await karim.choose('Et ensuite, pour elle ?', 'Nous ne connaissons aucune autre solution');
  await karim.press('Envoyer la réponse');
  await karim.hides(person);
}

export async function readTheRefusal(nadia) {
  await nadia.shows('ce n’est pas ici : Complet');
  await nadia.shows('Aucune autre solution connue.');
  await nadia.shows('Bon courage à vous.');
}

// Something has changed: they look at it again, talk by telephone, and find nothing together.
export async function talk(nadia, karim, reference, person) {
  await nadia.go(`/parcours/${reference}`);
  await nadia.follow('Demander un réexamen');
  await nadia.mistakes('Demander le réexamen', 'Indiquez ce qui est nouveau.');
  await nadia.tick('Qu’y a-t-il de nouveau ?', 'Elle peut venir à d’autres moments');
  await nadia.press('Demander le réexamen');
  await nadia.untilStatus('Ouverte');

  await karim.go(`/parcours/${reference}`);
  await karim.untilStatus('Ouverte');
  await karim.press('Rouvrir la demande');
  await karim.follow('Demander à se parler');
  await karim.write('Téléphone direct', '01 99 00 12 34');
  await karim.mistakes('Demander à se parler', 'Indiquez pourquoi il faut se parler.');
  await karim.choose('Pourquoi se parler ?', 'Plusieurs structures sont nécessaires');
  await karim.press('Demander à se parler');
  await karim.untilStatus('Concertation');

  await nadia.untilStatus('Concertation');
  await nadia.follow('Ouvrir la concertation');
  await nadia.shows('01 99 00 12 34');
  await nadia.mistakes('Rejoindre', 'Indiquez un numéro de téléphone.');
  await nadia.write('Téléphone direct', '01 99 00 56 78');
  await nadia.press('Rejoindre');

  await karim.until('01 99 00 56 78');
  await karim.follow('Ouvrir la concertation');
  await karim.choose('Qu’avez-vous décidé ensemble ?', 'Un plan');
  await karim.mistakes('Enregistrer', 'Indiquez ce qui se passe d’abord.');
  await karim.choose('Si c’est un plan : que se passe-t-il d’abord ?', 'Aider ensemble');
  await karim.choose('Qui le fait ?', 'Nous');
  await karim.writeDay('Avant quel jour ?', '2098-05-05');
  await karim.press('Enregistrer');
  await karim.hides(person);

  await nadia.until('un plan. Aider ensemble');
  await nadia.follow('Ouvrir la concertation');
  await nadia.shows('Le partenaire propose');
  await nadia.choose('Qu’avez-vous décidé ensemble ?', 'Pas de solution');
  await nadia.choose('S’il n’y a pas de solution : pourquoi ?', 'Complet');
  await nadia.press('Enregistrer');
  await nadia.untilStatus('Refusée');
}

// Both sides come to the same status, and to the same number of things said.
export async function readTheSame(desks, reference, status) {
  const steps = [];
  for (const desk of desks) {
    await desk.go(`/parcours/${reference}`);
    await desk.untilStatus(status);
    steps.push(await desk.steps());
  }
  assert.equal(steps[0], steps[1], 'both sides tell the same story');
}

export async function lookAround(nadia, reference) {
  await nadia.go(`/parcours/${reference}`);
  await nadia.follow('Mes accès (Nadia)');
  await nadia.shows('Mes sessions ouvertes');
  await nadia.follow('Orienter');
  await nadia.choose('De quoi a-t-elle besoin ?', NEED);
  await nadia.press('Continuer');
  await nadia.write('Commune, code postal ou nom', 'Sarcelles');
  await nadia.press('Chercher');
  await nadia.shows(/lieux? trouvés?/);
  await nadia.follow('Revenir');
  await nadia.follow('Plus tard');
  await nadia.unfold('Effacer «');
  await nadia.press('Oui, effacer');
  await nadia.shows('Brouillon effacé.');
  await nadia.go('/nulle-part', 404);
  await nadia.follow('Revenir à l’accueil');
}

export async function administer(admin, password) {
  await signIn(admin, 'admin', password, 'Partenaires');
  await admin.shows('EPN Le Lavoir');
  await admin.press('Créer une invitation');
  await admin.follow('Partenaires');
}

// Who runs the node reads no content; when there is no other way, a second one agrees, for an hour.
export async function openByException(admin, second, reference, password) {
  await admin.follow('Accès exceptionnels');
  await admin.mistakes('Demander l’accès', 'Dites pourquoi il faut l’ouvrir : la personne le lira.');
  await admin.write('Référence, par exemple K7QD-2M9P', reference);
  await admin.choose('Pourquoi faut-il ouvrir ce dossier ?', /^quelque chose est en panne/);
  await admin.press('Demander l’accès');
  await admin.shows('Attend un accord.');
  await signIn(second, 'paul', password, 'Partenaires');
  await second.follow('Accès exceptionnels');
  await second.press(`Donner mon accord pour ${reference}`);
  await second.shows('Accès ouvert pour une heure.');
  await admin.follow('Accès exceptionnels');
  await admin.press(`Ouvrir ${reference}`);
  await admin.shows('Cette ouverture est notée');
}

// Whoever watches over the protection of data reads who opened what, and nobody’s name.
export async function readTheRegister(odile, password, person) {
  await signIn(odile, 'odile', password, 'Registre');
  await odile.shows('accès exceptionnel');
  await odile.write('Référence, par exemple K7QD-2M9P', 'bonjour');
  await odile.press('Chercher');
  await odile.shows('Une référence a huit lettres et chiffres');
  await odile.hides(person);
}

// Who is away says so, and says how mail reaches them.
export async function goAway(karim) {
  await karim.follow('Équipe');
  await karim.shows('Hugo');
  await karim.follow('Absence : Karim');
  await karim.mistakes('Noter l’absence', 'Indiquez le premier jour.');
  await karim.writeDay('Premier jour', '2098-05-05');
  await karim.writeDay('Dernier jour', '2098-04-04');
  await karim.mistakes('Noter l’absence', 'Le dernier jour vient avant le premier.');
  await karim.writeDay('Dernier jour', '2098-06-06');
  await karim.press('Noter l’absence');
  await karim.shows('Absence prévue.');
  await karim.follow('Absence : Karim');
  await karim.press('Effacer cette absence');
  await karim.shows('Absence effacée.');
  await karim.follow('Mes accès (Karim)');
  await karim.write('Adresse de courriel', 'karim');
  await karim.mistakes('Enregistrer ce choix', 'Cette adresse ne se lit pas.');
  await karim.write('Adresse de courriel', 'karim@lavoir.example');
  await karim.choose('Quand ?', /^Une fois par jour/);
  await karim.press('Enregistrer ce choix');
  await karim.shows('Choix enregistré.');
}

// Somebody new chooses their own password, by a link that serves once; then they leave.
export async function arriveAndLeave(admin, newcomer, password) {
  await signIn(admin, 'admin', password, 'Partenaires');
  await admin.follow('Équipe');
  await admin.mistakes('Créer le compte et le lien', 'Choisissez au moins un droit.');
  await admin.write('Nom, pour ses collègues', 'Rose');
  await admin.write('Identifiant', 'rose');
  await admin.tick('Ce que la personne pourra faire', 'oriente et répond');
  await admin.press('Créer le compte et le lien');
  await admin.shows('Un lien pour Rose');
  const link = new URL(await admin.written('Le lien'));
  await newcomer.go(link.pathname);
  await newcomer.shows('Bonjour Rose.');
  await newcomer.write('Mot de passe', 'le lavoir de brenne');
  await newcomer.write('Le même mot de passe, une deuxième fois', 'le lavoir');
  await newcomer.mistakes('Enregistrer et entrer', 'Les deux saisies sont différentes.');
  await newcomer.write('Mot de passe', 'le lavoir de brenne');
  await newcomer.write('Le même mot de passe, une deuxième fois', 'le lavoir de brenne');
  await newcomer.press('Enregistrer et entrer');
  await newcomer.shows('Bienvenue.');
  await admin.press('C’est remis, ne plus l’afficher');
  await admin.shows('Lien remis.');
  await admin.follow('Absence et rôle : Rose');
  await admin.unfold('Fermer ce compte');
  await admin.press('Oui, fermer le compte de Rose');
  await admin.shows('Compte fermé.');
  await newcomer.go('/', 200);
  await newcomer.shows('Connexion');
  await newcomer.go(link.pathname, 404);
  await newcomer.shows('Ce lien n’est plus valable.');
}

// A note stays with the team, until it destroys it.
export async function writeForTheTeam(nadia, reference) {
  await nadia.go(`/parcours/${reference}`);
  await nadia.follow('Écrire une note');
  await nadia.mistakes('Garder la note', 'Écrivez la note avant de la garder.');
  await nadia.write('Une note pour votre équipe', 'Rappeler le service des aides.');
  await nadia.press('Garder la note');
  await nadia.shows('Rappeler le service des aides.');
  await nadia.follow('Écrire une note, ou en effacer une');
  await nadia.unfold('Effacer cette note');
  await nadia.press(/^Oui, effacer cette note/);
  await nadia.shows('Note effacée.');
}

export async function signOut(desk) {
  await desk.press('Se déconnecter');
  await desk.shows('Vous êtes déconnecté.');
  await desk.back();
  await desk.shows('Connexion');
}

// She types the code of her receipt, and reads where it stands. Nothing there says who she is.
export async function lookByCode(her, code, person, said) {
  await her.go('/p');
  await her.write('Votre code', '0000 0000 0000 0000');
  await her.mistakes('Voir ma demande', 'Ce code n’est pas connu ici.');
  await her.write('Votre code', code.toLowerCase().replaceAll('-', ' '));
  await her.press('Voir ma demande');
  await her.shows(said);
  await her.hides(person);
}

export async function thinkAboutStopping(her) {
  await her.press('Je change d’avis');
  await her.shows('Cela ne peut pas être annulé.');
  await her.press('Non, je continue');
  await her.shows('Ce qu’ils savent');
}

export async function answerByCode(her, code, person) {
  await lookByCode(her, code, person, 'dit que l’aide est terminée');
  await her.mistakes('Envoyer ma réponse', 'Choisissez une réponse.');
  await her.choose('Cela vous a-t-il aidée ?', 'Oui');
  await her.press('Envoyer ma réponse');
  await her.shows('Votre réponse est notée.');
}

// A refusal ends the attempt: what was typed is still there for another one.
export async function askElsewhere(nadia, reference, person) {
  await nadia.follow('À vous de jouer');
  await nadia.shows('À reprendre');
  await nadia.go(`/parcours/${reference}`);
  await nadia.follow('Choisir la suite');
  await nadia.mistakes('Clore le besoin', 'Dites comment le besoin se termine.');
  await nadia.press('Orienter ailleurs');
  await nadia.choose('Qui peut l’aider ? Choisissez avec elle.', /EPN Le Lavoir/);
  await nadia.press('Continuer');
  assert.equal(await nadia.written('Numéro de téléphone'), person.telephone);
  await nadia.follow('À vous de jouer');
  await nadia.unfold('Effacer «');
  await nadia.press('Oui, effacer');
}

export async function stopByCode(her, code, person) {
  await lookByCode(her, code, person, 'ne peut pas vous aider');
  await her.press('Je change d’avis');
  await her.press('J’arrête tout');
  await her.shows('C’est arrêté.');
  await her.hides(person);
}
