// Recording plays what a recorder has recorded: a timeline that follows the position and seeks, pause, speed, and the list of files.

import * as api from './api.js';
import { h, set } from './dom.js';
import { Player } from './player.js';
import { Timeline } from './timeline.js';
import { latest, read, write } from './walltime.js';
import { word } from './words.js';

const speeds = [0.5, 1, 2, 4, 8];

export class Recording extends Player {
  statusEvery = 1;
  kind = 'playback';

  constructor(...common) {
    super(...common);
    Object.assign(this, { paused: false, busy: 0 });
    this.timeline = new Timeline((time) => this.seek(time));
    this.timeline.enable(false);
    this.hold = h('button', { type: 'button', class: 'hold', 'data-text': 'pause', click: () => this.steer(this.paused ? api.resume : api.pause) });
    this.speed = h('select', { class: 'speed', 'data-label': 'speed', change: () => this.steer((handle) => api.speed(handle, Number(this.speed.value))) },
      ...speeds.map((one) => h('option', { value: one, text: `${one} ×`, selected: one === 1 })));
    this.position = h('output', { class: 'position', 'data-label': 'position', 'aria-live': 'off', text: '–' });
    this.screen.after(h('div', { class: 'recording' },
      h('div', { class: 'times' }, h('span', { class: 'from' }), this.position, h('span', { class: 'until' })),
      this.timeline.element,
      h('div', { class: 'actions' }, this.hold, this.speed, this.timeline.zoom),
      h('details', {}, h('summary', {}, h('span', { 'data-text': 'files' }), ' ', h('span', { class: 'count' })), h('ul', { class: 'files' }))));
  }

  async open() {
    if ('startTime' in this.request) return api.back(this.request);
    const range = await latest(this.request);
    return range.startTime && !this.stopped ? api.back({ ...this.request, ...range }) : range;
  }

  opened(answer) {
    const files = (answer.record_files ?? []).map((file) => ({ from: read(file.start_time), until: read(file.stop_time), file }));
    const ends = [read(answer.start_time), read(answer.stop_time)];
    set(this.find('.from'), answer.start_time);
    set(this.find('.until'), answer.stop_time);
    set(this.position, answer.start_time);
    this.speed.value = '1';
    this.timeline.show(...ends, files);
    set(this.find('.count'), files.length);
    this.find('.files').replaceChildren(...files.map(({ from, file }) => h('li', {}, h('button', {
      type: 'button', class: 'plain', text: `${file.start_time} – ${sameDay(file) ? file.stop_time.slice(11) : file.stop_time}`,
      click: () => this.seek(Math.min(Math.max(from, ends[0]), ends[1])),
    }), ` ${file.file_name} · ${(file.file_size / 1e6).toFixed(1)} MB`)));
  }

  // lost: the service has played to the end, and unpublished the stream.
  lost() {
    this.forget();
    this.set('ended');
  }

  seek(time) {
    this.timeline.at(time);
    set(this.position, write(time));
    return this.steer((handle) => api.seek(handle, write(time)));
  }

  // steer gives a command, shows what came of it, and lets the picture stand still meanwhile. The player stays: the stream goes on.
  async steer(command) {
    const handle = this.handle;
    if (!handle) return;
    this.busy++;
    this.show();
    this.picture?.hold(true);
    const answer = await command(handle);
    this.busy--;
    if (this.handle !== handle) return;
    this.picture?.hold(this.still());
    this.trouble(answer);
    await this.ask();
  }

  still() { return this.paused || this.busy > 0; }

  numbers(status) {
    super.numbers(status);
    if (status.status_code !== 200 || this.busy) return;
    if (this.paused !== status.paused) {
      this.paused = status.paused;
      this.picture?.hold(this.paused);
    }
    if (document.activeElement !== this.speed) this.speed.value = status.speed;
    if (status.position) {
      set(this.position, status.position);
      this.timeline.at(read(status.position));
    }
    this.show();
  }

  show() {
    super.show();
    if (!this.timeline) return; // while the card is being built
    set(this.hold, word(this.paused ? 'resume' : 'pause'));
    this.hold.disabled = !this.handle;
    this.timeline.mark();
  }

  mood() {
    if (this.state !== 'playing') return super.mood();
    if (this.busy) return 'busy';
    return this.paused ? 'paused' : super.mood();
  }

  forget() {
    super.forget();
    this.paused = false;
    this.timeline?.enable(false);
  }
}

function sameDay(file) { return file.start_time.slice(0, 10) === file.stop_time.slice(0, 10); }
