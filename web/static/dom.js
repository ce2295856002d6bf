// Elements of a page, built in code. They carry data-text and data-label, which words.js fills in.

// element makes one: attributes that are functions listen to the event of their name, true is an empty attribute, and those that are
// false, null or undefined are left out.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

// button makes one with a word on it, or with a sign whose word is read out.
export function button(attributes, sign) {
  return element('button', { type: 'button', ...attributes }, ...(sign === undefined ? [] : [sign]));
}
