// Proves in a headless browser what the players of the console do when things go otherwise: lost streams, codings that the browser lacks,
// movements that are refused, WebRTC that works or does not, a full wall, and a page that goes away.
//
//   node web/test/player.mjs URL-of-the-service [folder for screenshots]
//
// The service is the double of browser_test.go, which loses the first handle of each of two streams.

import { browse, clocks, moving, shots } from './browser.mjs';
import { everywhere } from './views.mjs';
import { answering } from './whepdouble.mjs';

const [service, folder = '.cache/player-test'] = process.argv.slice(2);

const stop = async (page) => {
  for (let left = await page.locator('.player').count(); left > 0; left--) await page.locator('.player .stop').first().click();
  await page.waitForSelector('.player', { state: 'detached' });
};

const play = async (page, preset) => {
  if (!await page.isVisible('.wall .target')) await page.click('.wall details > summary >> nth=0');
  await page.click(`.wall [data-preset="${preset}"]`);
  await page.click('.wall .target [type="submit"]');
};

async function lost(page, check) {
  await page.goto(`${service}/console/?demo#/wall`);
  check(!await page.isVisible('.player-missing'), 'mpegts.js is missing from the program');
  await page.click('#play-both');
  await moving(page, 2, [], 5);
  const before = await shots(page, folder, 'video', 1);
  await moving(page, 2, await clocks(page), 10);
  const after = await shots(page, folder, 'video', 2);
  before.forEach((image, i) => check(!image.equals(after[i]), `video ${i + 1}: both screenshots are the same`));
  await page.waitForFunction(() => [...document.querySelectorAll('.player')].every((card) => card.dataset.state === 'playing'
    && parseFloat(card.querySelector('[data-number="fps"]').textContent) > 0));
}

// refusals are told in words, and a movement that is refused is not asked for again.
async function refusals(page, check) {
  let asked = 0;
  page.on('request', (request) => { if (request.url().endsWith('/PTZControl')) asked++; });
  const card = page.locator('.player').first();
  await card.locator('.camera > summary').click();
  await card.locator('[data-move="8"]').click({ delay: 700 });
  await card.locator('.pad output.problem').waitFor();
  const text = await card.locator('.pad output').textContent();
  check(text.includes('The movement is refused (609)'), `a refused movement is told as ${text}`);
  check(asked === 1, `a refused movement was asked for ${asked} times`);
  await stop(page);
}

// undecodable takes every coding from the browser, as some lack H.265: the card must say so and not ask again.
async function undecodable(page, check, report) {
  report.refusing = true;
  await page.evaluate(() => {
    globalThis.refused = 0;
    globalThis.kept = MediaSource.prototype.addSourceBuffer;
    MediaSource.prototype.addSourceBuffer = () => {
      globalThis.refused++;
      throw new DOMException('refused by the test', 'NotSupportedError');
    };
  });
  await play(page, 'hikvision');
  await page.waitForSelector('.player[data-state="failed"] .problem:not([hidden])');
  check((await page.textContent('.player .problem')).includes('H.264'), 'a coding that the browser lacks is not told');
  const asked = await page.evaluate(() => globalThis.refused);
  await page.waitForTimeout(2500); // a new connection would come after one second
  check(await page.getAttribute('.player', 'data-state') === 'failed', 'a coding that the browser lacks does not stay failed');
  check(await page.evaluate(() => globalThis.refused) === asked, 'a coding that the browser lacks is tried again');
  await stop(page);
  await page.evaluate(() => { MediaSource.prototype.addSourceBuffer = globalThis.kept; });
  report.refusing = false;
}

// unstarted is a start that fails. It has no handle, and its card leads to the trace of the session all the same.
async function unstarted(page, check) {
  const session = (id, rest) => ({ session_id: id, kind: 'live', address: '127.0.0.1:8000', channel: 33, status_code: 603, state: 'ending', ended_age: 1, ...rest });
  const ended = [session('recording', { kind: 'playback' }), session('neighbour', { channel: 34 }), session('stopped', { status_code: 605 }), session('this'), session('older')];
  await page.route('**/REAL_STREAM', (route) => route.fulfill({ json: { status_code: 603, status_message: 'offline' } }));
  await page.route('**/STREAMS', (route) => route.fulfill({ json: { status_code: 200, status_message: 'OK', streams: [], ended } }));
  await play(page, 'hikvision');
  await page.waitForSelector('.player .why');
  const leads = await page.getAttribute('.player .why', 'href');
  check(leads === '#/trace/session/this', `"why is it black?" of a start that failed leads to ${leads}`);
  await page.unroute('**/REAL_STREAM');
  await page.unroute('**/STREAMS');
  await stop(page);
}

