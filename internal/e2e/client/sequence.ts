// The contract's sequence by a client that is generated from the reference. The compiler holds every field against the reference.
//
// Arguments: the API's address, the admin listener's, and as JSON the bodies of a live start, of a playback start, and of a seek. Exit
// code 0 means: each call was answered as the contract says.

import {
  beat, describeDevice, getInfo, getStream, listStreams, moveCamera, pause, resume, seek, setSpeed, startLive, startPlayback, stop, takeSnapshot,
  traceStream,
} from './api';
import { client } from './api/client.gen';
import type { LiveRequest, PlaybackRequest, SeekRequest } from './api';

declare const process: { argv: string[]; exitCode: number };

const [baseUrl, admin, liveBody, playbackBody, seekBody] = process.argv.slice(2);

function ok<T extends { status_code?: number }>(what: string, result: { data?: T; error?: unknown }): T & { status_code: 200 } {
  if (result.data?.status_code !== 200) throw new Error(`${what}: ${JSON.stringify(result.data ?? result.error)}`);
  return result.data as T & { status_code: 200 };
}

function gone(what: string, result: { data?: { status_code?: number } }) {
  if (result.data?.status_code !== 605) throw new Error(`${what} of an ended stream: ${JSON.stringify(result.data)}`);
}

async function live() {
  const asked: LiveRequest = JSON.parse(liveBody);
  const started = ok('REAL_STREAM', await startLive({ body: asked }));
  const path = { play_handle: started.play_handle };
  if (!started.rtmp_url.startsWith('rtmp://') || !started.flv_url) throw new Error(`addresses: ${JSON.stringify(started)}`);
  ok('BEATS', await beat({ path }));
  ok('PTZControl', await moveCamera({ path, body: { command: 6, duration: 200 } }));
  const state = ok('the state', await getStream({ path }));
  if (state.kind !== 'live' || state.video_codec !== 'H.264') throw new Error(`the state: ${JSON.stringify(state)}`);
  const trace = ok('TRACE', await traceStream({ path }));
  if (trace.steps.length !== 8 || !trace.verdict.what.zh) throw new Error(`TRACE: ${JSON.stringify(trace)}`);
  const list = ok('STREAMS', await listStreams({ baseUrl: admin }));
  if (!list.streams.some((one) => one.session_id === state.session_id)) throw new Error(`STREAMS: ${JSON.stringify(list)}`);
  ok('INFO', await getInfo({ baseUrl: admin }));
  const { device } = ok('DEVICE', await describeDevice({ body: asked }));
  if (!device.channels.some((one) => one.channel === asked.nvr_channel)) throw new Error(`DEVICE: ${JSON.stringify(device)}`);
  const picture: unknown = (await takeSnapshot({ body: asked, parseAs: 'blob' })).data;
  if (!(picture instanceof Blob) || picture.type !== 'image/jpeg') throw new Error('DEVICE/SNAPSHOT is no picture');
  ok('STOP', await stop({ path }));
  gone('BEATS', await beat({ path }));
  gone('STOP', await stop({ path }));
}

async function playback() {
  const asked: PlaybackRequest = JSON.parse(playbackBody);
  const to: SeekRequest = JSON.parse(seekBody);
  const started = ok('BACK_STREAM', await startPlayback({ body: asked }));
  const path = { play_handle: started.play_handle };
  if (started.record_files.length === 0 || started.start_time !== asked.startTime) throw new Error(`BACK_STREAM: ${JSON.stringify(started)}`);
  ok('POSITION', await seek({ path, body: to }));
  ok('SPEED', await setSpeed({ path, body: { speed: 2 } }));
  ok('PAUSE', await pause({ path }));
  ok('RESUME', await resume({ path }));
  const state = ok('the state', await getStream({ path }));
  if (state.position === undefined || state.position < to.pos_time) throw new Error(`the position: ${JSON.stringify(state)}`);
  ok('STOP', await stop({ path }));
  gone('POSITION', await seek({ path, body: to }));
}

client.setConfig({ baseUrl });
live().then(playback).catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
