// Live is a stream of live pictures: the service's loss of it is made good by asking again, and its camera can be moved.

import * as api from './api.js';
import { Player } from './player.js';

const movement = 200; // ms that one click moves the camera

export class Live extends Player {
  constructor(...common) {
    super(...common);
    this.extend('camera');
    for (const button of this.card.querySelectorAll('[data-move]')) {
      button.addEventListener('click', () => this.move(Number(button.dataset.move)));
    }
  }

  open() { return api.start(this.request); }
  lost() { this.start(); }

  async move(command) {
    const handle = this.handle;
    if (!handle) return;
    const answer = await api.move(handle, command, movement);
    if (this.handle !== handle) return;
    this.find('.camera output').textContent = answer.status_code;
    this.trouble(answer);
  }
}
