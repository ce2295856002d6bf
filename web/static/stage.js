// Stage is a list of players: it adds them, up to a number, and stops them all when the page goes away.

import { h } from './dom.js';
import { label } from './target.js';
import { translate } from './words.js';

export class Stage {
  // changed is called when there are more or fewer players.
  constructor(clock, most, changed) {
    Object.assign(this, { clock, most, changed, players: new Set() });
    this.element = h('section', { class: 'players' });
    addEventListener('pagehide', () => this.players.forEach((player) => player.leave()));
    // A page that comes back from the browser's cache has stopped its streams when it went.
    addEventListener('pageshow', (event) => { if (event.persisted) this.players.forEach((player) => player.start()); });
  }

  get size() { return this.players.size; }

  // play adds a player, a Live or a Recording, and tells whether there was room for it. The name is the channel's, where it is known.
  play(Kind, request, name) {
    if (this.size >= this.most) return false;
    const player = new Kind(() => label(request, name), request, this.clock, (gone) => {
      this.players.delete(gone);
      this.changed();
    });
    this.players.add(player);
    translate(player.card);
    this.element.append(player.card);
    player.start();
    this.changed();
    return true;
  }
}
