// The service's own names (of makers, streams, states, ways) in words.

import { word } from './words.js';

const spoken = new Set([
  'hikvision', 'dahua', 'main', 'sub', 'live', 'playback', 'sdk', 'net', 'rtsp',
  'starting', 'streaming', 'retrying', 'ending', 'ended', 'failed',
]);

// called is the word for a name; one that is not known stays as it is, and none is empty.
export function called(name) { return spoken.has(name) ? word(name) : name ?? ''; }
