// The table of streams. Rows and cells stay from one refresh to the next and only texts that differ are written, so that nothing
// flickers, focus and selection stay, and a thousand rows cost little.

import { camera, columns, inTrouble } from './columns.js';
import { h } from './dom.js';
import { route } from './route.js';
import { word } from './words.js';

export class Rows {
  // sorted is called with a column whose heading is pressed.
  constructor(sorted) {
    this.rows = new Map(); // by session
    this.headings = columns.map((column) => h('th', { role: 'columnheader', scope: 'col', class: column.numeric ? 'numeric' : null },
      h('button', { type: 'button', 'data-text': column.name, click: () => sorted(column) })));
    this.body = h('tbody', { role: 'rowgroup' });
    this.table = h('table', { class: 'streams', role: 'table' },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...this.headings, h('th', { role: 'columnheader', scope: 'col', class: 'cell-why' }, h('span', { 'data-text': 'columnWhy' })))),
      this.body);
    // Rows that change their places under a hand or the focus are a nuisance: until both have left, the order stays.
    this.held = false;
    this.free = true;
    this.language();
    this.body.addEventListener('pointerenter', () => { this.held = true; });
    this.body.addEventListener('pointerleave', () => { this.held = false; });
  }

  // release lets the next show sort the rows in any case.
  release() { this.free = true; }

  show(streams, { column, downwards }) {
    this.headings.forEach((heading, i) => {
      const here = columns[i] === column;
      heading.setAttribute('aria-sort', !here ? 'none' : downwards ? 'descending' : 'ascending');
    });
    this.table.hidden = streams.length === 0;
    const wanted = new Set(streams.map((stream) => stream.session_id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      this.rows.delete(id);
      row.element.remove();
    }
    for (const stream of streams) {
      if (!this.rows.has(stream.session_id)) {
        const row = new Row(stream);
        this.rows.set(stream.session_id, row);
        this.body.append(row.element);
      }
      this.rows.get(stream.session_id).show(stream);
    }
    if (this.free || !(this.held || this.body.contains(document.activeElement))) this.arrange(streams);
    this.free = false;
  }

  // arrange moves only the rows that do not stand in their place.
  arrange(streams) {
    let next = this.body.firstElementChild;
    for (const stream of streams) {
      const { element } = this.rows.get(stream.session_id);
      if (element === next) next = next.nextElementSibling;
      else this.body.insertBefore(element, next);
    }
  }

  // language is called when all texts are to be said in another one.
  language() {
    this.table.setAttribute('aria-label', word('tableName'));
    for (const row of this.rows.values()) row.name();
  }
}

class Row {
  constructor(stream) {
    this.cells = columns.map((column) => {
      const lines = [document.createTextNode(''), document.createTextNode('')];
      const element = h('td', { role: 'cell', class: `cell-${column.key}${column.numeric ? ' numeric' : ''}` },
        h('span', {}, lines[0]), h('small', {}, lines[1]));
      return { column, element, lines, hint: '' };
    });
    this.link = h('a', { href: route('trace', 'session', stream.session_id) });
    this.element = h('tr', { role: 'row' }, ...this.cells.map((cell) => cell.element), h('td', { role: 'cell', class: 'cell-why' }, this.link));
    this.stream = stream;
    this.name();
  }

  // name writes what depends on the language alone: what the cells are called where they stand as cards, and the link.
  name() {
    for (const { column, element } of this.cells) element.dataset.name = word(column.name);
    this.link.textContent = word('why');
    this.link.setAttribute('aria-label', word('whyOf', { camera: camera(this.stream) }));
  }

  show(stream) {
    this.stream = stream;
    const mood = inTrouble(stream) ? 'trouble' : stream.state;
    if (this.element.dataset.state !== mood) this.element.dataset.state = mood;
    for (const cell of this.cells) {
      cell.column.lines(stream).forEach((text, i) => { if (cell.lines[i].data !== text) cell.lines[i].data = text; });
      const hint = cell.column.hint?.(stream) ?? '';
      if (hint !== cell.hint) cell.element.title = cell.hint = hint;
    }
  }
}
