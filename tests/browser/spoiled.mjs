// Pages that are spoiled on purpose. Each must be refused, or else who judges sees nothing.

export const SPOILED = [
  {
    what: 'an image without words',
    said: /image-alt/,
    act: () => document.querySelector('main').append(new Image(40, 40)),
  },
  {
    what: 'a text that is too pale',
    said: /color-contrast/,
    act: () => {
      document.querySelector('h1').style.color = '#ccc';
    },
  },
  {
    what: 'something too wide',
    said: /scroll sideways/,
    act: () => {
      document.querySelector('h1').style.width = '200vw';
    },
  },
  {
    what: 'a focus without a ring',
    said: /is not seen/,
    act: () => {
      document.querySelector('input[name=identifiant]').style.outline = 'none';
    },
  },
  {
    what: 'a focus under something else',
    said: /is not seen/,
    act: () => {
      const cover = document.querySelector('footer');
      Object.assign(cover.style, { position: 'fixed', inset: 0, zIndex: 2 });
    },
  },
  {
    what: 'an order that jumps',
    said: /nothing jumps ahead/,
    act: () => {
      document.querySelector('main button').tabIndex = 1;
    },
  },
  {
    what: 'a place where the keyboard does not come',
    said: /the keyboard comes everywhere/,
    act: () => {
      const field = document.querySelector('input[name=identifiant]');
      field.addEventListener('focus', () => document.querySelector('main button').focus());
    },
  },
  {
    what: 'something from elsewhere',
    said: /the console says/,
    act: () => {
      const script = document.createElement('script');
      script.src = 'http://127.0.0.1:9/elsewhere.js';
      document.head.append(script);
    },
  },
  {
    what: 'a failing script',
    said: /a script failed/,
    act: () => {
      queueMicrotask(() => {
        throw new Error('on purpose');
      });
    },
  },
];
