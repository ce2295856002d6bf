// Player is one stream on the page: asks for it, beats, shows picture and numbers, stops. What it plays says how it is asked for (open)
// and what follows when the service has lost it (lost); it may add controls of its own to the card, and begins with start.

import * as api from './api.js';
import { Picture } from './picture.js';
import { problem, translate, word } from './words.js';

const beatEvery = 20; // s, what the API asks for
const restAfterFailure = 5; // s, doubled with each failure in a row
const longestRest = 60; // s
// What another try cannot help: a wrong request, a login that the recorder may lock after a few attempts, and a range without recordings.
const final = new Set([600, 606, 607]);

// The states that are told in the place of the picture.
const overlays = new Set(['starting', 'connecting', 'ended']);

export class Player {
  statusEvery = 2; // s

  // title gives the card's title in the language of the moment.
  constructor(title, request, clock, gone) {
    Object.assign(this, { title, request, clock, gone, handle: 0, picture: null, failure: null, note: '', since: 0, failures: 0, age: null, stopped: false });
    this.card = document.getElementById('card').content.firstElementChild.cloneNode(true);
    this.video = this.find('video');
    this.find('.stop').addEventListener('click', () => this.stop());
    this.find('.again').addEventListener('click', () => {
      this.failures = 0;
      this.start();
    });
    this.find('.sound').addEventListener('click', () => {
      this.video.muted = !this.video.muted;
      this.words();
    });
    this.words = () => this.show();
    this.tick = () => this.second();
    document.addEventListener('language', this.words);
    clock.addEventListener('message', this.tick);
  }

  find(selector) { return this.card.querySelector(selector); }

  // extend adds the controls of a template to the card.
  extend(template) {
    this.find('.problem').before(document.getElementById(template).content.cloneNode(true));
  }

  async start() {
    this.forget();
    this.failure = null;
    this.set('starting');
    const answer = await this.open();
    if (this.stopped) {
      if (answer.play_handle) api.stop(answer.play_handle);
      return;
    }
    if (answer.status_code !== 200) {
      this.fail(answer);
      return;
    }
    this.handle = answer.play_handle;
    this.since = 0;
    this.failures = 0;
    this.addresses(answer);
    this.opened(answer);
    const status = await api.status(this.handle);
    if (this.stopped || this.handle !== answer.play_handle) return;
    this.attach(answer.flv_url, sound(status));
  }

  // opened is told what the service has answered to a start.
  opened() {}

  attach(url, hasAudio) {
    this.url = url;
    this.note = !url ? 'noFLV' : !globalThis.mpegts ? 'missingTitle' : !mpegts.isSupported() ? 'unsupported' : '';
    this.set(this.note ? 'failed' : 'connecting');
    if (this.note) return;
    this.picture = new Picture(this.video, url, hasAudio, {
      shown: () => this.set('playing'),
      gone: () => this.ask(), // a stream that has ended is not connected to again
      undecodable: () => {
        this.note = 'cannotDecode';
        this.set('failed');
      },
    });
  }

  // second is called once a second.
  second() {
    this.since++;
    if (this.state === 'waiting' && this.since >= this.rest) {
      this.start();
      return;
    }
    if (!this.handle) return;
    if (this.since % beatEvery === 0) this.beat();
    if (this.since % this.statusEvery === 0) this.ask();
  }

  async beat() {
    const handle = this.handle;
    const answer = await api.beat(handle);
    if (answer.status_code === 605 && this.handle === handle) this.lost();
  }

  async ask() {
    const handle = this.handle;
    if (!handle) return;
    const status = await api.status(handle);
    if (this.handle !== handle) return;
    if (status.status_code === 605) {
      this.lost();
      return;
    }
    this.numbers(status);
    if (status.status_code === 200 && this.picture && this.picture.hasAudio !== sound(status)) { // the sound has come, or gone
      this.picture.close();
      this.attach(this.url, sound(status));
    }
  }

  numbers(status) {
    if (status.status_code !== 200) return;
    const put = (name, value) => { this.find(`[data-number="${name}"]`).textContent = value; };
    put('fps', number(status.frames_per_second, 1));
    put('bitrate', `${number(status.bits_per_second / 1e6, 2)} Mbit/s`);
    this.age = status.last_frame_age;
    const size = status.width ? ` ${status.width}×${status.height}` : '';
    put('codec', [`${status.video_codec || '–'}${size}`, status.audio_codec].filter(Boolean).join(', '));
    this.failing = status.state === 'retrying';
    if (this.failing && status.last_error) this.failure = { status_code: 200, status_message: status.last_error };
    else if (this.failure?.status_code === 200) this.failure = null;
    this.show();
  }

  addresses(answer) {
    const list = this.find('.addresses');
    list.replaceChildren(...[answer.rtmp_url, answer.flv_url, answer.hls_url, answer.webrtc_url].filter(Boolean).map((url) => {
      const code = document.createElement('code');
      code.textContent = url;
      return code;
    }));
  }

  fail(answer) {
    this.failure = answer;
    this.since = 0;
    this.rest = Math.min(restAfterFailure * 2 ** this.failures++, longestRest);
    this.set(final.has(answer.status_code) ? 'failed' : 'waiting');
  }

  set(state) {
    this.state = state;
    this.card.dataset.state = state;
    this.show();
  }

  show() {
    translate(this.card);
    this.find('h3').textContent = this.title();
    this.find('.state').textContent = word(this.mood());
    this.find('.sound').textContent = word(this.video.muted ? 'sound' : 'silence');
    this.find('.again').hidden = this.state !== 'failed' && this.state !== 'ended';
    this.find('.overlay').textContent = overlays.has(this.state) ? word(`${this.state}Long`) : '';
    this.find('[data-number="age"]').textContent = typeof this.age === 'number' ? `${number(this.age, 1)} ${word('ago')}` : '–';
    const lines = [];
    if (this.note) lines.push(word(this.note));
    if (this.failure?.status_code === 200) lines.push(this.failure.status_message);
    else if (this.failure) lines.push(`${problem(this.failure.status_code)} (${this.failure.status_code}): ${this.failure.status_message}`);
    const box = this.find('.problem');
    box.hidden = lines.length === 0;
    box.textContent = lines.join(' · ');
  }

  // mood is the word for how it goes.
  mood() { return this.failing && this.state === 'playing' ? 'retrying' : this.state; }

  // trouble shows why the service did not do what a control asked of it, and takes that away when it did.
  trouble(answer) {
    this.failure = answer.status_code === 200 ? null : answer;
    this.show();
  }

  // forget drops the picture and the handle without asking the service for anything.
  forget() {
    this.picture?.close();
    this.picture = null;
    this.handle = 0;
    this.note = '';
    this.failing = false;
  }

  // leave is for the end of the page.
  leave() {
    if (this.handle) api.leave(this.handle);
  }

  stop() {
    this.stopped = true;
    const handle = this.handle;
    this.forget();
    this.clock.removeEventListener('message', this.tick);
    document.removeEventListener('language', this.words);
    this.card.remove();
    this.gone(this);
    return handle ? api.stop(handle) : undefined;
  }
}

// sound is false where the service knows of none, else undefined: then the stream itself tells. A recording has sound at speed 1 alone, and
// a browser that expects some stands still until it comes.
function sound(status) {
  if (status.status_code !== 200) return undefined;
  return status.audio_codec === '' || (status.speed ?? 1) !== 1 ? false : undefined;
}

function number(value, digits) { return typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : '–'; }
