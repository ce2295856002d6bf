// picture shows an FLV address in a video element, and connects again when the connection ends or the picture stands still.

const again = 1000; // ms before a new connection
const standstill = 8000; // ms without a new picture before the connection is given up
const farBehind = 4; // s behind the newest data, beyond which the picture jumps; below it the player catches up by playing faster
const edge = 0.6; // s behind the newest data that are enough to play on

export class Picture {
  // hasAudio is false where it is known that there is no sound, else undefined: then the FLV header tells.
  // shown is called for the first picture of each connection, gone when one is lost, undecodable when the browser cannot decode the
  // coding.
  constructor(video, url, hasAudio, { shown, gone, undecodable }) {
    Object.assign(this, { video, url, hasAudio, shown, gone, undecodable, frames: 0, moved: 0, player: null, timer: 0, held: false });
    this.connect();
    this.watch = setInterval(() => this.look(), 500);
  }

  connect() {
    this.moved = Date.now();
    this.fresh = true;
    this.frames = 0;
    const source = { type: 'flv', isLive: true, url: this.url, cors: true, withCredentials: false };
    if (this.hasAudio !== undefined) source.hasAudio = this.hasAudio;
    const player = mpegts.createPlayer(source, {
      enableStashBuffer: false, // pictures at once; a live stream has no use for a reserve
      liveSync: true, liveSyncMaxLatency: 1.5, liveSyncTargetLatency: edge,
      autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 30, autoCleanupMinBackwardDuration: 10,
    });
    this.player = player;
    // The player goes on with its own work after its events, so it is taken away behind them.
    const after = (act) => setTimeout(() => { if (this.player === player) act(); }, 0);
    player.on(mpegts.Events.ERROR, (kind, detail, info) => after(() => {
      if (!unsupported(detail, info)) {
        this.later();
        return;
      }
      this.close();
      this.undecodable();
    }));
    player.on(mpegts.Events.LOADING_COMPLETE, () => after(() => this.later()));
    player.attachMediaElement(this.video);
    player.load();
    player.play()?.catch?.(() => {}); // where autoplay is forbidden the controls of the element help
  }

  // hold tells whether the picture has a reason to stand still. Each call gives it its full time to move again.
  hold(held) {
    this.held = held;
    this.moved = Date.now();
  }

  look() {
    this.jump();
    const frames = this.video.getVideoPlaybackQuality().totalVideoFrames;
    if (frames !== this.frames) {
      this.frames = frames;
      this.moved = Date.now();
      if (this.fresh) {
        this.fresh = false;
        this.shown();
      }
    } else if (!this.timer && !this.held && Date.now() - this.moved > standstill) {
      this.later();
    }
  }

  // jump goes to the newest data where much has come at once, or the page has slept.
  jump() {
    const { buffered, currentTime, paused } = this.video;
    if (buffered.length === 0 || paused) return;
    const end = buffered.end(buffered.length - 1);
    if (end - currentTime > farBehind) this.video.currentTime = end - edge;
  }

  later() {
    if (this.timer || this.closed) return;
    this.drop();
    this.gone();
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.connect();
    }, again);
  }

  drop() {
    const player = this.player;
    this.player = null;
    player?.destroy();
  }

  close() {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.drop();
  }
}

// unsupported tells whether an error of the player means that this browser cannot decode the coding. A coding that the player knows and
// the browser does not, such as H.265, is a NotSupportedError of MediaSource.addSourceBuffer, of which the player hands on the code.
function unsupported(detail, info) {
  const { MEDIA_CODEC_UNSUPPORTED, MEDIA_FORMAT_UNSUPPORTED, MEDIA_MSE_ERROR } = mpegts.ErrorDetails;
  return detail === MEDIA_CODEC_UNSUPPORTED || detail === MEDIA_FORMAT_UNSUPPORTED
    || (detail === MEDIA_MSE_ERROR && info?.code === DOMException.NOT_SUPPORTED_ERR);
}
