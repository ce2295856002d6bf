// "Why is it black?": the road of one stream's picture from the login to the viewer, and where it stops.

import { camera } from './columns.js';
import { h, set } from './dom.js';
import { facts, steps, verdict } from './explain.js';
import { handleForm } from './handle.js';
import { poll } from './poll.js';
import words from './words-trace.js';
import { add, translate, word } from './words.js';

add(words);

const every = 2; // s

export function mount(root, { api, args: [by, id], go, announce }) {
  root.append(h('div', { class: 'heading' }, h('h1', { 'data-text': 'why' }),
    h('a', { href: '#/sessions', 'data-text': 'toStreams' }), handleForm((handle) => go('trace', 'handle', handle))));
  if (!id) {
    root.append(h('p', { class: 'card', 'data-text': 'traceIntro' }));
    return { unmount() {} };
  }

  const subject = h('p', { class: 'subject quiet' });
  const fresh = h('p', { class: 'quiet' });
  const what = h('p', { class: 'what' });
  const next = h('p', {});
  const title = h('h2', { id: 'verdict' });
  const sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
  const after = h('div', { class: 'next' }, h('h3', { 'data-text': 'nextTitle' }), next);
  const box = h('section', { class: 'verdict card', 'aria-labelledby': 'verdict' }, sign, h('div', {}, title, what, after));
  const list = h('ol', { class: 'steps' });
  const table = h('dl', { class: 'facts' });
  const copy = h('button', { type: 'button', 'data-text': 'copy', click: copyText });
  const body = h('div', { class: 'explained', hidden: true },
    h('section', { class: 'card', 'aria-labelledby': 'road' }, h('h2', { id: 'road', 'data-text': 'road' }), list),
    h('section', { class: 'card', 'aria-labelledby': 'facts' },
      h('div', { class: 'heading' }, h('h2', { id: 'facts', 'data-text': 'factsTitle' }), copy), table));
  root.append(h('div', { class: 'heading' }, subject, fresh), box, body);
  let trace = null;
  let lost = null;
  let cause;

  function draw() {
    const { severity, heading, text, then } = verdict(trace, lost, by);
    box.dataset.severity = severity;
    set(sign, { ok: '✓', warning: '!', error: '✕', asked: '…' }[severity]);
    set(title, heading);
    set(what, text);
    set(next, then);
    after.hidden = !then;
    const told = trace?.verdict ? `${trace.verdict.cause} ${severity}` : text;
    if (trace && told !== cause) {
      cause = told;
      announce(`${heading}. ${text}`);
    }
    body.hidden = !trace?.steps;
    set(fresh, !trace?.steps ? '' : word(lost ? 'notRefreshed' : 'refreshed'));
    set(subject, trace?.address ? camera(trace) : '');
    if (body.hidden) return;
    road();
    fill(table, facts(trace).flatMap(([name, value]) => [['dt', name], ['dd', value]]));
  }

  // road keeps the elements of the steps, so that a selection stays where it is.
  function road() {
    const all = steps(trace);
    while (list.children.length > all.length) list.lastChild.remove();
    while (list.children.length < all.length) {
      list.append(h('li', {}, h('span', { class: 'sign', 'aria-hidden': 'true' }), h('div', {},
        h('p', { class: 'name' }, h('strong'), h('span', { class: 'mark' }), h('span', { class: 'time quiet' })), h('p', { class: 'said' }), h('p', { class: 'own' }))));
    }
    all.forEach((one, i) => {
      const item = list.children[i];
      const put = (selector, text) => set(item.querySelector(selector), text);
      item.dataset.state = one.state;
      item.dataset.step = one.step;
      item.classList.toggle('here', one.here);
      put('.sign', one.sign);
      put('strong', one.name);
      put('.mark', one.mark);
      put('.time', one.time);
      put('.said', one.what);
      put('.own', one.error && `${word('saysItself')} ${one.error}`);
    });
  }

  async function copyText() {
    const lines = [word('why'), subject.textContent, '', title.textContent, what.textContent, next.textContent, '',
      ...steps(trace).map((one) => `${one.sign} ${[one.name, one.mark, one.time, one.what, one.error].filter(Boolean).join(' · ')}`), '',
      ...facts(trace).map(([name, value]) => `${name}: ${value}`)];
    let told = 'copied';
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
    } catch { // there is none where the page came by plain HTTP from elsewhere
      told = selectText(lines.join('\n')) ? 'copied' : 'copyFails';
    }
    copy.dataset.text = told;
    set(copy, word(told));
    announce(word(told));
    setTimeout(() => {
      copy.dataset.text = 'copy';
      set(copy, word('copy'));
    }, 2500);
  }

  async function ask() {
    const answer = by === 'handle' ? await api.trace(id) : await api.traceOf(id);
    if (answer.status_code === 401) return;
    lost = answer.status_code === 0 ? answer : null;
    if (!lost) trace = answer;
    draw();
  }

  const spoken = () => {
    translate(root);
    draw();
  };
  document.addEventListener('language', spoken);
  draw();
  const end = poll(every, ask);
  return {
    unmount() {
      end();
      document.removeEventListener('language', spoken);
    },
  };
}

// fill writes a list of [element name, text], keeping the elements that are there already.
function fill(parent, wanted) {
  wanted.forEach(([name, text], i) => {
    let element = parent.children[i];
    if (!element) parent.append(element = h(name));
    set(element, text);
  });
  while (parent.children.length > wanted.length) parent.lastChild.remove();
}

// selectText copies in the old way, which plain HTTP allows.
function selectText(text) {
  const area = h('textarea', { class: 'unseen', 'aria-hidden': 'true', tabindex: '-1' });
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus();
  return done;
}