async function webrtc(page, check, report) {
  const whep = await answering(page);
  await play(page, 'dahua');
  await page.waitForSelector('.player[data-state="playing"]');
  await page.selectOption('.player .way', 'webrtc');
  await page.waitForFunction(() => document.querySelector('.player video').srcObject && document.querySelector('.player').dataset.state === 'playing');
  await moving(page, 1, [], 10);
  check(whep.offers.length === 1 && whep.offers[0].includes('a=recvonly') && !whep.offers[0].includes('a=sendrecv'), `${whep.offers.length} offers, or of another kind`);
  await page.selectOption('.player .way', 'flv');
  await page.waitForFunction(() => !document.querySelector('.player video').srcObject && document.querySelector('.player').dataset.state === 'playing');
  await moving(page, 1, await clocks(page), 5);
  check(whep.ended.length === 1 && whep.ended[0].endsWith('/session/1'), `ended: ${whep.ended}`);

  whep.refuse = 404;
  report.expected = 404;
  await page.selectOption('.player .way', 'webrtc');
  await page.waitForSelector('.player .problem:not([hidden])');
  await page.waitForSelector('.player[data-state="playing"]');
  check(await page.inputValue('.player .way') === 'flv', 'a refused WebRTC does not fall back');
  check((await page.textContent('.player .problem')).includes('HTTP-FLV'), 'the fall back is not told');
  await moving(page, 1, await clocks(page), 5);
  report.expected = 0;

  whep.refuse = 0;
  await page.selectOption('.player .way', 'webrtc');
  await page.waitForFunction(() => document.querySelector('.player').dataset.state === 'playing' && document.querySelector('.player video').srcObject);
  await stop(page);
  for (let i = 0; i < 100 && whep.ended.length < 2; i++) await page.waitForTimeout(20);
  check(whep.ended.length === 2, `${whep.ended.length} sessions ended of 2`);
  return whep;
}

// full is a wall of nine pictures of one server, to which the browser opens no more than six connections by HTTP.
async function full(page, check, whep) {
  const sockets = [];
  const before = whep.offers.length;
  page.on('websocket', (socket) => sockets.push(socket.url()));
  for (let i = 0; i < 10; i++) await play(page, i % 2 ? 'dahua' : 'hikvision');
  check(await page.locator('.player').count() === 9 && await page.isVisible('.wall .problem >> text=nine'), 'a tenth picture is not refused in words');
  await moving(page, 9, [], 5);
  await page.waitForFunction(() => [...document.querySelectorAll('.player')].every((card) => card.dataset.state === 'playing'));
  check(await page.getAttribute('.players', 'data-layout') === '9', 'nine pictures are in another layout');
  check(sockets.length === 2 && whep.offers.length - before === 2, `${sockets.length} pictures by WebSocket, ${whep.offers.length - before} by WebRTC: ${sockets}`);
  await everywhere(page, check, folder, 'nine');
}

// device is a recorder's page of which little is known.
async function device(page, check) {
  await page.click('nav [data-view="device"]');
  await page.click('.device [data-preset="dahua"]');
  await page.click('.device [type="submit"]');
  await page.waitForSelector('.device .channel');
  const warning = await page.textContent('.device .warning');
  check(warning.includes('62 min slow'), `an hour's difference of the clock is told as ${warning}`);
  const text = await page.innerText('.device .result');
  for (const part of ['<b>gate</b>', 'no network', 'H.265', '3 of 16', 'port 37777 is closed', 'other odd', 'offline']) check(text.includes(part), `the page lacks ${part}: ${text}`);
  await page.click('.channel[data-channel="1"] button.snapshot');
  await page.waitForSelector('.channel[data-channel="1"] .problem');
  check((await page.textContent('.channel .problem')).includes('603'), 'a snapshot that fails is not told');
  await page.click('[data-language="zh"]');
  check((await page.textContent('.device .warning')).includes('慢 62 分钟'), `in Chinese: ${await page.textContent('.device .warning')}`);
  await page.click('[data-language="en"]');
  await page.click('nav [data-view="wall"]');
  await page.waitForSelector('.wall .target');
}

