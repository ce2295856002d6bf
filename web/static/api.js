// The calls of the service, all at the page's own origin. Every answer has status_code and status_message; what does not arrive is
// status_code 0. An answer that asks for the token lets 'unauthorized' happen at the document.

const patience = 20000; // ms; a start may take start_timeout, 10 s by default
const longPatience = 60000; // ms; the start of a playback may take search_timeout as well, 30 s by default
const key = 'mediapusher.token';

// The console is one folder below the service's root.
const base = new URL('..', document.baseURI).href.replace(/\/$/, '');

let secret = remembered();

function remembered() {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch { // storage may be forbidden; then the token lasts as long as the page
    return '';
  }
}

export function token() { return secret; }

export function setToken(value) {
  secret = value;
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch { /* then it lasts as long as the page */ }
}

function send(path, { headers, ...options }, limit) {
  const authorization = secret ? { Authorization: `Bearer ${secret}` } : {};
  return fetch(base + path, {
    ...options, headers: { ...headers, ...authorization }, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(limit),
  });
}

// read takes the answer of a request that was sent with a token. A refusal that arrives late, when there is another token, is no news.
async function read(response, sent) {
  const answer = await response.json().catch(() => null);
  if (response.status === 401 && sent === secret) document.dispatchEvent(new Event('unauthorized'));
  if (typeof answer?.status_code === 'number') return answer;
  return { status_code: response.status === 200 ? 0 : response.status, status_message: `HTTP ${response.status}` };
}

async function call(path, options = {}, limit = patience) {
  const sent = secret;
  try {
    return await read(await send(path, options, limit), sent);
  } catch (error) {
    return { status_code: 0, status_message: String(error.message ?? error) };
  }
}

function json(body) {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function post(path, body, limit) { return call(path, json(body), limit); }

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
export function trace(handle) { return call(`/STREAM/${encodeURIComponent(handle)}/TRACE`); }
export function traceOf(session) { return call(`/STREAMS/${encodeURIComponent(session)}/TRACE`); }
export function sessions() { return call('/STREAMS'); }
export function info() { return call('/INFO'); }
export function device(request) { return post('/DEVICE', request, longPatience); }

// snapshot is {status_code: 200, image} with a Blob, or the service's refusal.
export async function snapshot(request) {
  const sent = secret;
  try {
    const response = await send('/DEVICE/SNAPSHOT', json(request), longPatience);
    if (!response.headers.get('Content-Type')?.startsWith('image/')) return await read(response, sent);
    return { status_code: 200, status_message: 'OK', image: await response.blob() };
  } catch (error) {
    return { status_code: 0, status_message: String(error.message ?? error) };
  }
}

// leave stops a stream while the page goes away, when no answer can be waited for. sendBeacon could not carry the token.
export function leave(handle) {
  send(`/STREAM/${handle}/STOP`, { method: 'POST', keepalive: true }, patience).catch(() => {});
}
