// What is read from a page as it stands.

// Waits until the page is drawn as it stands now.
export function drawn(page) {
  const frame = () => new Promise(requestAnimationFrame);
  return page.evaluate(`(async () => { await (${frame})(); await (${frame})(); })()`);
}

// What has the focus and whether it is seen, or nothing.
//
// A choice is drawn as a card: its ring is around the label. Something that lies over the whole of
// it hides it as well as no ring does. The calendar of a day is a part of the browser, which draws
// its ring itself: the field holds the focus then, and does not match it.
export function focused(page) {
  return page.evaluate(() => {
    const it = document.activeElement;
    if (!it || it === document.body) return null;
    const card = it.closest('label') ?? it;
    const isCalendar = ['date', 'time'].includes(it.type) && !it.matches(':focus');
    const isRinged = [it, card].some((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    });
    // A card may be higher than the screen: what is in it counts too.
    const boxes = [it, card].flatMap((element) => [...element.getClientRects()]);
    const points = boxes.flatMap(({ left, right, top, bottom }) => [
      [(left + right) / 2, (top + bottom) / 2],
      [left + 2, top + 2],
      [right - 2, bottom - 2],
    ]);
    const isUncovered = points.some(([x, y]) => card.contains(document.elementFromPoint(x, y)));
    const name = (card.innerText || it.getAttribute('aria-label') || it.id).trim();
    return {
      id: it.id,
      role: it.getAttribute('role'),
      name: `${it.tagName.toLowerCase()} « ${name} »`,
      isSeen: (isRinged || isCalendar) && isUncovered,
    };
  });
}

// Everything that was typed or chosen, but passwords and what the page itself hides in a form.
export function typed(page) {
  return page.evaluate(() => {
    const isTyped = ({ name, type }) => name && !['hidden', 'password', 'submit'].includes(type);
    return [...document.querySelectorAll('input, select, textarea')].filter(isTyped).map((field) => {
      const chosen = ['radio', 'checkbox'].includes(field.type) ? ` ${field.checked}` : '';
      return `${field.name}=${field.value}${chosen}`;
    });
  });
}

// Where the focus is in the order of the page, and every place where it must come.
//
// Places are counted, not named: two links may say the same. A group of radio buttons is one place.
export function stops(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const place = (element) => {
      const { type, name, form } = element;
      const isSame = (other) => other.type === type && other.name === name && other.form === form;
      const first = type === 'radio' ? all.find(isSame) : element;
      return all.indexOf(first);
    };
    const pressed = 'a[href], button, summary, select, textarea, input:not([type=hidden])';
    const wanted = [...document.querySelectorAll(pressed)].filter(
      (element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility(),
    );
    const here = document.activeElement;
    return {
      wanted: [...new Set(wanted.map(place))],
      here: here && here !== document.body ? place(here) : null,
    };
  });
}

// How a person may be written: as typed, and as a machine writes it.
export function wordsOf({ name, telephone }) {
  return [name, telephone, telephone.replaceAll(' ', '')];
}
