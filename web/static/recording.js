// Recording plays what a recorder has recorded: a bar that follows the position and seeks, pause, speed, and the list of files.

import * as api from './api.js';
import { Player } from './player.js';
import { latest, read, write } from './walltime.js';
import { word } from './words.js';

const shortest = 1000; // ms; a range of nothing still needs a bar

export class Recording extends Player {
  statusEvery = 1;

  constructor(...common) {
    super(...common);
    Object.assign(this, { first: 0, paused: false, busy: 0, dragged: false });
    this.extend('recording');
    this.bar = this.find('.seek');
    this.bar.addEventListener('input', () => {
      this.dragged = true;
      this.find('.position').textContent = this.aimed();
    });
    this.bar.addEventListener('change', () => {
      this.dragged = false;
      const to = this.aimed();
      this.steer((handle) => api.seek(handle, to));
    });
    this.find('.hold').addEventListener('click', () => this.steer(this.paused ? api.resume : api.pause));
    const speed = this.find('.speed');
    speed.addEventListener('change', () => this.steer((handle) => api.speed(handle, Number(speed.value))));
  }

  async open() {
    if ('startTime' in this.request) return api.back(this.request);
    const range = await latest(this.request);
    return range.startTime && !this.stopped ? api.back({ ...this.request, ...range }) : range;
  }

  opened(answer) {
    this.first = read(answer.start_time);
    this.bar.max = Math.max(read(answer.stop_time) - this.first, shortest) / 1000;
    this.bar.disabled = false;
    this.find('.from').textContent = answer.start_time;
    this.find('.until').textContent = answer.stop_time;
    this.find('.position').textContent = answer.start_time;
    this.find('.speed').value = '1';
    this.bar.value = 0;
    this.find('.count').textContent = answer.record_files.length;
    this.find('.files').replaceChildren(...answer.record_files.map((file) => {
      const item = document.createElement('li');
      item.textContent = `${file.start_time} – ${file.stop_time} · ${file.file_name} · ${(file.file_size / 1e6).toFixed(1)} MB`;
      return item;
    }));
  }

  // lost: the service has played to the end, and unpublished the stream.
  lost() {
    this.forget();
    this.set('ended');
  }

  // aimed is the time that the bar shows, in the API's form.
  aimed() { return write(this.first + Number(this.bar.value) * 1000); }

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
    this.picture?.hold(this.paused);
    this.trouble(answer);
    await this.ask();
  }

  numbers(status) {
    super.numbers(status);
    if (status.status_code !== 200 || this.busy) return;
    if (this.paused !== status.paused) this.picture?.hold(status.paused);
    this.paused = status.paused;
    if (document.activeElement !== this.find('.speed')) this.find('.speed').value = status.speed;
    if (!this.dragged) {
      this.bar.value = (read(status.position) - this.first) / 1000;
      this.find('.position').textContent = status.position;
    }
    this.show();
  }

  show() {
    super.show();
    this.find('.hold').textContent = word(this.paused ? 'resume' : 'pause');
  }

  mood() {
    if (this.state !== 'playing') return super.mood();
    if (this.busy) return 'busy';
    return this.paused ? 'paused' : super.mood();
  }

  forget() {
    super.forget();
    this.paused = false;
    this.dragged = false;
    this.bar.disabled = true;
  }
}
