// Numbers as an operator reads them.

import { word } from './words.js';

const dash = '–';

function known(value) { return typeof value === 'number' && Number.isFinite(value); }

// duration of seconds: < 0.1 s, 4.2 s, 58 s, 12 min, 3 h, 9 d.
export function duration(seconds) {
  if (!known(seconds)) return dash;
  if (seconds < 0.1) return word('seconds', { n: '< 0.1' });
  if (seconds < 10) return word('seconds', { n: seconds.toFixed(1) });
  if (seconds < 120) return word('seconds', { n: Math.round(seconds) });
  if (seconds < 7200) return word('minutes', { n: Math.round(seconds / 60) });
  if (seconds < 48 * 3600) return word('hours', { n: Math.round(seconds / 3600) });
  return word('days', { n: Math.round(seconds / 86400) });
}

// bitRate in kbit/s or Mbit/s.
export function bitRate(bits) {
  if (!known(bits)) return dash;
  return bits >= 1e6 ? `${(bits / 1e6).toFixed(2)} Mbit/s` : `${Math.round(bits / 1e3)} kbit/s`;
}

export function number(value, digits = 0) { return known(value) ? value.toFixed(digits) : dash; }

export function size(width, height) { return width > 0 && height > 0 ? `${width}×${height}` : dash; }
