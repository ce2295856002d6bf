// Player is one stream on the page: asks for it, beats, shows picture and numbers, stops. What it plays says how it is asked for (open)
// and what follows when the service has lost it (lost); it may add controls of its own to the card, and begins with start.

import * as api from './api.js';
import { h, set } from './dom.js';
import { crowded, Flv, missing } from './flv.js';
import { route } from './route.js';
import { bitRate, duration, number } from './units.js';
import { Whep, offered } from './whep.js';
import { refusal, word } from './words.js';

const beatEvery = 20; // s, what the API asks for
const restAfterFailure = 5; // s, doubled with each failure in a row
const longestRest = 60; // s
// What another try cannot help: a wrong request, a login that the recorder may lock after a few attempts, and a range without recordings.
const final = new Set([600, 606, 607]);

// The states that are told in the place of the picture.
const overlays = new Set(['starting', 'connecting', 'ended']);

export class Player {
  statusEvery = 2; // s
  kind = 'live'; // as the service calls it

  // title gives the card's title in the language of the moment.
  constructor(title, request, clock, gone) {
    Object.assign(this, {
      title, request, clock, gone, handle: 0, picture: null, failure: null, note: '', since: 0, failures: 0, age: null, stopped: false,
      way: 'flv', chosen: false, offers: {}, hasAudio: undefined,
    });
    this.build();
    this.words = () => this.show();
    this.tick = () => this.second();
    document.addEventListener('language', this.words);
    clock.addEventListener('message', this.tick);
  }

  build() {
    this.video = h('video', { playsinline: true });
    this.video.muted = true; // browsers start no sound by themselves
    this.ways = h('select', { class: 'way', 'data-label': 'way', change: () => this.take(this.ways.value) },
      h('option', { value: 'flv', text: 'HTTP-FLV' }), h('option', { value: 'webrtc', text: 'WebRTC' }));
    const act = (name, click) => h('button', { type: 'button', class: `plain ${name}`, 'data-text': name, click });
    const numbers = ['fps', 'bitrate', 'age', 'codec'].map((name) => h('div', {}, h('dt', { 'data-text': name }), h('dd', { 'data-number': name, text: '–' })));
    this.screen = h('div', { class: 'screen' }, this.video, h('p', { class: 'overlay' }));
    this.card = h('article', { class: 'card player' },
      h('div', { class: 'title' }, h('h2'), h('span', { class: 'state' })),
      this.screen,
      h('p', { class: 'problem', hidden: true }),
      h('div', { class: 'actions' },
        act('sound', () => {
          this.video.muted = !this.video.muted;
          this.words();
        }),
        act('full', () => this.screen.requestFullscreen?.().catch(() => {})),
        this.ways,
        act('again', () => {
          this.failures = 0;
          this.start();
        }),
        h('a', { class: 'why', 'data-text': 'why' }),
        act('stop', () => this.stop())),
      h('details', { class: 'more' }, h('summary', { 'data-text': 'details' }),
        h('dl', { class: 'numbers' }, ...numbers), h('p', { class: 'addresses quiet' })));
  }

