// What an answer to TRACE says, as texts in the language of the moment.

import { ago, camera } from './columns.js';
import { called } from './names.js';
import { bitRate, duration, number, size } from './units.js';
import { problem, said, word } from './words.js';

const signs = { done: '✓', running: '▶', waiting: '○', failed: '✕', warning: '!', unknown: '?' };
const severities = { ok: 'verdictOk', warning: 'verdictWarning', error: 'verdictError' };

// verdict is what stands on top: the service's own, or why there is none.
export function verdict(trace, lost, by) {
  if (!trace) return { severity: lost ? 'error' : 'asked', heading: lost ? problem(0) : word('loading'), text: lost?.status_message ?? '', then: '' };
  const { verdict: own, status_code: code } = trace;
  if (own) {
    const severity = own.severity in severities ? own.severity : 'warning';
    return { severity, heading: word(severities[severity]), text: said(own.what), then: said(own.next) };
  }
  if (code === 605) return { severity: 'warning', heading: word('notKnown'), text: word(by === 'handle' ? 'noHandle' : 'noSession'), then: '' };
  return { severity: 'error', heading: `${problem(code)} (${code})`, text: trace.status_message ?? '', then: '' };
}

// steps are the stations of the road.
export function steps(trace) {
  return (trace.steps ?? []).map((one) => {
    const state = one.state in signs ? one.state : 'unknown';
    const time = typeof one.took === 'number' ? word('took', { time: duration(one.took) })
      : state === 'running' && typeof one.age === 'number' ? word('since', { time: duration(one.age) }) : '';
    return {
      step: one.step, state, sign: signs[state], mark: word(`mark_${state}`), time, what: said(one.what), error: one.error || '',
      name: stepName(one.step), here: trace.verdict?.severity !== 'ok' && trace.verdict?.step === one.step,
    };
  });
}

const known = new Set(['login', 'open', 'receive', 'picture', 'publish', 'send', 'server', 'viewers']);

function stepName(step) { return known.has(step) ? word(`step_${step}`) : String(step ?? ''); }

// facts are pairs of a name and a value; what is not known is left out.
export function facts(trace) {
  const { server_view: there, error } = trace;
  const all = [
    ['factCamera', trace.address && [camera(trace), called(trace.vendor), called(trace.stream_type), called(trace.kind)].filter(Boolean).join(' · ')],
    ['factState', typeof trace.ended_age === 'number' ? '' : called(trace.state)],
    ['factEnded', ago(trace.ended_age)],
    ['tracePosition', trace.position],
    ['factWay', [called(trace.way), trace.way_reason].filter(Boolean).join(' · ')],
    ['factCodec', trace.video_codec && [trace.video_codec, trace.width ? size(trace.width, trace.height) : ''].filter(Boolean).join(' ')],
    ['factSound', [trace.audio_codec, trace.audio_note].filter(Boolean).join(' · ') || (trace.video_codec ? word('none') : '')],
    ['factKeyFrame', ago(trace.last_key_frame_age)],
    ['factFrame', ago(trace.last_frame_age)],
    ['factRate', trace.bits_per_second === undefined ? '' : bitRate(trace.bits_per_second)],
    ['factFps', trace.frames_per_second === undefined ? '' : number(trace.frames_per_second, 1)],
    ['factDropped', trace.dropped === undefined ? '' : number(trace.dropped)],
    ['factReconnects', trace.source && word('factReconnectsText', { source: trace.source.reconnects, publish: trace.publish?.reconnects ?? 0 })],
    ['factClients', trace.clients === undefined ? '' : number(trace.clients)],
    ['factError', error && errorText(error)],
    ['factServer', there ? [serverName(there), there.version, there.error].filter(Boolean).join(' · ') : trace.server],
    ['factServerHas', there && (!there.known ? word('asked') : word(there.publishing ? 'yes' : 'no'))],
    ['factServerCodec', there?.known && [there.video_codec, there.bits_per_second > 0 ? bitRate(there.bits_per_second) : ''].filter(Boolean).join(' · ')],
    ['factViewers', there?.known && typeof there.viewers === 'number' && there.viewers >= 0 ? number(there.viewers) : ''],
    ['factSession', trace.session_id],
  ];
  return all.filter(([, value]) => value).map(([name, value]) => [word(name), value]);
}

function serverName(there) { return { srs: 'SRS', embedded: word('embeddedServer') }[there.kind] ?? ''; }

function errorText({ kind, code, meaning, step }) {
  const words = typeof meaning === 'object' ? said(meaning) : meaning;
  return [words || kind, code ? word('errorCode', { code }) : '', stepName(step)].filter(Boolean).join(' · ');
}
