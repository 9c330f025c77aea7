// A professional in front of their screen. Every page that they reach is judged.

import assert from 'node:assert/strict';

import { goAround } from './hands.mjs';
import { drawn, focused, typed, wordsOf } from './page.mjs';
import { hold, listen } from './rules.mjs';

// How often something that another node must do first is looked for.
const PATIENCE = 600;
// Ends a walk whose browser hangs, on the slowest machine. Nothing that is observed depends on it.
const HANGING = 120_000;

export class Desk {
  #page;
  #way;
  #scripts;
  #faults;
  #answer;
  #sent;
  #landed;
  #acts = 0;

  static async open(browser, address, way) {
    const context = await browser.newContext({
      baseURL: address,
      viewport: { width: way.widths[0], height: 740 },
      locale: 'fr-FR',
      colorScheme: way.scheme,
      javaScriptEnabled: way.script,
      // A color on its way to another is neither of them.
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(HANGING);
    const page = await context.newPage();
    return new Desk(page, address, way, await switchOf(page, way.script));
  }

  constructor(page, address, way, scripts) {
    this.#page = page;
    this.#way = way;
    this.#scripts = scripts;
    this.#faults = listen(page, address, [way.helped, way.declined]);
    page.on('response', (answer) => this.#remember(answer));
  }

  // How many times something was pressed, chosen or written since the last time this was asked.
  acts() {
    const acts = this.#acts;
    this.#acts = 0;
    return acts;
  }

  // — what is done —

  // Types an address. Everything else is reached from page to page.
  go(path, status = 200) {
    return this.#arrive(() => this.#page.goto(path), status);
  }

  back(status = 200) {
    return this.#arrive(() => this.#page.goBack(), status);
  }

  follow(name, status = 200) {
    return this.#arrive(() => this.#press('link', name), status);
  }

  // Opens a request from the list of what waits.
  openCard(reference) {
    const card = this.#page.locator('.card', { hasText: reference });
    return this.#arrive(() => this.#way.hands.press(this.#page, card.getByRole('link').first()), 200);
  }

  press(name, status = 200) {
    return this.#arrive(() => this.#press('button', name), status);
  }

  // Sends a form with a mistake: it comes back as it was typed, and says what to correct.
  async mistake(button, said, status = 200) {
    const before = await typed(this.#page);
    await this.press(button, status);
    assert.deepEqual(await typed(this.#page), before, 'what was typed is still there');
    await this.shows(said);
  }

  // The same where mistakes are listed first: the list has the focus.
  async mistakes(button, said) {
    await this.mistake(button, said, 422);
    assert.equal(this.#landed?.role, 'alert', 'the list of mistakes has the focus');
    assert.ok(this.#landed.isSeen, 'the focus on the list of mistakes is seen');
  }

  // Goes from a mistake to its field.
  async correct(said) {
    await this.#press('link', said);
    const here = await focused(this.#page);
    const field = new URL(this.#page.url()).hash.slice(1);
    assert.equal(here?.id, field, 'a mistake leads to its field');
    if (this.#way.hands.isKeyboard) assert.ok(here.isSeen, `the focus on ${here.name} is seen`);
  }

  write(label, text) {
    this.#acts += 1;
    return this.#way.hands.write(this.#page, this.#field(label), text);
  }

  written(label) {
    return this.#field(label).inputValue();
  }

  writeDay(label, day) {
    this.#acts += 1;
    return this.#way.hands.writeDay(this.#page, this.#field(label), day);
  }

  choose(group, label) {
    this.#acts += 1;
    return this.#way.hands.choose(this.#page, this.#choice(group, 'radio', label));
  }

  tick(group, label) {
    this.#acts += 1;
    return this.#way.hands.tick(this.#page, this.#choice(group, 'checkbox', label));
  }

  unfold(summary) {
    this.#acts += 1;
    return this.#way.hands.press(this.#page, this.#page.locator('summary', { hasText: summary }));
  }

  // Sends the same bytes once more, as a double click does.
  async sendAgain() {
    const request = this.#sent.request();
    const again = await this.#page.context().request.post(request.url(), {
      headers: {
        'content-type': request.headers()['content-type'],
        origin: new URL(request.url()).origin,
      },
      data: request.postDataBuffer(),
      maxRedirects: 0,
    });
    assert.equal(again.status(), this.#sent.status(), 'what is sent twice is answered alike');
    assert.equal(again.headers().location, this.#sent.headers().location);
  }

  // Spoils the page on purpose, and judges it as if somebody had just come to it.
  async spoil(act) {
    await this.#page.evaluate(() => document.activeElement.blur());
    await this.#page.evaluate(act);
    await this.#judge(200);
  }

  // — what is read —

  async shows(text) {
    const isThere = await this.#page.getByText(text).first().isVisible();
    assert.ok(isThere, `« ${text} » is on ${this.#page.url()}`);
  }

  // Nothing of a person is on the page, nor in what it is made of.
  async hides(person) {
    const source = await this.#page.content();
    const found = wordsOf(person).filter((word) => source.includes(word));
    assert.deepEqual(found, [], `nothing of a person is on ${this.#page.url()}`);
  }

  async showsContact({ name, telephone }) {
    await this.shows(name);
    const call = this.#page.locator(`a[href="tel:${telephone.replaceAll(' ', '')}"]`);
    assert.equal(await call.count(), 1, 'her telephone can be called');
  }

  // Waits for a text that comes when another node has done its part.
  until(text) {
    return this.#lookFor(this.#page.getByText(text).first(), text);
  }

  untilStatus(status) {
    return this.#lookFor(this.#page.locator('.head .status').getByText(status, { exact: true }), status);
  }

  reference() {
    return this.#page.locator('.reference strong').first().innerText();
  }

  // Her personal code, as the receipt shows it.
  code() {
    return this.#page.locator('.digits').innerText();
  }

  // How many sheets of A4 the page takes on paper.
  async sheets() {
    const paper = await this.#page.pdf({ format: 'A4', preferCSSPageSize: true });
    return paper.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  }

  // How many things were said so far.
  steps() {
    return this.#page.locator('.story > li').count();
  }

  // — how —

  #field(label) {
    return this.#page.getByLabel(named(label));
  }

  #choice(group, role, label) {
    return this.#page.getByRole('group', { name: named(group) }).getByRole(role, { name: label });
  }

  #press(role, name) {
    this.#acts += 1;
    const target = this.#page.getByRole(role, { name, exact: true }).first();
    return this.#way.hands.press(this.#page, target);
  }

  // Looks again until something is there; then the page is judged as it stands.
  async #lookFor(what, said) {
    if (await what.isVisible()) return;
    for (let look = 0; !(await what.isVisible()); look += 1) {
      assert.ok(look < PATIENCE, `« ${said} » does not come to ${this.#page.url()}`);
      await this.#page.reload();
    }
    await this.#judge(200);
  }

  #remember(answer) {
    if (!answer.request().isNavigationRequest()) return;
    if (answer.request().method() === 'POST') this.#sent = answer;
    const leadsOn = answer.status() >= 300 && answer.status() < 400;
    if (!leadsOn) this.#answer = answer;
  }

  async #arrive(act, status) {
    await Promise.all([this.#page.waitForEvent('load'), act()]);
    await this.#judge(status);
  }

  async #judge(status) {
    const { widths, hands } = this.#way;
    await this.#scripts(true);
    // A page gives the focus when it is drawn.
    await drawn(this.#page);
    this.#landed = await focused(this.#page);
    await hold(this.#page, this.#answer, { status, widths });
    await this.#scripts(false);
    if (hands.isKeyboard) await goAround(this.#page);
    assert.deepEqual(this.#faults, [], 'what the pages asked for, and complained about');
  }
}

// A field that has to be filled says so after its name. Whatever its spaces are, they are spaces.
function named(label) {
  const words = label.replaceAll(/[.?*+^$()[\]{}|\\]/g, '\\$&').replaceAll(/\s/g, '\\s');
  return new RegExp(`^\\s*${words}(\\s\\(obligatoire\\))?\\s*$`);
}

// Whoever judges a page is a script, which must run where those of the page may not.
async function switchOf(page, mayRun) {
  if (mayRun) return async () => {};
  const session = await page.context().newCDPSession(page);
  const scripts = (run) => session.send('Emulation.setScriptExecutionDisabled', { value: !run });
  await scripts(false);
  return scripts;
}
