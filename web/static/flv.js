// Flv is the picture of an HTTP-FLV address, by mpegts.js. Browsers open no more than six connections to one server by HTTP/1.1 and let
// further ones wait, so that further pictures come by WebSocket, where the server speaks it at the same address.

import { Fetched } from './fetched.js';
import { Picture } from './picture.js';

const farBehind = 4; // s behind the newest data, beyond which the picture jumps; below it the player catches up by playing faster
const edge = 0.6; // s behind the newest data that are enough to play on

const most = 5; // HTTP connections to a server; the last one is left to others

const connections = new Map(); // server to the number of its pictures by HTTP

// crowded tells whether a server has as many pictures by HTTP as a browser can take.
export function crowded(url) { return (connections.get(server(url)) ?? 0) >= most; }

// missing names what keeps this browser or this program from playing FLV, as a word; empty where nothing does.
export function missing() {
  if (!globalThis.mpegts) return 'missingTitle';
  return mpegts.isSupported() ? '' : 'unsupported';
}

export class Flv extends Picture {
  // hasAudio is false where it is known that there is no sound, else undefined: then the FLV header tells.
  constructor(video, url, hasAudio, told) {
    super(video, told);
    Object.assign(this, { url, hasAudio, player: null, counted: '' });
  }

  connect() {
    const socket = crowded(this.url);
    if (!socket) this.count(server(this.url), 1);
    const source = { type: 'flv', isLive: true, url: socket ? this.url.replace(/^http/, 'ws') : this.url };
    if (this.hasAudio !== undefined) source.hasAudio = this.hasAudio;
    const player = mpegts.createPlayer(source, {
      customLoader: socket ? undefined : Fetched,
      enableStashBuffer: false, // pictures at once; a live stream has no use for a reserve
      liveSync: true, liveSyncMaxLatency: 1.5, liveSyncTargetLatency: edge,
      autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 30, autoCleanupMinBackwardDuration: 10,
    });
    this.player = player;
    // The player goes on with its own work after its events, so it is taken away behind them.
    const after = (act) => setTimeout(() => { if (this.player === player) act(); }, 0);
    player.on(mpegts.Events.ERROR, (kind, detail, info) => after(() => {
      if (unsupported(detail, info)) this.refuse('cannotDecode');
      else if (socket && this.fresh) this.refuse('tooMany');
      else this.later();
    }));
    player.on(mpegts.Events.LOADING_COMPLETE, () => after(() => this.later()));
    player.attachMediaElement(this.video);
    player.load();
    player.play()?.catch?.(() => {}); // without sound no browser refuses
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

  count(place, change) {
    connections.set(place, (connections.get(place) ?? 0) + change);
    this.counted = change > 0 ? place : '';
  }

  drop() {
    if (this.counted) this.count(this.counted, -1);
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

function server(url) { return url.split('/')[2] ?? ''; }
