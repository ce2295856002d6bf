// Picture keeps a video element fed: it connects again when the connection ends or the picture stands still. How it connects is said by
// those who extend it, with connect (which may call later or refuse) and drop.

const again = 1000; // ms before a new connection
const standstill = 8000; // ms without a new picture before the connection is given up

export class Picture {
  // shown is called for the first picture of each connection, gone when one is lost, refused with a word once no picture can be had in
  // this way; the Picture is closed by then.
  constructor(video, { shown, gone, refused }) {
    Object.assign(this, { video, shown, gone, refused, frames: 0, moved: 0, fresh: true, timer: 0, held: false, closed: false });
  }

  // begin connects. It is called once.
  begin() {
    this.again();
    this.watch = setInterval(() => this.look(), 500);
    return this;
  }

  again() {
    this.moved = Date.now();
    this.fresh = true;
    this.frames = this.video.getVideoPlaybackQuality().totalVideoFrames;
    this.connect();
  }

  // hold tells whether the picture has a reason to stand still. Each call gives it its full time to move again.
  hold(held) {
    this.held = held;
    this.moved = Date.now();
  }

  look() {
    const frames = this.video.getVideoPlaybackQuality().totalVideoFrames;
    if (frames !== this.frames) {
      this.frames = frames;
      this.moved = Date.now();
      if (this.fresh && frames > 0) {
        this.fresh = false;
        this.shown();
      }
    } else if (document.hidden) { // browsers may let a picture rest that nobody sees
      this.moved = Date.now();
    } else if (!this.timer && !this.held && Date.now() - this.moved > standstill) {
      this.later();
    }
  }

  later() {
    if (this.timer || this.closed) return;
    this.drop();
    this.gone();
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.again();
    }, again);
  }

  refuse(word) {
    if (this.closed) return;
    this.close();
    this.refused(word);
  }

  close() {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.drop();
  }
}