  find(selector) { return this.card.querySelector(selector); }

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
    this.traced = ['handle', this.handle];
    this.since = 0;
    this.failures = 0;
    this.addresses(answer);
    this.opened(answer);
    const status = await api.status(this.handle);
    if (this.stopped || this.handle !== answer.play_handle) return;
    this.offers = { flv: answer.flv_url, webrtc: offered(answer.webrtc_url) ? answer.webrtc_url : '' };
    if (!this.offers.flv && this.offers.webrtc) this.way = 'webrtc';
    this.attach(sound(status));
  }

  // opened is told what the service has answered to a start.
  opened() {}

  // still tells whether the picture has a reason to stand still.
  still() { return false; }

  // attach shows the stream in the way that was chosen, where the service offers it, else by FLV.
  attach(hasAudio) {
    this.picture?.close();
    this.picture = null;
    this.hasAudio = hasAudio;
    const told = {
      shown: () => this.set('playing'),
      gone: () => this.ask(), // a stream that has ended is not connected to again
      refused: (why) => this.refused(why),
    };
    if (!this.chosen && this.note !== 'webrtcRefused' && this.offers.webrtc && crowded(this.offers.flv ?? '')) this.way = 'webrtc';
    if (this.way === 'webrtc' && this.offers.webrtc) {
      this.picture = new Whep(this.video, this.offers.webrtc, told);
    } else {
      const note = this.offers.flv ? missing() : 'noFLV';
      if (note) {
        this.note = note;
        this.set('failed');
        return;
      }
      this.picture = new Flv(this.video, this.offers.flv, hasAudio, told);
    }
    this.picture.hold(this.still());
    this.picture.begin();
    this.set('connecting');
  }

  // take changes the way of the picture. The stream goes on.
  take(way) {
    this.way = way;
    this.chosen = true;
    this.note = '';
    if (this.handle) this.attach(this.hasAudio);
  }

  refused(why) {
    this.note = why;
    if (this.way === 'webrtc' && this.offers.flv) {
      this.way = 'flv';
      this.attach(this.hasAudio);
      return;
    }
    this.set('failed');
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
    if (status.status_code === 200 && this.picture instanceof Flv && this.hasAudio !== sound(status)) { // the sound has come, or gone
      this.attach(sound(status));
    }
  }

  numbers(status) {
    if (status.status_code !== 200) return;
    const put = (name, value) => set(this.find(`[data-number="${name}"]`), value);
    put('fps', number(status.frames_per_second, 1));
    put('bitrate', bitRate(status.bits_per_second));
    this.age = status.last_frame_age;
    const size = status.width ? ` ${status.width}×${status.height}` : '';
    put('codec', [`${status.video_codec || '–'}${size}`, status.audio_codec].filter(Boolean).join(', '));
    this.failing = status.state === 'retrying';
    if (this.failing && status.last_error) this.failure = { status_code: 200, status_message: status.last_error };
    else if (this.failure?.status_code === 200) this.failure = null;
    this.show();
  }

  addresses(answer) {
    const urls = [answer.rtmp_url, answer.flv_url, answer.hls_url, answer.webrtc_url].filter(Boolean);
    this.find('.addresses').replaceChildren(...urls.map((url) => h('code', { text: url })));
  }

  fail(answer) {
    this.failure = answer;
    this.since = 0;
    this.rest = Math.min(restAfterFailure * 2 ** this.failures++, longestRest);
    this.set(final.has(answer.status_code) ? 'failed' : 'waiting');
    this.trace(answer);
  }

  // trace finds what the service has noted of a start that failed: such a start has no handle, but stands in the list of what has ended.
  async trace(answer) {
    const { nvr_addr: host, nvr_port: port, nvr_channel: channel } = this.request;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const { ended = [] } = await api.sessions(); // the newest comes first
    const found = ended.find((one) => one.address === address && one.channel === channel && one.kind === this.kind && one.status_code === answer.status_code);
    if (!found || this.failure !== answer) return;
    this.traced = ['session', found.session_id];
    this.show();
  }

  set(state) {
    this.state = state;
    this.card.dataset.state = state;
    this.show();
  }

  show() {
    set(this.find('h2'), this.title());
    this.card.setAttribute('aria-label', this.title());
    set(this.find('.state'), word(this.mood()));
    set(this.find('.sound'), word(this.video.muted ? 'sound' : 'silence'));
    this.find('.again').hidden = this.state !== 'failed' && this.state !== 'ended';
    this.ways.hidden = !this.offers.webrtc || !this.offers.flv;
    this.ways.value = this.way;
    const why = this.find('.why');
    why.hidden = !this.traced;
    why.href = route('trace', ...this.traced ?? []);
    set(this.find('.overlay'), overlays.has(this.state) ? word(`${this.state}Long`) : '');
    set(this.find('[data-number="age"]'), typeof this.age === 'number' ? word('ago', { time: duration(this.age) }) : '–');
    const lines = [];
    if (this.note) lines.push(word(this.note));
    if (this.failure?.status_code === 200) lines.push(this.failure.status_message);
    else if (this.failure) lines.push(refusal(this.failure));
    const box = this.find('.problem');
    box.hidden = lines.length === 0;
    set(box, lines.join(' · '));
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

  // leave is for the end of the page; start makes good for it, should the page come back.
  leave() {
    if (this.handle) api.leave(this.handle);
    this.picture?.close();
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
