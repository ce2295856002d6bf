// Drives the old page and the page of the JavaScript client in one headless browser.
//
//   node drive.mjs PAGE_URL FOLDER < JSON of {api, reference, beat, recorders: [{category, port, http_port, rtsp_port, channel, ...}]}
//
// Exit code 0 means: each variant played live, beat, moved, stopped, played back, sought and left; the client did the same, came back
// after a loss, stood still after a refused login, and said goodbye.

import { readFileSync } from 'node:fs';
import { browse, patience } from '../../../web/test/browser.mjs';

const axe = readFileSync(new URL('../../../web/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const [site, folder] = process.argv.slice(2);
const { api, reference, beat, user, password, start, end, seek, last, recorders } = JSON.parse(readFileSync(0, 'utf8'));

const ask = async (path) => (await fetch(api + path)).json();

// moves waits until the video has shown so many more frames and its clock went on.
async function moves(page, frames = 20) {
  const before = await page.$eval('#video', (v) => ({ time: v.currentTime, frames: v.getVideoPlaybackQuality().totalVideoFrames }));
  await page.waitForFunction(({ before, frames }) => {
    const v = document.querySelector('#video');
    const shown = v.getVideoPlaybackQuality().totalVideoFrames;
    return v.videoWidth > 0 && (shown < before.frames ? shown : shown - before.frames) >= frames && v.currentTime > 0;
  }, { before, frames }, { polling: 100 });
}

async function press(page, button, code = '200') {
  await page.click(button);
  await page.waitForFunction((code) => document.querySelector('#code').textContent === code, code);
}

// handleOf listens for the handle that a start answers.
async function handleOf(page, path, act) {
  const [response] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST' && one.url().endsWith(path)), act()]);
  return (await response.json()).play_handle;
}

const address = (recorder, form) => `${site}/old.html?${new URLSearchParams({
  api, beat, http_port: recorder.http_port, rtsp_port: recorder.rtsp_port, ...(form && { form: '1' }),
})}`;

// old presses the buttons of the old page as somebody at work would.
async function old(page, check, recorder, form) {
  const name = `${recorder.vendor}, ${form ? 'form' : 'JSON'}`;
  await page.goto(address(recorder, form));
  await page.selectOption('#category', String(recorder.category));
  for (const [field, value] of Object.entries({ addr: '127.0.0.1', port: recorder.port, user, pwd: password, channel: ` ${recorder.channel}`, start, end, time: seek })) {
    await page.fill(`#${field}`, String(value));
  }
  const live = await handleOf(page, '/REAL_STREAM', () => press(page, '#play'));
  await moves(page);
  await page.waitForFunction(() => Number(document.querySelector('#beats').textContent) >= 6); // longer than a handle lives without
  await moves(page);
  await press(page, '#up');
  await press(page, '#zoom');
  await press(page, '#seek', '608');
  await press(page, '#stop');
  check((await ask(`/STREAM/${live}/BEATS`)).status_code === 605, `${name}: the live stream was not stopped`);

  const back = await handleOf(page, '/BACK_STREAM', () => press(page, '#back'));
  await moves(page);
  check((await page.textContent('#files')).includes(start), `${name}: no recording is listed`);
  await press(page, '#seek');
  await moves(page);
  const { position } = await ask(`/STREAM/${back}`);
  check(position >= seek && position < end, `${name}: the recording stands at ${position} after a seek to ${seek}`);
  await press(page, '#up', '609');
  await page.goto('about:blank');
  await stopped(back, check, name);
}

// stopped waits for the beacon of a page that was left.
async function stopped(handle, check, name) {
  const limit = Date.now() + 5000;
  let state;
  do state = await ask(`/STREAM/${handle}`); while (state.status_code !== 605 && Date.now() < limit);
  check(state.status_code === 605, `${name}: the stream goes on though the page was left`);
}

const request = (recorder, more) => ({
  nvr_category: recorder.category, nvr_addr: '127.0.0.1', nvr_port: recorder.port, nvr_user: user, nvr_pwd: password, nvr_channel: recorder.channel,
  http_port: recorder.http_port, rtsp_port: recorder.rtsp_port, ...more,
});

const told = (page, what) => page.evaluate((what) => globalThis.told.filter((one) => one.what === what), what);

const tells = (page, what, n) => page.waitForFunction(({ what, n }) => globalThis.told.filter((one) => one.what === what).length >= n, { what, n });

async function client(page, check, [recorder], report) {
  const options = { api, beat };
  await page.goto(`${site}/client.html`);
  await page.evaluate(([options, body]) => begin(options, 'live', body), [options, request(recorder)]);
  await tells(page, 'started', 1);
  await moves(page);
  const call = (expression) => page.evaluate((text) => new Promise((done) => { new Function('done', text)(done); }), expression);
  check((await call('stream.ptz(6, 200, done)')).status_code === 200, 'client: the camera does not move');
  check((await call('stream.state(done)')).state === 'streaming', 'client: no state');
  const first = (await told(page, 'started'))[0].answer.play_handle;
  await new Promise((done) => { setTimeout(done, 6 * beat); }); // longer than a handle lives without beats
  check((await ask(`/STREAM/${first}`)).status_code === 200, 'client: the stream does not live by its beats');

  // Whoever comes back to the page beats at once, however long the timers slept.
  await page.evaluate(() => { stream.pusher.beat = 1e6; });
  await page.evaluate(() => stream.check());
  await Promise.all([page.waitForRequest((one) => one.url().endsWith(`/STREAM/${first}/BEATS`)),
    page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))]);

  // A beat that does not arrive is made up for long before the next one.
  report.refusing = true;
  await page.route('**/BEATS', (route) => route.abort(), { times: 1 });
  await page.evaluate((long) => {
    stream.pusher.beat = long;
    stream.check();
  }, 5 * beat);
  await page.waitForResponse((one) => one.url().endsWith(`/STREAM/${first}/BEATS`), { timeout: 4 * beat });
  report.refusing = false;
  await page.evaluate((beat) => {
    stream.pusher.beat = beat;
    stream.check();
  }, beat);

  await ask(`/STREAM/${first}/STOP`); // somebody takes the stream away
  await tells(page, 'started', 2);
  const second = (await told(page, 'started'))[1];
  check(second.again && second.answer.play_handle !== first && (await told(page, 'lost')).length === 1, 'client: the loss is not made good');
  await moves(page);
  check((await call('stream.stop(done)')).status_code === 200, 'client: not stopped');
  check((await ask(`/STREAM/${second.answer.play_handle}`)).status_code === 605, 'client: stopped, and still there');

  // A refused login is told once, and not tried again.
  let starts = 0;
  const count = (one) => { if (one.url().endsWith('/REAL_STREAM') && one.method() === 'POST') starts++; };
  page.on('request', count);
  await page.evaluate(([options, body]) => begin(options, 'live', body), [options, request(recorder, { nvr_pwd: 'wrong' })]);
  await tells(page, 'failed', 1);
  await page.waitForTimeout(3000); // a second try would come after two
  const failed = await told(page, 'failed');
  check(starts === 1 && failed.length === 1 && failed[0].answer.status_code === 606 && failed[0].wait === null, `client: ${starts} starts, ${JSON.stringify(failed)}`);
  page.off('request', count);

  // A recording that is lost goes on where it stood; at its end it is over.
  await page.evaluate(([options, body]) => begin(options, 'playback', body), [options, request(recorder, { startTime: start, endTime: end })]);
  await tells(page, 'started', 1);
  check((await call(`stream.seek(${JSON.stringify(seek)}, done)`)).status_code === 200, 'client: no seek');
  await moves(page);
  await page.route('**/PAUSE', (route) => { setTimeout(() => route.continue(), 500); });
  await call('stream.pause(); stream.resume(done)');
  check((await call('stream.state(done)')).paused === false, 'client: one order overtakes the other');
  await page.unroute('**/PAUSE');
  await ask(`/STREAM/${(await told(page, 'started'))[0].answer.play_handle}/STOP`);
  await tells(page, 'started', 2);
  const again = (await told(page, 'started'))[1].answer;
  check(again.start_time >= seek, `client: the recording goes on at ${again.start_time}, it stood behind ${seek}`);
  check((await call(`stream.seek(${JSON.stringify(last)}, done)`)).status_code === 200, 'client: no seek to the last gap'); // six seconds before the end
  await tells(page, 'ended', 1);
  check((await told(page, 'started')).length === 2, 'client: a recording that is over was started again');

  await page.evaluate(([options, body]) => begin(options, 'live', body), [options, request(recorder)]);
  await tells(page, 'started', 1);
  const left = (await told(page, 'started'))[0].answer.play_handle;
  await page.goto('about:blank');
  await stopped(left, check, 'client');
}

