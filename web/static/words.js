// The two languages of the console. What several views say stands in words-core.js; a view brings the rest along (words-sessions.js,
// words-trace.js, words-watch.js for all that plays) and hands it to add. An element says with data-text, data-label (title and
// aria-label) or data-placeholder which word it wants.

import core from './words-core.js';

const key = 'mediapusher.language';
const known = { en: {}, zh: {} };
add(core);
let chosen = remembered() ?? (/^zh\b/i.test(navigator.language) ? 'zh' : 'en');

function remembered() {
  try {
    const value = localStorage.getItem(key);
    return value in known ? value : null;
  } catch { // storage may be forbidden
    return null;
  }
}

// add takes {en: {name: text}, zh: {name: text}}. A name belongs to one view alone.
export function add(words) {
  for (const [language, texts] of Object.entries(words)) Object.assign(known[language], texts);
}

// language is 'en' or 'zh'.
export function language() { return chosen; }

// word is the text of a name; {values} in it are filled in.
export function word(name, values = {}) {
  const text = known[chosen][name];
  if (text === undefined) {
    console.error(`no word for ${name}`);
    return name;
  }
  return text.replace(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole);
}

// said chooses from a text that the service sends in both languages.
export function said(text) { return text?.[chosen] || text?.en || ''; }

// problem tells what a status_code means.
export function problem(code) { return known[chosen][`code${code}`] ?? word('codeOther'); }

// refusal is all that an answer tells of why it is no success.
export function refusal({ status_code: code, status_message: message }) { return `${problem(code)} (${code}): ${message}`; }

// choose changes the language of the whole page. Views that have texts of their own listen for 'language' at the document.
export function choose(wanted) {
  chosen = wanted;
  try { localStorage.setItem(key, wanted); } catch { /* then it is asked again */ }
  translate(document);
  document.dispatchEvent(new Event('language'));
}

export function translate(root) {
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en';
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = word(element.dataset.text);
  for (const element of root.querySelectorAll('[data-placeholder]')) element.placeholder = word(element.dataset.placeholder);
  for (const element of root.querySelectorAll('[data-label]')) {
    element.title = word(element.dataset.label);
    element.setAttribute('aria-label', element.title);
  }
  for (const button of root.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', String(button.dataset.language === chosen));
}
