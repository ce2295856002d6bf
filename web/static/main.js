// The page: the form, the presets, and the list of players.

import { base } from './api.js';
import { Live } from './live.js';
import { Recording } from './recording.js';
import { choose, translate, word } from './words.js';

// The simulated recorders of the demo.
const simulator = { nvr_addr: '127.0.0.1', nvr_user: 'admin', nvr_pwd: 'demo12345', stream_type: '0' };
const presets = {
  hikvision: { ...simulator, nvr_category: '0', nvr_port: '8000', nvr_channel: '33', http_port: '18080', rtsp_port: '18554' },
  dahua: { ...simulator, nvr_category: '1', nvr_port: '37777', nvr_channel: '0', http_port: '28080', rtsp_port: '28554' },
};

const form = document.getElementById('ask');
const clock = new Worker('clock.js');
const players = new Set();

function fill(preset) {
  for (const [name, value] of Object.entries(preset)) form.elements[name].value = value;
}

// request turns the fields into numbers and leaves empty ones out.
function request(fields) {
  const text = new Set(['nvr_addr', 'nvr_user', 'nvr_pwd']);
  return Object.fromEntries(Object.entries(fields)
    .filter(([name, value]) => value !== '' || name === 'nvr_pwd')
    .map(([name, value]) => [name, text.has(name) ? value : Number(value)]));
}

// play adds a player to the list: a Live or, with a range that may be empty, a Recording.
function play(Kind, fields, range) {
  const asked = request(fields);
  const maker = asked.nvr_category === 1 ? 'dahua' : 'hikvision';
  const title = () => `${word(maker)} · ${asked.nvr_addr} · ${asked.nvr_channel}${asked.stream_type && !range ? ` · ${word('sub')}` : ''}`;
  const player = new Kind(title, { ...asked, ...range }, clock, (gone) => {
    players.delete(gone);
    document.getElementById('none').hidden = players.size > 0;
  });
  players.add(player);
  document.getElementById('players').append(player.card);
  document.getElementById('none').hidden = true;
  player.start();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { startTime, endTime, ...fields } = Object.fromEntries(new FormData(form));
  if (event.submitter?.id !== 'play-recording') play(Live, fields);
  else play(Recording, fields, startTime || endTime ? { startTime: stamp(startTime), endTime: stamp(endTime) } : {});
});

// stamp turns what an input of a date gives, perhaps without seconds or nothing, into the API's form.
function stamp(text) { return text && `${text.replace('T', ' ')}:00`.slice(0, 19); }

for (const button of document.querySelectorAll('[data-preset]')) button.addEventListener('click', () => fill(presets[button.dataset.preset]));
document.getElementById('play-both').addEventListener('click', () => Object.values(presets).forEach((preset) => play(Live, preset)));
document.getElementById('play-recordings').addEventListener('click', () => Object.values(presets).forEach((preset) => play(Recording, preset, {})));
for (const button of document.querySelectorAll('[data-language]')) button.addEventListener('click', () => choose(button.dataset.language));
addEventListener('pagehide', () => players.forEach((player) => player.leave()));
// A page that comes back from the browser's cache has stopped its streams when it went.
addEventListener('pageshow', (event) => { if (event.persisted) players.forEach((player) => player.start()); });

document.getElementById('api').textContent = base;
document.getElementById('player-missing').hidden = Boolean(globalThis.mpegts);
translate(document);
