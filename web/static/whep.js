// Whep is the picture of a WebRTC address, by WHEP (draft-ietf-wish-whep): the offer goes to the address by POST, the answer comes back
// with the address of the session, and DELETE there ends it. Where the first connection brings no picture the way is refused.

import { Picture } from './picture.js';

const gathering = 1000; // ms; candidates that come later are not needed, because the server's are reachable or nothing is
const answering = 8000; // ms for the server's answer to an offer

// offered tells whether an address can be asked by WHEP; SRS's own webrtc:// cannot.
export function offered(url) { return /^https?:\/\//.test(url ?? '') && typeof RTCPeerConnection === 'function'; }

export class Whep extends Picture {
  constructor(video, url, told) {
    super(video, told);
    Object.assign(this, { url, peer: null, session: '', seen: false });
  }

  async connect() {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.peer = peer;
    const media = new MediaStream();
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addEventListener('track', ({ track }) => media.addTrack(track));
    peer.addEventListener('connectionstatechange', () => {
      if (this.peer === peer && peer.connectionState === 'failed') this.later();
    });
    try {
      await peer.setLocalDescription();
      await gathered(peer);
      const { answer, session } = await ask(this.url, peer.localDescription.sdp);
      if (this.peer !== peer) { // closed meanwhile
        end(session);
        return;
      }
      this.session = session;
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      this.video.srcObject = media;
      await this.video.play();
    } catch (error) {
      if (this.peer === peer && error.name !== 'NotAllowedError') this.later(); // a play that waits for a click is none of our loss
    }
  }

  look() {
    super.look();
    if (!this.fresh) this.seen = true;
  }

  later() {
    if (this.seen) super.later();
    else this.refuse('webrtcRefused');
  }

  drop() {
    const { peer, session } = this;
    this.peer = null;
    this.session = '';
    if (!peer) return;
    peer.close();
    end(session);
    this.video.srcObject = null;
  }
}

function gathered(peer) {
  return new Promise((done) => {
    const look = () => { if (peer.iceGatheringState === 'complete') done(); };
    peer.addEventListener('icegatheringstatechange', look);
    setTimeout(done, gathering);
    look();
  });
}

// ask posts an offer and returns the answer, and the address of the session: empty where the server gives none, or lets no other origin
// read it. Such a session ends at the server by its own time limit.
async function ask(url, offer) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer, credentials: 'omit', cache: 'no-store',
    signal: AbortSignal.timeout(answering),
  });
  const answer = await response.text();
  if (!response.ok || !answer.startsWith('v=0')) throw new Error(`WHEP: HTTP ${response.status}`);
  const location = response.headers.get('Location');
  return { answer, session: location ? new URL(location, response.url).href : '' };
}

// end is sent even when the page goes away.
function end(session) {
  if (session) fetch(session, { method: 'DELETE', keepalive: true, credentials: 'omit' }).catch(() => {}); // nobody is left to be told
}
