// The page of recordings: what was recorded in a range of time, each with its timeline.

import { h } from './dom.js';
import { kept } from './kept.js';
import { Recording } from './recording.js';
import { Stage } from './stage.js';
import { presets, recall, request, target } from './target.js';
import { lacking } from './lacking.js';
import words from './words-watch.js';
import { add } from './words.js';

add(words);

const most = 4; // recorders allow few playbacks at once

class Playback {
  constructor({ clock, demo }) {
    this.stage = new Stage(clock, most, () => this.arrange());
    const time = (name, text) => h('label', { class: 'time' }, h('span', { 'data-text': text }), h('input', { name, type: 'datetime-local', step: '1' }));
    this.form = target({
      leave: ['stream_type'], demo, submit: (asked, range) => this.play(asked, stamps(range)),
      rest: [time('startTime', 'from'), time('endTime', 'until'), h('p', { class: 'hint', 'data-text': 'recordingHint' }),
        h('button', { type: 'submit', id: 'play-recording', class: 'primary', 'data-text': 'playRecording' })],
    });
    if (demo) {
      this.form.querySelector('.presets').prepend(h('button', {
        type: 'button', id: 'play-recordings', class: 'primary', 'data-text': 'playRecordings',
        click: () => Object.values(presets).forEach((one) => this.play(request(one), {})),
      }));
    }
    this.asking = h('details', { open: true }, h('summary', { 'data-text': 'askRecording' }), this.form);
    this.none = h('p', { class: 'quiet none', 'data-text': 'playbackNone' });
    this.full = h('p', { class: 'problem', role: 'status', 'data-text': 'playbackFull', hidden: true });
    this.element = h('div', { class: 'view' }, h('h1', { 'data-text': 'navPlayback' }), lacking(), this.asking, this.full, this.stage.element, this.none);
    this.arrange();
  }

  arrive() { recall(this.form); }

  // play shows what a channel has recorded in a range of startTime and endTime, or the newest where the range is empty.
  play(asked, range, name) {
    this.full.hidden = this.stage.play(Recording, { ...asked, ...range }, name);
    if (this.stage.size > 0) this.asking.open = false;
  }

  arrange() {
    const { size } = this.stage;
    this.stage.element.dataset.layout = size > 1 ? 4 : 1;
    this.none.hidden = size > 0;
    if (size < most) this.full.hidden = true;
    if (size === 0) this.asking.open = true;
  }
}

// stamps is the range of the form as the API wants it, empty where both fields are.
function stamps({ startTime, endTime }) {
  if (!startTime && !endTime) return {};
  return { startTime: stamp(startTime), endTime: stamp(endTime) };
}

// stamp turns what an input of a date gives, perhaps without seconds or nothing, into the API's form.
function stamp(text) { return text && `${text.replace('T', ' ')}:00`.slice(0, 19); }

export const { mount, open } = kept((context) => new Playback(context));