// snippet opens the page that the documentation shows, and plays a recording with its player, at more than one speed.
async function snippet(page, check, [recorder]) {
  const handle = await handleOf(page, '/REAL_STREAM', () => page.goto(`${site}/snippet.html`));
  await page.$eval('#video', (v) => v.play());
  await moves(page);
  const back = await handleOf(page, '/BACK_STREAM', () => page.evaluate(([body, beat]) => {
    stream.stop();
    pusher.beat = beat;
    stream = pusher.playback(body, { started: play });
  }, [request(recorder, { startTime: start, endTime: end }), beat]));
  await moves(page);
  for (const speed of [4, 1]) {
    await page.evaluate((speed) => new Promise((done) => { stream.speed(speed, done); }), speed);
    await moves(page, 100); // more than the player has in store
  }
  await page.goto('about:blank');
  for (const one of [handle, back]) await stopped(one, check, 'docs/client.md');
}

// pages looks at the reference, at a desk and on a phone.
async function pages(page, check) {
  for (const [language, path] of [['en', '/docs/'], ['zh-CN', '/docs/zh/']]) {
    await page.goto(reference + path);
    check(await page.getAttribute('html', 'lang') === language, `${path} is not in ${language}`);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is wider than ${width} px`);
      await page.screenshot({ path: `${folder}/reference-${language}-${width}.png` });
    }
    const found = await page.evaluate(`${axe}; axe.run().then((all) => all.violations.filter((one) => ['serious', 'critical'].includes(one.impact)))`);
    check(found.length === 0, `${path}: axe-core finds ${found.map((one) => `${one.id} (${one.nodes[0].html})`)}`);
    await page.keyboard.press('Tab');
    check(await page.evaluate(() => document.activeElement.className) === 'skip', `${path}: the first stop of the keyboard is not the way to the text`);
    await page.click('nav a[href="#startPlayback"]');
    check(await page.$eval('#startPlayback', (one) => one.getBoundingClientRect().top < innerHeight), `${path}: the contents lead nowhere`);
  }
  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.screenshot({ path: `${folder}/reference-call.png` });
  await page.click('header a[hreflang="en"]');
  check(new URL(page.url()).pathname === '/docs/', 'the Chinese page does not lead to the English one');
}

await browse(folder, async (page, check, report) => {
  page.setDefaultTimeout(patience);
  for (const [i, recorder] of recorders.entries()) {
    await old(page, check, recorder, i % 2 === 1);
    await old(page, check, recorder, i % 2 === 0);
  }
  await client(page, check, recorders, report);
  await snippet(page, check, recorders);
  await pages(page, check);
});
