// How long the shortest way takes at the pace of a hand.
//
//   node pace.mjs ADDRESS_OF_THE_CCAS ADDRESS_OF_THE_EPN PASSWORD
//
// The nodes are those of a running `maillage demo --empty`. Before each act, the pauses of the
// keystroke-level model (Card, Moran and Newell, 1980); words that are read aloud take what a reader
// takes. It measures, and judges nothing: docs/benchmarks/desks.md holds what it said.

import { setTimeout as wait } from 'node:timers/promises';

import { chromium } from 'playwright-core';

// Seconds: to think and to point before each act, and for each key of a slow typist.
const ACT = 1.35 + 1.1;
const KEY = 0.28;
// Words a minute.
const ALOUD = 150;

const [ccas, epn, password] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

const seconds = (time) => wait(time * 1000);

// A desk with somebody signed in at it.
async function desk(address, login) {
  const context = await browser.newContext({ baseURL: address, locale: 'fr-FR' });
  const page = await context.newPage();
  await page.goto('/connexion');
  await page.getByLabel('Identifiant').fill(login);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('link', { name: 'Orienter', exact: true }).waitFor();
  const act = (how) => seconds(ACT).then(how);
  return {
    page,
    follow: (name) => act(() => page.getByRole('link', { name, exact: true }).click()),
    press: (name) => act(() => page.getByRole('button', { name, exact: true }).click()),
    choose: (name) => act(() => page.getByRole('radio', { name }).first().check()),
    write: (label, text) => act(() => seconds(KEY * text.length)).then(() => page.getByLabel(label).fill(text)),
  };
}

const times = [];
async function timed(what, how) {
  const began = performance.now();
  await how();
  times.push(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

const nadia = await desk(ccas, 'nadia');
const karim = await desk(epn, 'karim');
let reference;
await timed('to refer, the agreement included', async () => {
  await nadia.follow('Orienter');
  await nadia.choose('Accéder à des services en ligne');
  await nadia.press('Continuer');
  await nadia.choose(/EPN Le Lavoir/);
  await nadia.press('Continuer');
  await nadia.write(/Son prénom/, 'Zéphirine');
  await nadia.choose('Par téléphone');
  await nadia.write(/Numéro de téléphone/, '06 39 98 10 01');
  await nadia.press('Continuer');
  await timed('to agree', async () => {
    const words = (await nadia.page.locator('.aloud blockquote').first().innerText()).split(/\s+/);
    times.push(`words read aloud: ${words.length}`);
    await seconds((words.length * 60) / ALOUD);
    await nadia.choose(/Sur l’écran/);
    await nadia.press('Elle dit oui : envoyer');
    reference = await nadia.page.locator('.reference strong').first().innerText();
  });
});
const card = karim.page.locator('.card', { hasText: reference });
while (!(await card.isVisible())) await karim.page.goto('/');
await timed('to answer, from the list', async () => {
  await seconds(ACT);
  await card.getByRole('link').first().click();
  await karim.press('Ouvrir la demande');
  await karim.press('Accepter');
  await karim.page.getByText('Acceptée').first().waitFor();
});
console.log(times.join('\n'));
await browser.close();
