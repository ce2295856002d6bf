// Pad moves a camera: a button or a key that is held moves it until it is let go. The service stops each movement when its time is over, so
// that holding means asking again, and letting go means asking no more.

import { h, set } from './dom.js';
import { refusal, word } from './words.js';

const tap = 200; // ms that a short press moves the camera
const held = 400; // ms of each further movement; so much at most goes on after the release
const told = 1500; // ms that a movement stays told
const early = 60; // ms before the end of a movement, at which the next is asked for

const directions = [
  [10, 'upLeft', '↖'], [6, 'up', '↑'], [11, 'upRight', '↗'], [8, 'left', '←'], [9, 'right', '→'], [12, 'downLeft', '↙'], [7, 'down', '↓'], [13, 'downRight', '↘'],
];
const lens = [
  ['zoom', [1, 'zoomOut', '−'], [0, 'zoomIn', '+']],
  ['focus', [2, 'focusNear', '−'], [3, 'focusFar', '+']],
  ['iris', [5, 'irisClose', '−'], [4, 'irisOpen', '+']],
];
const keys = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right', '+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut', _: 'zoomOut' };
const commands = Object.fromEntries([...directions, ...lens.flatMap(([, ...pair]) => pair)].map(([command, name]) => [name, command]));
const diagonals = { 'left up': 'upLeft', 'right up': 'upRight', 'down left': 'downLeft', 'down right': 'downRight' };

export class Pad {
  // move is asked to move the camera: move(command, duration in ms) gives the service's answer.
  constructor(move) {
    Object.assign(this, { move, command: null, round: 0, pressed: new Set(), answer: null });
    this.said = h('output', { role: 'status' });
    const compass = directions.map((one) => this.button(one));
    compass.splice(4, 0, h('span', { class: 'hub', 'aria-hidden': 'true', text: '✥' }));
    this.element = h('div', { class: 'pad', role: 'group', 'data-label': 'pad' },
      h('div', { class: 'directions' }, ...compass),
      h('div', { class: 'lens' }, ...lens.flatMap(([name, ...pair]) => [h('span', { 'data-text': name }), ...pair.map((one) => this.button(one))])),
      h('p', { class: 'hint', 'data-text': 'padHint' }), this.said);
    this.listen();
  }

  button([command, name, sign]) {
    return h('button', {
      type: 'button', 'data-move': command, 'data-label': name, text: sign,
      pointerdown: (event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId); // the release counts wherever the finger is by then
        this.hold(command);
      },
      pointerup: () => this.release(),
      pointercancel: () => this.release(),
      lostpointercapture: () => this.release(),
      contextmenu: (event) => event.preventDefault(), // a long touch
      // A click that no pointer and no key has made comes from a screen reader or a voice.
      click: (event) => { if (event.detail === 0 && this.command === null) this.once(command); },
    });
  }

  listen() {
    this.element.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const button = event.target.closest('[data-move]');
      if ((event.key === ' ' || event.key === 'Enter') && button) {
        event.preventDefault();
        if (!event.repeat) this.hold(Number(button.dataset.move));
      } else if (event.key in keys) {
        event.preventDefault();
        if (event.repeat) return;
        this.pressed.add(keys[event.key]);
        this.keyed();
      }
    });
    this.element.addEventListener('keyup', (event) => {
      if (event.key === ' ' || event.key === 'Enter') {
        event.preventDefault();
        this.release();
      } else if (event.key in keys) {
        this.pressed.delete(keys[event.key]);
        this.keyed();
      }
    });
    this.element.addEventListener('focusout', (event) => { if (!this.element.contains(event.relatedTarget)) this.release(); });
    this.left = () => { if (document.hidden) this.release(); };
    document.addEventListener('visibilitychange', this.left);
  }

  // keyed moves as the keys say that are down: two arrows are a diagonal.
  keyed() {
    const names = [...this.pressed].slice(-2).sort();
    if (names.length === 0) this.release();
    else this.hold(commands[diagonals[names.join(' ')] ?? [...this.pressed].at(-1)]);
  }

  async hold(command) {
    if (this.command === command) return;
    this.command = command;
    const mine = ++this.round;
    for (let duration = tap; this.command === command && this.round === mine; duration = held) {
      const begun = performance.now();
      if (!await this.once(command, duration)) {
        this.release();
        return;
      }
      await new Promise((go) => setTimeout(go, Math.max(duration - early - (performance.now() - begun), 0)));
    }
  }

  release() {
    this.command = null;
    this.pressed.clear();
  }

  // once moves the camera for a moment, shows what was answered, and tells whether it moves.
  async once(command, duration = tap) {
    const answer = await this.move(command, duration);
    this.answer = answer;
    this.words();
    if (answer?.status_code !== 200) return false;
    setTimeout(() => {
      if (this.answer !== answer) return;
      this.answer = null;
      this.words();
    }, told);
    return true;
  }

  words() {
    const { answer } = this;
    this.said.classList.toggle('problem', Boolean(answer) && answer.status_code !== 200);
    if (!answer) set(this.said, '');
    else if (answer.status_code === 200) set(this.said, word('moved'));
    else set(this.said, refusal(answer));
  }

  close() {
    this.release();
    document.removeEventListener('visibilitychange', this.left);
  }
}
