// The page of one recorder: what it is, how it is reached, its clock, its channels, and what can be done with each.

import { kept } from './kept.js';
import { h } from './dom.js';
import { called } from './names.js';
import { open as playback } from './playback.js';
import { recall, target } from './target.js';
import { bitRate, duration, number, size } from './units.js';
import { open as wall } from './wall.js';
import words from './words-watch.js';
import { add, refusal, translate, word } from './words.js';

add(words);

// What is told of channels in words that are always the same; other reasons are the device's own words.
const reasons = { 'no camera is set up, or it is switched off in the recorder': 'unused', 'NO VIDEO': 'noVideo' };

// why is the text of a reason, translated where it can be.
const why = (reason) => (Object.hasOwn(reasons, reason) ? { 'data-text': reasons[reason] } : { text: reason });

const drift = 30; // s that a recorder's clock may be off without a word
const wayStates = { used: 'wayState_used', works: 'wayState_works', failed: 'wayState_failed', not_built: 'wayState_not_built', off: 'wayState_off' };

class Device {
  constructor(context) {
    Object.assign(this, { context, asked: null, answer: null, asking: false, images: new Map() });
    this.button = h('button', { type: 'submit', class: 'primary', 'data-text': 'inspect' });
    this.form = target({
      leave: ['nvr_channel', 'stream_type'], demo: context.demo, submit: (asked) => this.ask(asked),
      rest: [h('p', { class: 'hint', 'data-text': 'deviceHint' }), this.button],
    });
    this.result = h('div', { class: 'view result', 'aria-live': 'polite' });
    this.element = h('div', { class: 'view' }, h('h1', { 'data-text': 'navDevice' }), this.form, this.result);
    document.addEventListener('language', () => this.draw());
  }

  arrive(context) {
    this.context = context;
    recall(this.form);
  }

  async ask(asked) {
    if (this.asking) return;
    Object.assign(this, { asked, answer: null, asking: true });
    this.images.forEach((image) => URL.revokeObjectURL(image.src));
    this.images.clear();
    this.button.disabled = true;
    this.draw();
    this.answer = await this.context.api.device(asked);
    this.asking = false;
    this.button.disabled = false;
    this.draw();
  }

  draw() {
    const { answer } = this;
    const parts = [];
    if (this.asking) parts.push(h('p', { class: 'quiet', 'data-text': 'inspecting' }));
    else if (answer && answer.status_code !== 200) parts.push(h('p', { class: 'problem', text: refusal(answer) }));
    else if (answer?.device) parts.push(this.facts(answer.device), this.channels(answer.device.channels ?? []));
    this.result.replaceChildren(...parts);
    translate(this.result);
  }

  facts(device) {
    const slots = (one) => (one ? word('slotsUsed', { used: one.used, max: one.max || '?' }) : '');
    const facts = [
      ['model', [called(device.vendor), device.model].filter(Boolean).join(' ')], ['serial', device.serial], ['firmware', device.firmware],
      ['deviceTime', [device.time, device.time_zone].filter(Boolean).join(' ')], ['clock', offset(device.clock_offset)],
      ['liveSlots', slots(device.live_slots)], ['playbackSlots', slots(device.playback_slots)],
    ].filter(([, value]) => value);
    const off = typeof device.clock_offset === 'number' && Math.abs(device.clock_offset) >= drift;
    return h('section', { class: 'card about' },
      h('h2', { text: device.address }),
      h('dl', { class: 'numbers' }, ...facts.map(([name, value]) => h('div', {}, h('dt', { 'data-text': name }), h('dd', { text: value })))),
      ...(off ? [h('p', { class: 'warning', text: word('clockWarning', { offset: offset(device.clock_offset) }) })] : []),
      h('ul', { class: 'ways', 'data-label': 'ways' }, ...(device.ways ?? []).map((way) => h('li', { 'data-way': way.state },
        h('strong', { text: called(way.way) }), ' ', h('span', { class: 'badge', text: Object.hasOwn(wayStates, way.state) ? word(wayStates[way.state]) : way.state }),
        way.reason ? ` ${way.reason}` : ''))));
  }

  channels(channels) {
    return h('section', {}, h('h2', { text: word('channels', { count: channels.length }) }),
      h('ul', { class: 'channels' }, ...channels.map((channel) => this.channel(channel))));
  }

  channel(channel) {
    const { channel: n, name, online } = channel;
    const title = name ? `${n} ${name}` : String(n);
    const state = online === true ? 'online' : online === false ? 'offline' : 'unknown';
    const act = (what, click) => h('button', { type: 'button', class: `plain ${what}`, 'aria-label': `${title}: ${word(what)}`, 'data-text': what, click: click });
    const live = (stream) => () => this.live({ ...this.asked, nvr_channel: n, stream_type: stream }, name);
    const picture = h('div', { class: 'shot' });
    const image = this.images.get(n);
    if (image) picture.append(image);
    return h('li', { class: 'card channel', 'data-channel': n, 'data-state': state },
      h('div', { class: 'title' }, h('h3', { text: title }), h('span', { class: 'state', 'data-text': state })),
      ...(channel.reason ? [h('p', { class: 'quiet', ...why(channel.reason) })] : []),
      h('p', { class: 'quiet codecs' }, ...['main', 'sub'].filter((kind) => channel[kind]).map((kind) => h('span', { text: `${word(kind)}: ${coding(channel[kind])}` }))),
      picture,
      h('div', { class: 'actions' },
        act('snapshot', (event) => this.snapshot(n, title, picture, event.currentTarget)),
        act('liveMain', live(0)),
        ...(channel.sub || !channel.main ? [act('liveSub', live(1))] : []),
        act('recordings', () => {
          playback(this.context).play({ ...this.asked, nvr_channel: n }, {}, name);
          this.context.go('playback');
        })));
  }

  live(request, name) {
    wall(this.context).play(request, name);
    this.context.go('wall');
  }

  async snapshot(channel, title, picture, button) {
    button.disabled = true;
    const { asked } = this;
    const answer = await this.context.api.snapshot({ ...asked, nvr_channel: channel });
    button.disabled = false;
    if (asked !== this.asked) return; // another recorder is shown by now
    if (answer.status_code !== 200) {
      picture.replaceChildren(h('p', { class: 'problem', text: refusal(answer) }));
      return;
    }
    const old = this.images.get(channel);
    if (old) URL.revokeObjectURL(old.src);
    const image = h('img', { src: URL.createObjectURL(answer.image), alt: word('snapshotOf', { channel: title }) });
    this.images.set(channel, image);
    picture.replaceChildren(image);
  }
}

// offset of a clock in words, empty where it is not known.
function offset(seconds) {
  if (typeof seconds !== 'number') return '';
  if (Math.abs(seconds) < 1.5) return word('clockRight');
  return word(seconds > 0 ? 'clockAhead' : 'clockBehind', { time: duration(Math.abs(seconds)) });
}

function coding(stream) {
  return [stream.codec, stream.width ? size(stream.width, stream.height) : '', stream.frame_rate ? word('perSecond', { n: number(stream.frame_rate) }) : '',
    stream.bits_per_second ? bitRate(stream.bits_per_second) : ''].filter(Boolean).join(' · ');
}

export const { mount } = kept((context) => new Device(context));
