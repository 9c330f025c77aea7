// The main job of the real pages, in a real browser, done in three ways.
//
//   node walk.mjs ADDRESS_OF_THE_CCAS ADDRESS_OF_THE_EPN PASSWORD
//
//   walk ──▶ job ──▶ desk ──▶ hands: mouse, keyboard
//                     └─────▶ rules: what every page is held to, and spoiled: that they can refuse
//
// The nodes are those of a running `maillage demo`. It leaves with 0 only if everything held.

import assert from 'node:assert/strict';
import test from 'node:test';

import { chromium } from 'playwright-core';

import { Desk } from './desk.mjs';
import * as job from './job.mjs';
import { keyboard, mouse } from './hands.mjs';
import { SPOILED } from './spoiled.mjs';

const [ccas, epn, password] = process.argv.slice(2);

const WAYS = [
  {
    name: 'a wide screen, with a mouse',
    widths: [1280],
    hands: mouse,
    scheme: 'light',
    script: true,
    helped: { name: 'Zéphirine', telephone: '06 39 98 10 01' },
    declined: { name: 'Barnabé', telephone: '06 39 98 10 02' },
  },
  {
    name: 'a narrow screen, with a keyboard only',
    widths: [360, 320],
    hands: keyboard,
    scheme: 'light',
    script: true,
    helped: { name: 'Philomène', telephone: '06 39 98 20 01' },
    declined: { name: 'Anatole', telephone: '06 39 98 20 02' },
  },
  {
    name: 'without scripts, at night',
    widths: [768],
    hands: mouse,
    scheme: 'dark',
    script: false,
    helped: { name: 'Ondine', telephone: '06 39 98 30 01' },
    declined: { name: 'Cyprien', telephone: '06 39 98 30 02' },
  },
];

// Debian's own browser: nothing is downloaded, and it calls nobody.
const BROWSER = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
};

test('who judges can see', async (sight) => {
  const browser = await chromium.launch(BROWSER);
  sight.after(() => browser.close());
  const way = WAYS.find(({ hands }) => hands.isKeyboard);
  for (const { what, said, act } of SPOILED) {
    await sight.test(`${what} is refused`, async () => {
      const desk = await Desk.open(browser, ccas, way);
      await desk.go('/connexion');
      await assert.rejects(desk.spoil(act), said);
    });
  }
  await sight.test('a name in an address is refused', async () => {
    const desk = await Desk.open(browser, ccas, way);
    await assert.rejects(desk.go(`/connexion?vers=/${way.helped.name}`), /a person is in an address/);
  });
});

for (const way of WAYS) {
  test(way.name, async (walk) => {
    const browser = await chromium.launch(BROWSER);
    walk.after(() => browser.close());
    const nadia = await Desk.open(browser, ccas, way);
    const karim = await Desk.open(browser, epn, way);
    const her = await Desk.open(browser, ccas, way);

    // A step that needs another one is not tried when that one failed.
    const step = async (name, act) => {
      let held = false;
      await walk.test(name, async () => {
        await act();
        held = true;
      });
      if (!held) throw new Error(`« ${name} » failed: the rest was not tried`);
    };

    let reference;
    let code;
    await step('Nadia and Karim sign in', async () => {
      await job.signIn(nadia, 'nadia', password);
      await job.signIn(karim, 'karim', password);
    });
    await step('Nadia refers somebody who agrees', async () => {
      reference = await job.refer(nadia, way.helped, { slips: true });
      code = await nadia.code();
      await job.handOver(nadia, way.helped);
    });
    await step('she reads where it stands, with her code', async () => {
      await job.lookByCode(her, code, way.helped, 'Ils n’ont ni votre nom');
      await job.thinkAboutStopping(her);
    });
    await step('Karim accepts without knowing who it is', () =>
      job.accept(karim, reference, way.helped));
    await step('her contact comes after yes', () => job.meet(karim, reference, way.helped));
    await step('Karim declares how it ended, and both sides read the same', async () => {
      await job.conclude(karim, reference);
      await job.readTheSame([nadia, karim], reference, 'Issue déclarée');
    });
    await step('she says by herself whether it helped', () =>
      job.answerByCode(her, code, way.helped));
    await step('her word closes it on both sides', async () => {
      await job.noteHerWord(nadia, reference);
      await job.readTheSame([nadia, karim], reference, 'Close');
    });
    await step('Nadia refers somebody else', async () => {
      reference = await job.refer(nadia, way.declined, { slips: false });
      code = await nadia.code();
      await job.goBackToWhatWasSent(nadia, way.declined);
      await job.handOver(nadia, way.declined);
    });
    await step('a refusal says why and what next, on both sides', async () => {
      await job.decline(karim, reference, way.declined);
      await job.readTheSame([nadia, karim], reference, 'Refusée');
      await job.readTheRefusal(nadia);
    });
    await step('they look at it again, talk, and find nothing', async () => {
      await job.talk(nadia, karim, reference, way.declined);
      await job.readTheSame([nadia, karim], reference, 'Refusée');
    });
    await step('Nadia writes a note for her team, and destroys it', () =>
      job.writeForTheTeam(nadia, reference));
    await step('the need goes on, until she stops everything', async () => {
      await job.askElsewhere(nadia, reference, way.declined);
      await job.stopByCode(her, code, way.declined);
    });
    if (way.hands === mouse && way.script) {
      await step('referring takes at most twelve acts, and a yes two', async () => {
        const acts = await job.referAndAnswerShortly(nadia, karim, way.declined);
        console.log(`# acts to refer: ${acts.referring}, to accept: ${acts.answering}`);
        assert.ok(acts.referring <= 12 && acts.answering <= 2, JSON.stringify(acts));
      });
    }
    await step('the pages around the job hold too', () => job.lookAround(nadia, reference));
    await step('who runs the node opens what it may not read with a second one only', async () => {
      const admin = await Desk.open(browser, ccas, way);
      await job.administer(admin, password);
      const second = await Desk.open(browser, ccas, way);
      await job.openByException(admin, second, reference, password);
    });
    await step('Karim says when he is away, and how mail reaches him', () => job.goAway(karim));
    await step('somebody new arrives by a link, and leaves', async () => {
      const admin = await Desk.open(browser, epn, way);
      const newcomer = await Desk.open(browser, epn, way);
      await job.arriveAndLeave(admin, newcomer, password);
    });
    await step('who watches over data reads who opened what', async () => {
      await job.readTheRegister(await Desk.open(browser, ccas, way), password, way.declined);
    });
    await step('who signs out leaves nothing to go back to', async () => {
      for (const desk of [nadia, karim]) await job.signOut(desk);
    });
  });
}
