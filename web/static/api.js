// The calls of the API. Every answer has status_code and status_message; what does not arrive is status_code 0.

const patience = 20000; // ms; a start may take start_timeout, 10 s by default

export const base = apiBase();

function apiBase() {
  const asked = new URLSearchParams(location.search).get('api');
  try {
    const url = new URL(asked);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url.origin + url.pathname.replace(/\/+$/, '');
  } catch { /* none asked for, or no address */ }
  return `${location.protocol}//${location.hostname}:8090`;
}

async function call(path, options) {
  try {
    const response = await fetch(base + path, { ...options, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(patience) });
    const answer = await response.json();
    return typeof answer?.status_code === 'number' ? answer : { status_code: 0, status_message: `HTTP ${response.status}` };
  } catch (error) {
    return { status_code: 0, status_message: String(error.message ?? error) };
  }
}

export function start(request) {
  return call('/REAL_STREAM', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
}
export function beat(handle) { return call(`/STREAM/${handle}/BEATS`); }
export function status(handle) { return call(`/STREAM/${handle}`); }
export function stop(handle) { return call(`/STREAM/${handle}/STOP`); }

// leave stops a stream while the page goes away, when no answer can be waited for.
export function leave(handle) { navigator.sendBeacon(`${base}/STREAM/${handle}/STOP`); }
