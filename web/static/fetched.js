// Fetched brings the player (mpegts.js) the bytes of an address, in place of the player's own loader. That one keeps the connection of a
// closed picture until the next bytes come, and throws where the server cuts it before. SRS cuts its answer at the end of every stream,
// and a recording that pauses sends nothing.

const [idle, connecting, buffering, failed, complete] = [0, 1, 2, 3, 4]; // LoaderStatus of mpegts.js

export class Fetched {
  type = 'fetched';
  needStashBuffer = true;
  status = idle;
  abortion = new AbortController();

  // open is called once, when the player has set onDataArrival, onComplete and onError.
  open({ url }) {
    this.load(url).catch((error) => { if (!this.aborted) this.fail('Exception', -1, error.message); });
  }

  get aborted() { return this.abortion.signal.aborted; }

  async load(url) {
    this.status = connecting;
    const response = await fetch(url, { signal: this.abortion.signal, cache: 'no-store' });
    if (!response.ok) {
      this.fail('HttpStatusCodeInvalid', response.status, response.statusText);
      this.abortion.abort();
      return;
    }
    this.status = buffering;
    const reader = response.body.getReader();
    for (let received = 0; ;) {
      const { done, value } = await reader.read().catch(() => ({ done: true })); // a cut is the end of a live stream as well
      if (this.aborted) return;
      if (done) {
        this.status = complete;
        this.onComplete(0, received - 1);
        return;
      }
      received += value.byteLength;
      this.onDataArrival(value.buffer, received - value.byteLength, received);
    }
  }

  fail(kind, code, msg) {
    this.status = failed;
    this.onError(kind, { code, msg });
  }

  isWorking() { return this.status === connecting || this.status === buffering; }

  abort() {
    this.status = complete;
    this.abortion.abort();
  }

  destroy() { this.abort(); }
}
