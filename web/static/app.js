// The frame of the console: the views by their hash routes, the service's state, the language and the login.
//
// A view is a module with mount(root, context), which fills root, begins with an h1, and returns {unmount()}. The context holds:
//   api        the calls of the service (api.js)
//   args       what stands behind the view's name in the route, decoded: #/trace/handle/12 gives ['handle', '12']
//   clock      a worker that says something once a second, also while the page is hidden
//   demo       whether the page belongs to the demo, with its two simulated recorders
//   go         goes to a route: go('trace', 'handle', 12)
//   announce   lets a screen reader say a text
// The words of both languages are at words.js, elements at dom.js, asking again and again at poll.js.

import * as api from './api.js';
import { guard, logout } from './login.js';
import { parse, route } from './route.js';
import { service } from './service.js';
import { choose, language, translate, word } from './words.js';

const views = {
  sessions: () => import('./sessions.js'),
  wall: () => import('./wall.js'),
  device: () => import('./device.js'),
  playback: () => import('./playback.js'),
  trace: () => import('./trace.js'),
};

const main = document.getElementById('main');
const clock = new Worker('clock.js');
const demo = new URLSearchParams(location.search).has('demo');
let shown = null; // the view that is mounted
let turn = 0; // counts routes, so that a module that arrives late is not shown

function announce(text) { document.getElementById('announcement').textContent = text; }

function go(...parts) { location.hash = route(...parts); }

function asked() {
  const [name = demo ? 'wall' : 'sessions', ...args] = parse(location.hash);
  return { name, args };
}

async function show() {
  const { name, args } = asked();
  const mine = ++turn;
  shown?.unmount?.();
  shown = null;
  main.replaceChildren();
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  try {
    const view = Object.hasOwn(views, name) ? await views[name]() : null;
    if (mine !== turn) return;
    if (!view) {
      tell(word('noView'));
      return;
    }
    const root = document.createElement('div');
    root.className = `view ${name}`;
    main.append(root);
    shown = view.mount(root, { api, args, clock, demo, go, announce });
    translate(root);
  } catch (error) {
    if (mine === turn) tell(word('viewFails', { error: error.message }));
  }
  title();
}

function tell(text) {
  const note = document.createElement('p');
  note.className = 'notice';
  note.textContent = text;
  main.replaceChildren(note);
}

function title() {
  const heading = main.querySelector('h1')?.textContent;
  document.title = heading ? `${heading} · mediaPusher` : word('title');
}

// reference leads to the documents in the language of the page. They open beside it, because pictures end with the page.
function reference() { document.getElementById('docs').href = language() === 'zh' ? '../docs/zh/' : '../docs/'; }

addEventListener('hashchange', () => {
  show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
document.querySelector('.skip').addEventListener('click', (event) => { // its address would be taken for a route
  event.preventDefault();
  main.focus();
});
for (const button of document.querySelectorAll('[data-language]')) button.addEventListener('click', () => choose(button.dataset.language));
document.addEventListener('language', () => {
  announce(''); // what was said last was in the other language
  reference();
  title();
});

const state = service(document.getElementById('service'), announce);
const out = document.getElementById('logout');
out.addEventListener('click', logout);
const changed = () => { out.hidden = !api.token(); };
guard(document.getElementById('login'), { changed, entered: () => { state.ask(); show(); } });
changed();
reference();
translate(document);
show();
