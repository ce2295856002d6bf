// What the list of streams shows of each: its columns, how they read and how they sort.

import { called } from './names.js';
import { bitRate, duration, number, size } from './units.js';
import { language, problem, word } from './words.js';

const order = ['retrying', 'starting', 'streaming', 'ending', 'failed', 'ended']; // trouble first, what is over last
const wellEnded = new Set([200, 605]);
const still = 10; // s without a frame, after which a running stream's picture is called frozen

// flatten makes one list of an answer to /STREAMS; what has ended comes with the state 'ended', or 'failed'.
export function flatten(answer) {
  const over = (answer.ended ?? []).map((one) => ({ ...one, over: true, state: wellEnded.has(one.status_code ?? 200) ? 'ended' : 'failed' }));
  return [...(answer.streams ?? []), ...over];
}

export function inTrouble(stream) { return stream.state === 'retrying' || stream.state === 'failed' || frozen(stream); }

function frozen(stream) { return stream.state === 'streaming' && !stream.paused && stream.last_frame_age > still; }

export function camera(stream) {
  return `${stream.address || '–'} · ${word('channelShort', { n: stream.channel ?? '–' })}`;
}

function reconnects(stream) { return (stream.source?.reconnects ?? 0) + (stream.publish?.reconnects ?? 0); }

export function ago(seconds) { return typeof seconds === 'number' ? word('ago', { time: duration(seconds) }) : ''; }

// trouble is the newest error; of what has ended, why.
function trouble(stream) {
  if (!stream.over) return { text: stream.last_error ?? '', below: stream.last_error ? ago(stream.last_error_age) : '' };
  const reason = stream.reason || stream.last_error || '';
  if (stream.state === 'ended') return { text: reason, below: '' };
  return { text: word('noMore', { message: problem(stream.status_code), code: stream.status_code }), below: reason };
}

// Each column has two lines, read from a stream, and a value to sort by. The first click on numeric ones sorts downwards.
export const columns = [
  {
    name: 'columnState', key: 'state', by: (s) => order.indexOf(s.state) - (inTrouble(s) ? 10 : 0),
    lines: (s) => [called(s.state), frozen(s) ? word('frozen') : s.paused && !s.over ? word('held') : s.over ? ago(s.ended_age) : duration(s.age)],
  },
  {
    name: 'columnCamera', key: 'camera', by: (s) => `${s.address} ${String(s.channel).padStart(6, '0')}`,
    lines: (s) => [camera(s), [called(s.vendor), called(s.stream_type), called(s.kind)].filter(Boolean).join(' · ')],
  },
  { name: 'columnWay', key: 'way', by: (s) => s.way ?? '', lines: (s) => [called(s.way) || '–', ''], hint: (s) => s.way_reason ?? '' },
  {
    name: 'columnPicture', key: 'picture', by: (s) => `${s.video_codec} ${String(s.width ?? 0).padStart(6, '0')}`,
    lines: (s) => [s.video_codec || '–', [s.width ? size(s.width, s.height) : '', s.audio_codec].filter(Boolean).join(' · ')],
  },
  { name: 'columnFps', key: 'fps', numeric: true, by: (s) => (s.over ? -1 : s.frames_per_second ?? 0), lines: (s) => [s.over ? '–' : number(s.frames_per_second, 1), ''] },
  { name: 'columnRate', key: 'rate', numeric: true, by: (s) => (s.over ? -1 : s.bits_per_second ?? 0), lines: (s) => [s.over ? '–' : bitRate(s.bits_per_second), ''] },
  {
    name: 'columnAge', key: 'age', numeric: true, by: (s) => s.last_frame_age ?? -1,
    lines: (s) => [duration(s.last_frame_age), typeof s.last_key_frame_age === 'number' ? word('keyFrame', { time: duration(s.last_key_frame_age) }) : ''],
  },
  { name: 'columnDropped', key: 'dropped', numeric: true, by: (s) => s.dropped ?? 0, lines: (s) => [number(s.dropped), ''] },
  { name: 'columnReconnects', key: 'reconnects', numeric: true, by: reconnects, lines: (s) => [number(reconnects(s)), ''] },
  { name: 'columnClients', key: 'clients', numeric: true, by: (s) => (s.over ? 0 : s.clients ?? 0), lines: (s) => [s.over ? '–' : number(s.clients), ''] },
  { name: 'columnError', key: 'error', by: (s) => trouble(s).text, lines: (s) => Object.values(trouble(s)), hint: (s) => Object.values(trouble(s)).filter(Boolean).join('\n') },
];

// searched is the text that the filter looks into.
export function searched(stream) {
  return columns.flatMap((column) => column.lines(stream)).concat(stream.session_id, stream.vendor, stream.stream).join(' ').toLowerCase();
}

// compare sorts by a column, and by session where that is the same.
export function compare({ by }, downwards) {
  const sign = downwards ? -1 : 1;
  const texts = new Intl.Collator(language(), { numeric: true });
  return (x, y) => {
    const [a, b] = [by(x), by(y)];
    const way = typeof a === 'number' ? a - b : texts.compare(a, b);
    return sign * way || (x.ended_age ?? 0) - (y.ended_age ?? 0) || (y.age ?? 0) - (x.age ?? 0)
      || texts.compare(x.session_id, y.session_id);
  };
}
