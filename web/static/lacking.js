// What is said where the program was built without the player.

import { h } from './dom.js';
import { missing } from './flv.js';

export function lacking() {
  return h('section', { class: 'notice player-missing', hidden: missing() !== 'missingTitle' },
    h('strong', { 'data-text': 'missingTitle' }), h('p', { 'data-text': 'missingText' }), h('pre', {}, h('code', { text: 'make build' })));
}
