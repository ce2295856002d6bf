// The list of all streams, live.

import { columns, compare, flatten, inTrouble, searched } from './columns.js';
import { h, set } from './dom.js';
import { handleForm } from './handle.js';
import { poll } from './poll.js';
import { Rows } from './rows.js';
import words from './words-sessions.js';
import { add, translate, word } from './words.js';

add(words);

const every = 2; // s
const states = ['all', 'alive', 'trouble', 'starting', 'streaming', 'retrying', 'ending', 'ended', 'failed'];
const stateWords = { all: 'allStates', alive: 'aliveStates', trouble: 'troubleStates' };

// What the operator has chosen outlasts a visit to another view.
const chosen = { text: '', state: 'all', column: columns[0], downwards: false };

export function mount(root, { api, go }) {
  const count = h('p', { class: 'quiet count' });
  const stale = h('p', { class: 'problem', hidden: true });
  const empty = h('p', { class: 'empty quiet', hidden: true });
  const text = h('input', { id: 'filter', type: 'search', autocomplete: 'off', spellcheck: 'false', 'data-placeholder': 'filterHint' });
  const state = h('select', { id: 'state' }, ...states.map((value) => h('option', { value, 'data-text': stateWords[value] ?? value })));
  const sort = h('select', { id: 'sort' }, ...columns.map(({ key, name }) => h('option', { value: key, 'data-text': name })));
  const turned = h('button', { type: 'button', class: 'turn', 'data-label': 'sortDown', text: '⇅', click: () => by(chosen.column, !chosen.downwards) });
  const rows = new Rows(by);
  let streams = [];
  let known = false;

  root.append(
    h('div', { class: 'heading' }, h('h1', { 'data-text': 'sessionsTitle' }), count, handleForm((handle) => go('trace', 'handle', handle))),
    h('div', { class: 'filters' },
      h('label', { for: 'filter' }, h('span', { 'data-text': 'filterText' }), text),
      h('label', { for: 'state' }, h('span', { 'data-text': 'filterState' }), state),
      h('label', { for: 'sort', class: 'sorting' }, h('span', { 'data-text': 'sortBy' }), sort), turned),
    stale, rows.table, empty,
  );
  text.value = chosen.text;
  state.value = chosen.state;
  sort.value = chosen.column.key;
  text.addEventListener('input', () => { chosen.text = text.value; draw(); });
  state.addEventListener('change', () => { chosen.state = state.value; draw(); });
  sort.addEventListener('change', () => by(columns.find(({ key }) => key === sort.value)));

  // by sorts by a column: in its own direction, or the other one on a second click.
  function by(column, downwards = column === chosen.column ? !chosen.downwards : Boolean(column.numeric)) {
    Object.assign(chosen, { column, downwards });
    sort.value = column.key;
    rows.release();
    draw();
  }

  function fits(stream) {
    if (chosen.state === 'alive' ? stream.over : chosen.state === 'trouble' ? !inTrouble(stream) : chosen.state !== 'all' && stream.state !== chosen.state) return false;
    const wanted = chosen.text.trim().toLowerCase().split(/\s+/);
    const all = searched(stream);
    return wanted.every((one) => all.includes(one));
  }

  function draw() {
    const fitting = streams.filter(fits).sort(compare(chosen.column, chosen.downwards));
    rows.show(fitting, chosen);
    set(count, !known ? '' : fitting.length === streams.length ? word('countAll', { count: streams.length })
      : word('countSome', { shown: fitting.length, count: streams.length }));
    empty.hidden = fitting.length > 0;
    set(empty, known ? word(streams.length ? 'noMatch' : 'noStreams') : word('loading'));
  }

  async function ask() {
    const answer = await api.sessions();
    if (answer.status_code === 200) {
      streams = flatten(answer);
      known = true;
    }
    stale.hidden = answer.status_code === 200 || answer.status_code === 401;
    if (!stale.hidden) set(stale, word('notFresh', { error: answer.status_message }));
    draw();
  }

  const spoken = () => {
    translate(root);
    rows.language();
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
