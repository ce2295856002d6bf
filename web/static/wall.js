// The wall: up to nine live pictures in a grid.

import { h } from './dom.js';
import { kept } from './kept.js';
import { lacking } from './lacking.js';
import { Live } from './live.js';
import { Stage } from './stage.js';
import { presets, recall, request, target } from './target.js';
import words from './words-watch.js';
import { add } from './words.js';

add(words);

const most = 9;
const layouts = [1, 4, 9];

class Wall {
  constructor({ clock, demo }) {
    this.stage = new Stage(clock, most, () => this.arrange());
    this.form = target({
      demo, submit: (asked) => this.play(asked),
      rest: [h('p', { class: 'hint', 'data-text': 'channelHint' }), h('button', { type: 'submit', class: 'primary', 'data-text': 'play' })],
    });
    if (demo) {
      this.form.querySelector('.presets').prepend(h('button', {
        type: 'button', id: 'play-both', class: 'primary', 'data-text': 'playBoth', click: () => Object.values(presets).forEach((one) => this.play(request(one))),
      }));
    }
    this.asking = h('details', { open: true }, h('summary', { 'data-text': 'ask' }), this.form);
    this.layouts = layouts.map((n) => h('button', { type: 'button', class: 'plain', 'data-layout': n, text: n, click: () => this.choose(n) }));
    this.none = h('p', { class: 'quiet none', 'data-text': 'wallNone' });
    this.full = h('p', { class: 'problem', role: 'status', 'data-text': 'wallFull', hidden: true });
    this.element = h('div', { class: 'view' },
      h('div', { class: 'heading' }, h('h1', { 'data-text': 'navWall' }), h('div', { class: 'layouts', role: 'group', 'data-label': 'layout' }, ...this.layouts)),
      lacking(), this.asking, this.full, this.stage.element, this.none);
    this.arrange();
  }

  arrive() { recall(this.form); }

  // play shows a channel; name is what the recorder calls it, where that is known.
  play(asked, name) {
    this.full.hidden = this.stage.play(Live, asked, name);
    if (this.stage.size > 0) this.asking.open = false;
    this.arrange();
    return this.full.hidden;
  }

  choose(n) {
    this.chosen = this.chosen === n ? 0 : n; // pressed again, the grid follows the number of pictures
    this.arrange();
  }

  arrange() {
    const { size } = this.stage;
    const layout = this.chosen || layouts.find((n) => size <= n) || most;
    this.stage.element.dataset.layout = layout;
    for (const button of this.layouts) button.setAttribute('aria-pressed', String(Number(button.dataset.layout) === layout));
    this.none.hidden = size > 0;
    if (size < most) this.full.hidden = true;
    if (size === 0) this.asking.open = true;
  }
}

export const { mount, open } = kept((context) => new Wall(context));
