// The line in the header that says how the service is.

import * as api from './api.js';
import { h, set } from './dom.js';
import { poll } from './poll.js';
import { duration } from './units.js';
import { word } from './words.js';

// service fills a details element, and asks every 5 s; it returns {ask}, which asks at once.
export function service(root, announce) {
  const word_ = h('span', { class: 'word' });
  const short = h('span', { class: 'short quiet' });
  const list = h('ul', {});
  root.append(h('summary', {}, h('span', { class: 'dot', 'aria-hidden': 'true' }), word_, short), list);
  let last = null;

  async function ask() {
    const answer = await api.info();
    if (answer.status_code !== 401) last = answer;
    draw();
  }

  function draw() {
    const { level, name, facts } = judge(last);
    const before = root.dataset.level;
    root.dataset.level = level;
    set(word_, word(name));
    set(short, typeof last?.sessions === 'number' ? word('streamsNow', { count: last.sessions }) : '');
    const lines = facts.join('\n');
    if (list.dataset.lines !== lines) {
      list.dataset.lines = lines;
      list.replaceChildren(...facts.map((text) => h('li', { text })));
    }
    if (before && before !== level) announce(word(name));
  }

  document.addEventListener('language', draw);
  draw();
  poll(5, ask);
  return { ask };
}

// judge makes of an answer to /INFO what the line says and what stands below it.
function judge(info) {
  if (!info) return { level: 'asked', name: 'serviceAsked', facts: [] };
  if (info.status_code === 0) return { level: 'error', name: 'serviceAway', facts: [info.status_message] };
  const facts = [];
  if (info.version) facts.push(word('version', { version: info.version }));
  if (typeof info.uptime === 'number') facts.push(word('uptime', { time: duration(info.uptime) }));
  const { server = {}, config = {} } = info;
  const kind = { srs: 'SRS', embedded: word('embeddedServer') }[server.kind] ?? word('unknown');
  facts.push(word('mediaServer', { text: [kind, server.version, server.error].filter(Boolean).join(' · ') }));
  if (config.error) facts.push(word('configTrouble', { text: config.error }));
  if (config.restart_needed?.length) facts.push(word('restartNeeded', { keys: config.restart_needed.join(', ') }));
  const trouble = server.error || config.error || config.restart_needed?.length;
  return { level: trouble ? 'warning' : 'ok', name: trouble ? 'serviceTrouble' : 'serviceWell', facts };
}
