// Two ways of using a page. They do the same, so that the job can be done with either.

import assert from 'node:assert/strict';

import { drawn, focused, stops } from './page.mjs';

// More presses than any page has places.
const FAR = 150;
// How many frames a browser may take to draw what it scrolled to, on a loaded machine.
const FRAMES = 30;

export const mouse = {
  isKeyboard: false,
  press: (_, target) => target.click(),
  choose: (_, target) => target.check(),
  tick: (_, target) => target.check(),
  write: (_, target, text) => target.fill(text),
  writeDay: (_, target, day) => target.fill(day),
};

export const keyboard = {
  isKeyboard: true,

  async press(page, target) {
    await reach(page, target);
    await page.keyboard.press('Enter');
  },

  async choose(page, target) {
    await reach(page, target);
    for (let press = 0; !(await hasFocus(target)); press += 1) {
      assert.ok(press < FAR, `arrows do not lead to ${target}`);
      await page.keyboard.press('ArrowDown');
      await see(page);
    }
    if (!(await target.isChecked())) await page.keyboard.press('Space');
    assert.ok(await target.isChecked(), `${target} is chosen`);
  },

  async tick(page, target) {
    await reach(page, target);
    if (!(await target.isChecked())) await page.keyboard.press('Space');
    assert.ok(await target.isChecked(), `${target} is ticked`);
  },

  async write(page, target, text) {
    await reach(page, target);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(text);
    assert.equal(await target.inputValue(), text);
  },

  // Day, month and year are three parts of one field, and the calendar is another: it is written
  // from its first part. Which one that is depends on the languages of the machine, so callers give
  // a day that is the same either way.
  async writeDay(page, target, day) {
    await reach(page, target);
    while (await hasFocus(target)) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(day.split('-').reverse().join(''));
    assert.equal(await target.inputValue(), day);
  },
};

// Goes to something with Tab, or with Shift+Tab if it is behind. In a group of radio buttons, one
// of them is enough.
async function reach(page, target) {
  for (let press = 0; press < FAR; press += 1) {
    const way = await target.evaluate((element) => {
      const here = document.activeElement;
      const isSameGroup = element.type === 'radio' && here.type === 'radio' && here.name === element.name;
      if (here === element || isSameGroup) return null;
      const isBehind =
        here !== document.body &&
        element.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING;
      return isBehind ? 'Shift+Tab' : 'Tab';
    });
    if (!way) return;
    await page.keyboard.press(way);
    await see(page);
  }
  assert.fail(`the keyboard does not reach ${target}`);
}

// Goes once around the page: the focus comes everywhere, in the order of reading, and is seen.
export async function goAround(page) {
  const ahead = page.locator('[tabindex]:not([tabindex="0"], [tabindex="-1"])');
  assert.equal(await ahead.count(), 0, `nothing jumps ahead on ${page.url()}`);
  const { wanted } = await stops(page);
  const passed = [];
  for (let press = 0; press < FAR; press += 1) {
    await page.keyboard.press('Tab');
    const { here } = await stops(page);
    // Behind the last place is the frame of the browser, then the first place again.
    if (here === null) continue;
    await see(page);
    const isFirst = here === wanted[0];
    if (isFirst && passed.length > 0) break;
    // A field may have several places, such as a day. The page may begin in its middle.
    if (passed.at(-1) !== here && (isFirst || passed.length > 0)) passed.push(here);
  }
  assert.deepEqual(passed, wanted, `the keyboard comes everywhere on ${page.url()}, in order`);
}

// What has the focus is seen, once the browser has drawn it where it scrolled to.
async function see(page) {
  let here = await focused(page);
  for (let frame = 0; here && !here.isSeen && frame < FRAMES; frame += 1) {
    await drawn(page);
    here = await focused(page);
  }
  assert.ok(here, `the focus is lost on ${page.url()}`);
  assert.ok(here.isSeen, `the focus on ${here.name} of ${page.url()} is not seen`);
}

function hasFocus(target) {
  return target.evaluate((element) => document.activeElement === element);
}