// pieces are the timeline and the pad by themselves, with keys.
async function pieces(page, check) {
  await page.evaluate(async () => {
    const { Timeline } = await import('./timeline.js');
    const { Pad } = await import('./ptz.js');
    const start = Date.UTC(2026, 0, 1);
    const hour = 3600e3;
    globalThis.sought = [];
    globalThis.moves = [];
    globalThis.line = new Timeline((time) => globalThis.sought.push(new Date(time).toISOString().slice(0, 19)));
    globalThis.line.show(start, start + 72 * hour, [{ from: start, until: start + 10 * hour }, { from: start + 20 * hour, until: start + 72 * hour }]);
    globalThis.pad = new Pad(async (command, duration) => {
      globalThis.moves.push([command, duration]);
      return { status_code: 200, status_message: 'OK' };
    });
    const box = document.createElement('div');
    box.id = 'pieces';
    box.append(globalThis.line.element, globalThis.line.zoom, globalThis.pad.element);
    document.querySelector('main').append(box);
  });
  const track = page.locator('#pieces .track');
  const next = async (keys) => {
    const before = await page.evaluate(() => globalThis.sought.length);
    await track.focus();
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForFunction((before) => globalThis.sought.length > before, before);
    await page.waitForTimeout(500); // a second one would come by now
    const sought = await page.evaluate((before) => globalThis.sought.slice(before), before);
    check(sought.length === 1, `${keys}: ${sought.length} seeks`);
    return sought[0];
  };
  check(await page.locator('#pieces .block').count() === 2, 'two files are not two blocks');
  for (const [keys, want] of [
    [['ArrowRight', 'ArrowRight', 'ArrowUp'], '2026-01-01T00:00:15'], [['ArrowLeft'], '2026-01-01T00:00:10'], [['PageUp'], '2026-01-01T07:12:10'],
    [['PageDown', 'PageDown'], '2026-01-01T00:00:00'], [['End'], '2026-01-04T00:00:00'], [['Home'], '2026-01-01T00:00:00'],
  ]) {
    const got = await next(keys);
    check(got === want, `${keys} sought ${got}, want ${want}`);
  }
  await page.evaluate(() => globalThis.line.at(Date.UTC(2026, 0, 1, 15)));
  check(await track.getAttribute('aria-valuetext') === '2026-01-01 15:00:00 (not recorded)', `the slider says ${await track.getAttribute('aria-valuetext')}`);
  await page.selectOption('#pieces .zoom', 'hour');
  const marks = await page.locator('#pieces .scale span').allTextContents();
  check(marks[0] >= '14:30' && marks.at(-1) <= '15:30' && marks.length > 2, `an hour has the marks ${marks}`);
  check(await page.locator('#pieces .block').count() === 0, 'an hour without recordings shows some');
  const { x, y, width, height } = await track.boundingBox();
  await page.mouse.click(x + width * 0.75, y + height / 2);
  check(await page.evaluate(() => globalThis.sought.at(-1)) === '2026-01-01T15:15:00', `a click sought ${await page.evaluate(() => globalThis.sought.at(-1))}`);

  // Two arrows are a diagonal; who loses the focus lets go.
  await page.locator('#pieces [data-move="6"]').focus();
  await page.keyboard.down('ArrowUp');
  await page.keyboard.down('ArrowLeft');
  await page.waitForFunction(() => globalThis.moves.some(([command]) => command === 10));
  await page.keyboard.up('ArrowUp');
  await page.waitForFunction(() => globalThis.moves.at(-1)[0] === 8);
  await track.focus();
  await page.waitForTimeout(500);
  const count = await page.evaluate(() => globalThis.moves.length);
  await page.waitForTimeout(900);
  check(await page.evaluate(() => globalThis.moves.length) === count, 'a pad without the focus goes on');
  await page.keyboard.up('ArrowLeft');
  await page.locator('#pieces [data-move="6"]').focus();
  await page.keyboard.press('+');
  await page.waitForFunction(() => globalThis.moves.at(-1).join() === '0,200');
  check(await page.evaluate(() => globalThis.moves.every(([, duration]) => duration >= 100 && duration <= 1000)), 'a duration that the API does not take');
  await page.evaluate(() => document.getElementById('pieces').remove());
}

await browse(folder, async (page, check, report) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await lost(page, check);
  await refusals(page, check);
  await pieces(page, check);
  await device(page, check);
  await undecodable(page, check, report);
  await unstarted(page, check);
  const whep = await webrtc(page, check, report);
  await full(page, check, whep);
  await page.goto('about:blank'); // the streams must end with the page
});
