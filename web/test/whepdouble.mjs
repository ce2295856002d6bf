// A WHEP server for the browser tests: a peer connection in the page itself, which sends a picture that it paints.

// answering lets all calls of /whep/ be answered, and returns what came: the offers, and the addresses of sessions that were ended. With
// refuse, an HTTP status, offers are refused.
export async function answering(page) {
  const state = { offers: [], ended: [], refuse: 0 };
  await page.route(/\/whep\//, async (route) => {
    const request = route.request();
    const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Location' };
    if (request.method() === 'DELETE') {
      state.ended.push(request.url());
      await route.fulfill({ status: 200, headers });
    } else if (state.refuse) {
      await route.fulfill({ status: state.refuse, headers });
    } else {
      state.offers.push(request.postData());
      const body = await page.evaluate(answer, request.postData());
      const session = `/whep/session/${state.offers.length}`;
      await route.fulfill({ status: 201, headers: { ...headers, Location: session }, contentType: 'application/sdp', body });
    }
  });
  return state;
}

// answer runs in the page.
async function answer(offer) {
  const peer = new RTCPeerConnection();
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const brush = canvas.getContext('2d');
  let n = 0;
  const paint = setInterval(() => {
    brush.fillStyle = `hsl(${n++ * 7} 80% 50%)`;
    brush.fillRect(0, 0, 320, 180);
  }, 40);
  peer.addEventListener('connectionstatechange', () => { if (['failed', 'closed', 'disconnected'].includes(peer.connectionState)) clearInterval(paint); });
  await peer.setRemoteDescription({ type: 'offer', sdp: offer });
  const [track] = canvas.captureStream(25).getTracks();
  peer.getTransceivers().find((one) => one.receiver.track.kind === 'video').direction = 'sendonly';
  await peer.getTransceivers().find((one) => one.receiver.track.kind === 'video').sender.replaceTrack(track);
  await peer.setLocalDescription();
  await new Promise((done) => {
    const look = () => { if (peer.iceGatheringState === 'complete') done(); };
    peer.addEventListener('icegatheringstatechange', look);
    look();
  });
  return peer.localDescription.sdp;
}
