// What every page is held to, whatever it does.

import assert from 'node:assert/strict';

import axe from 'axe-core';

import { wordsOf } from './page.mjs';

// WCAG 2.2, levels A and AA.
const ACCESSIBLE = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

// Holds a page to the rules as it stands. It is judged at the narrowest of its widths, where most
// has to fit.
export async function hold(page, answer, { status, widths }) {
  const where = `${page.url()} (${answer.status()})`;
  assert.equal(answer.status(), status, where);
  for (const [header, value] of Object.entries(HEADERS)) {
    assert.equal(answer.headers()[header], value, `${header} of ${where}`);
  }
  assert.equal(await page.locator('h1').count(), 1, `one title on ${where}`);
  for (const width of widths) {
    await page.setViewportSize({ ...page.viewportSize(), width });
    await fits(page, `${where}, ${width} px`);
  }
  await isAccessible(page, where);
  await page.setViewportSize({ ...page.viewportSize(), width: widths[0] });
}

async function isAccessible(page, where) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run({ runOnly: { type: 'tag', values: tags } }),
    ACCESSIBLE,
  );
  const said = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}\n  ${html}`),
  );
  assert.deepEqual(said, [], `accessibility of ${where}`);
}

async function fits(page, where) {
  const outside = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const isOutside = (element) => element.getBoundingClientRect().right > clientWidth + 0.5;
    return [...document.body.querySelectorAll('*')].filter(isOutside).map(({ outerHTML }) =>
      outerHTML.slice(0, 120),
    );
  });
  assert.deepEqual(outside, [], `something makes ${where} scroll sideways`);
}

// Listens to what a page asks for and complains about, as long as it is open. Returns what is wrong.
export function listen(page, address, people) {
  const faults = [];
  page.on('request', (request) => {
    const url = request.url();
    if (new URL(url).origin !== address) faults.push(`asked elsewhere: ${url}`);
    const plain = decodeURIComponent(url.replaceAll('+', ' '));
    const found = people.flatMap(wordsOf).filter((word) => plain.includes(word));
    if (found.length > 0) faults.push(`a person is in an address: ${url}`);
  });
  page.on('requestfailed', (request) => faults.push(`no answer: ${request.url()}`));
  page.on('pageerror', (error) => faults.push(`a script failed: ${error.message}`));
  page.on('console', (line) => {
    // The status of the page itself is judged where it is expected.
    const isStatus =
      line.text().startsWith('Failed to load resource') && line.location().url === page.url();
    if (line.type() === 'error' && !isStatus) faults.push(`the console says: ${line.text()}`);
  });
  return faults;
}
