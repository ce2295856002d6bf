// Flv is the picture of an HTTP-FLV address, by mpegts.js.

import { Picture } from './picture.js';

const farBehind = 4; // s behind the newest data, beyond which the picture jumps; below it the player catches up by playing faster
const edge = 0.6; // s behind the newest data that are enough to play on

// missing names what keeps this browser or this program from playing FLV, as a word; empty where nothing does.
export function missing() {
  if (!globalThis.mpegts) return 'missingTitle';
  return mpegts.isSupported() ? '' : 'unsupported';
}

export class Flv extends Picture {
  // hasAudio is false where it is known that there is no sound, else undefined: then the FLV header tells.
  constructor(video, url, hasAudio, told) {
    super(video, told);
    Object.assign(this, { url, hasAudio, player: null });
  }

  connect() {
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
      if (unsupported(detail, info)) this.refuse('cannotDecode');
      else this.later();
    }));
    player.on(mpegts.Events.LOADING_COMPLETE, () => after(() => this.later()));
    player.attachMediaElement(this.video);
    player.load();
    player.play()?.catch?.(() => {}); // where autoplay is forbidden the controls of the element help
  }

  look() {
    this.jump();
    super.look();
  }

  // jump goes to the newest data where much has come at once, or the page has slept.
  jump() {
    const { buffered, currentTime, paused } = this.video;
    if (buffered.length === 0 || paused) return;
    const end = buffered.end(buffered.length - 1);
    if (end - currentTime > farBehind) this.video.currentTime = end - edge;
  }

  drop() {
    const player = this.player;
    this.player = null;
    player?.destroy();
  }
}

// unsupported tells whether an error of the player means that this browser cannot decode the coding. A coding that the player knows and
// the browser does not, such as H.265, is a NotSupportedError of MediaSource.addSourceBuffer, of which the player hands on the code.
function unsupported(detail, info) {
  const { MEDIA_CODEC_UNSUPPORTED, MEDIA_FORMAT_UNSUPPORTED, MEDIA_MSE_ERROR } = mpegts.ErrorDetails;
  return detail === MEDIA_CODEC_UNSUPPORTED || detail === MEDIA_FORMAT_UNSUPPORTED
    || (detail === MEDIA_MSE_ERROR && info?.code === DOMException.NOT_SUPPORTED_ERR);
}
