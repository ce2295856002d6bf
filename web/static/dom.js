// Elements of a page, built in code. They carry data-text and data-label, which words.js fills in.

// h makes an element: text is its text, an attribute that is a function listens to the event of its name (click, input), true is an
// empty attribute, and those that are false, null or undefined are left out.
export function h(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

// set changes a text only where it is another one, so that selections and screen readers are left in peace.
export function set(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}
