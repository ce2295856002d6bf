// Timeline shows a stretch of recorded time: files as blocks, gaps between them, and the time that plays. A click, a drag or a key seeks.
// Times are milliseconds on the recorder's clock (walltime.js).

import { h, set } from './dom.js';
import { write } from './walltime.js';
import { word } from './words.js';

const second = 1000;
const hour = 3600 * second;
const spans = { whole: 0, day: 24 * hour, hour, tenMinutes: hour / 6 }; // what can be seen at once; 0 is everything
const settle = 400; // ms after the last key before the seek is asked for
// Distances between the marks of the scale, of which the first is taken that gives no more than so many marks.
const distances = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((s) => s * second);
const marks = 7;

export class Timeline {
  // seek is called with the time that was chosen.
  constructor(seek) {
    Object.assign(this, { seek, first: 0, last: second, from: 0, until: second, files: [], now: 0, aim: null, dragging: false, timer: 0 });
    this.blocks = h('div', { class: 'blocks' });
    this.cursor = h('div', { class: 'cursor' });
    this.tip = h('output', { class: 'tip', 'aria-hidden': 'true', hidden: true });
    this.track = h('div', { class: 'track', role: 'slider', tabindex: '0', 'aria-disabled': 'true' }, this.blocks, this.cursor, this.tip);
    this.scale = h('div', { class: 'scale', 'aria-hidden': 'true' });
    this.zoom = h('select', { class: 'zoom', 'data-label': 'timelineZoom', change: () => this.look() },
      ...Object.keys(spans).map((name) => h('option', { value: name, 'data-text': `zoom_${name}` })));
    this.element = h('div', { class: 'timeline' }, this.track, this.scale);
    this.listen();
  }

  listen() {
    const { track } = this;
    track.addEventListener('pointerdown', (event) => {
      if (!this.enabled || event.button !== 0) return;
      track.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.point(event);
    });
    track.addEventListener('pointermove', (event) => {
      if (this.enabled) this.point(event);
    });
    track.addEventListener('pointerup', (event) => {
      if (!this.dragging) return;
      this.point(event);
      this.dragging = false;
      if (event.pointerType !== 'mouse') this.hint(null);
      this.choose(this.aim);
    });
    track.addEventListener('pointercancel', () => this.leave());
    track.addEventListener('pointerleave', () => { if (!this.dragging) this.hint(null); });
    track.addEventListener('keydown', (event) => this.key(event));
  }

  // show takes a new recording: its times and its files of start_time and stop_time.
  show(first, last, files) {
    Object.assign(this, { first, last: Math.max(last, first + second), files, now: first });
    this.leave();
    this.enable(true);
    for (const option of this.zoom.options) option.disabled = spans[option.value] >= this.last - this.first;
    this.zoom.value = 'whole';
    this.look();
  }

  enable(enabled) {
    this.enabled = enabled;
    this.track.setAttribute('aria-disabled', String(!enabled));
    if (!enabled) this.leave();
  }

  // at moves the position, unless somebody is choosing another.
  at(time) {
    this.now = time;
    if (this.aim !== null) return;
    if (time < this.from || time > this.until) this.look();
    else this.mark();
  }

  // look chooses what can be seen: the span that was chosen, around the position.
  look() {
    const span = spans[this.zoom.value] || this.last - this.first;
    this.from = Math.max(this.first, Math.min(this.now - span / 2, this.last - span));
    this.until = Math.min(this.last, this.from + span);
    this.draw();
  }

  draw() {
    this.blocks.replaceChildren(...this.files.filter((file) => file.until > this.from && file.from < this.until).map((file) => {
      const block = h('div', { class: 'block' });
      const from = Math.max(file.from, this.from);
      place(block, this.part(from), this.part(Math.min(file.until, this.until)) - this.part(from));
      return block;
    }));
    const width = this.until - this.from;
    const distance = distances.find((one) => width / one <= marks) ?? distances.at(-1);
    const digits = distance < 60 * second ? [11, 19] : width > 24 * hour ? [5, 16] : [11, 16];
    const list = [];
    for (let time = Math.ceil(this.from / distance) * distance; time <= this.until; time += distance) {
      const mark = h('span', { text: write(time).slice(...digits) });
      mark.style.left = `${this.part(time) * 100}%`;
      mark.dataset.edge = this.part(time) < 0.06 ? 'left' : this.part(time) > 0.94 ? 'right' : '';
      list.push(mark);
    }
    this.scale.replaceChildren(...list);
    this.mark();
  }

  // mark puts the cursor where the position is, or where it is being moved to.
  mark() {
    const time = this.aim ?? this.now;
    this.cursor.style.left = `${Math.min(Math.max(this.part(time), 0), 1) * 100}%`;
    const { track } = this;
    track.setAttribute('aria-label', word('timeline'));
    track.setAttribute('aria-valuemin', '0');
    track.setAttribute('aria-valuemax', String(Math.round((this.last - this.first) / second)));
    track.setAttribute('aria-valuenow', String(Math.round((time - this.first) / second)));
    track.setAttribute('aria-valuetext', this.recorded(time) ? write(time) : `${write(time)} (${word('gap')})`);
  }

  // part is where a time stands in what can be seen, 0 to 1 inside.
  part(time) { return (time - this.from) / (this.until - this.from); }

  recorded(time) { return this.files.length === 0 || this.files.some((file) => time >= file.from && time <= file.until); }

  // point follows the pointer: it shows the time below it, and aims there while it is held down.
  point(event) {
    const { left, width } = this.track.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const time = this.whole(this.from + part * (this.until - this.from));
    this.hint(time);
    if (!this.dragging) return;
    this.aim = time;
    this.mark();
  }

  hint(time) {
    this.tip.hidden = time === null;
    if (time === null) return;
    const part = this.part(time);
    set(this.tip, this.recorded(time) ? write(time) : `${write(time)} · ${word('gap')}`);
    this.tip.style.left = `${part * 100}%`;
    this.tip.dataset.edge = part < 0.2 ? 'left' : part > 0.8 ? 'right' : '';
  }

  // key aims further with each key, and seeks when no more come.
  key(event) {
    const page = (this.until - this.from) / 10;
    const steps = { ArrowLeft: -5 * second, ArrowDown: -5 * second, ArrowRight: 5 * second, ArrowUp: 5 * second, PageUp: page, PageDown: -page, Home: -Infinity, End: Infinity };
    if (!this.enabled || !(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.aim = this.whole((this.aim ?? this.now) + steps[event.key]);
    if (this.aim < this.from || this.aim > this.until) {
      this.now = this.aim;
      this.look();
    }
    this.mark();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.choose(this.aim), settle);
  }

  // whole is the nearest whole second inside of the recording.
  whole(time) { return Math.round(Math.min(Math.max(time, this.first), this.last) / second) * second; }

  choose(time) {
    this.now = time;
    this.leave();
    this.seek(time);
  }

  // leave ends an aim that was not chosen.
  leave() {
    clearTimeout(this.timer);
    this.aim = null;
    this.dragging = false;
    this.mark();
  }

}

function place(element, left, width) {
  element.style.left = `${left * 100}%`;
  element.style.width = `${width * 100}%`;
}
