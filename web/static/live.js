// Live is a stream of live pictures: the service's loss of it is made good by asking again, and its camera can be moved.

import * as api from './api.js';
import { h } from './dom.js';
import { Player } from './player.js';
import { Pad } from './ptz.js';

export class Live extends Player {
  constructor(...common) {
    super(...common);
    this.pad = new Pad((command, duration) => this.move(command, duration));
    this.find('.more').before(h('details', { class: 'camera' }, h('summary', { 'data-text': 'camera' }), this.pad.element));
  }

  open() { return api.start(this.request); }
  lost() { this.start(); }

  async move(command, duration) {
    const { handle } = this;
    if (!handle) return undefined;
    const answer = await api.move(handle, command, duration);
    return this.handle === handle ? answer : undefined;
  }

  show() {
    super.show();
    this.pad?.words();
  }

  stop() {
    this.pad.close();
    return super.stop();
  }
}
