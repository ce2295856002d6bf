// The calls of the API. Every answer has status_code and status_message; what does not arrive is status_code 0.

const patience = 20000; // ms; a start may take start_timeout, 10 s by default
const longPatience = 60000; // ms; the start of a playback may take search_timeout as well, 30 s by default

export const base = apiBase();

function apiBase() {
  const asked = new URLSearchParams(location.search).get('api');
  try {
    const url = new URL(asked);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url.origin + url.pathname.replace(/\/+$/, '');
  } catch { /* none asked for, or no address */ }
  return `${location.protocol}//${location.hostname}:8090`;
}

async function call(path, options, limit = patience) {
  try {
    const response = await fetch(base + path, { ...options, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(limit) });
    const answer = await response.json();
    return typeof answer?.status_code === 'number' ? answer : { status_code: 0, status_message: `HTTP ${response.status}` };
  } catch (error) {
    return { status_code: 0, status_message: String(error.message ?? error) };
  }
}

function post(path, body, limit) {
  return call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, limit);
}

export function start(request) { return post('/REAL_STREAM', request); }
export function back(request) { return post('/BACK_STREAM', request, longPatience); }
export function seek(handle, time) { return post(`/STREAM/${handle}/POSITION`, { pos_time: time }); }
export function speed(handle, factor) { return post(`/STREAM/${handle}/SPEED`, { speed: factor }); }
export function pause(handle) { return post(`/STREAM/${handle}/PAUSE`); }
export function resume(handle) { return post(`/STREAM/${handle}/RESUME`); }
export function move(handle, command, duration) { return post(`/STREAM/${handle}/PTZControl`, { command, duration }); }
export function beat(handle) { return call(`/STREAM/${handle}/BEATS`); }
export function status(handle) { return call(`/STREAM/${handle}`); }
export function stop(handle) { return call(`/STREAM/${handle}/STOP`); }

// leave stops a stream while the page goes away, when no answer can be waited for.
export function leave(handle) { navigator.sendBeacon(`${base}/STREAM/${handle}/STOP`); }
