// Proves in a headless browser that the demo page plays and steers recordings of both simulated recorders, and moves their cameras.
//
//   node web/test/recording.mjs [URL of the page] [folder for screenshots] [control interface of the simulator]
//
// Exit code 0 means: after one click two recordings ran and two screenshots of each differ; a click on the bar sought, and the same
// player went on; pause held position and picture, and resume ended that; the picture moved at other speeds; the end was shown; and a
// click on the pad of a live camera was answered by 200 and moved it, by the simulator's own account.

import path from 'node:path';
import { browse, clocks, moving, patience, shots } from './browser.mjs';

const [page_ = 'http://127.0.0.1:8091/demo/', folder = '.cache/demo-test', control = 'http://127.0.0.1:18090'] = process.argv.slice(2);
const near = 3; // s that a shown position may be off

// cards reads what each card shows, times in seconds.
const cards = (page) => page.$$eval('.player', (all) => all.map((card) => {
  const read = (selector) => Date.parse(`${card.querySelector(selector).textContent.replace(' ', 'T')}Z`) / 1000;
  return { position: read('.position'), from: read('.from'), until: read('.until'), state: card.querySelector('.state').textContent };
}));

// words waits until each card says so, in English.
const words = (page, text) => page.waitForFunction((text) => {
  const states = [...document.querySelectorAll('.player .state')];
  return states.length > 0 && states.every((state) => state.textContent === text);
}, text, { timeout: patience, polling: 50 });

// answered waits for the answer of a call that act makes.
async function answered(page, call, act) {
  const [response] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST' && one.url().endsWith(call)), act()]);
  return response.json();
}

// seek clicks on the bar of a card at a part of its width, and returns the time that was asked for, in seconds.
async function seek(page, i, part) {
  const bar = page.locator('.player .seek').nth(i);
  const { width, height } = await bar.boundingBox();
  const [asked, answer] = await Promise.all([page.waitForRequest((one) => one.url().endsWith('/POSITION')),
    answered(page, '/POSITION', () => bar.click({ position: { x: width * part, y: height / 2 } }))]);
  if (answer.status_code !== 200) throw new Error(`seek ${i + 1}: ${JSON.stringify(answer)}`);
  return Date.parse(`${asked.postDataJSON().pos_time.replace(' ', 'T')}Z`) / 1000;
}

async function seeks(page, check) {
  const connections = [];
  const note = (request) => { if (request.url().endsWith('.flv')) connections.push(request.url()); };
  page.on('request', note);
  for (const [i, part] of [0.3, 0.7].entries()) {
    const before = (await cards(page))[i];
    const asked = await seek(page, i, part);
    const width = before.until - before.from;
    check(Math.abs(asked - before.from - width * part) < width * 0.05, `seek ${i + 1}: asked for ${asked - before.from} s of ${width} s`);
    const at = await page.waitForFunction(([i, asked, near]) => {
      const text = document.querySelectorAll('.player .position')[i].textContent;
      const off = Date.parse(`${text.replace(' ', 'T')}Z`) / 1000 - asked;
      return document.querySelectorAll('.player .state')[i].textContent === 'playing' && Math.abs(off) <= near && { off };
    }, [i, asked, near], { timeout: patience, polling: 100 });
    console.log(`seek ${i + 1}: ${(await at.jsonValue()).off} s off`);
  }
  const start = await cards(page);
  await moving(page, 2, await clocks(page), 25);
  await page.waitForFunction((start) => [...document.querySelectorAll('.player .position')]
    .every((one, i) => Date.parse(`${one.textContent.replace(' ', 'T')}Z`) / 1000 > start[i].position), start, { polling: 100 });
  page.off('request', note);
  check(connections.length === 0, `a seek let the player connect again: ${connections}`);
}

async function pauses(page, check) {
  for (const button of await page.$$('.player .hold')) await answered(page, '/PAUSE', () => button.click());
  await words(page, 'paused');
  await page.waitForTimeout(1500); // what was on its way is shown by then
  const held = { cards: await cards(page), clocks: await clocks(page) };
  await page.waitForTimeout(9000); // longer than a live picture may stand still
  const later = { cards: await cards(page), clocks: await clocks(page) };
  held.cards.forEach((card, i) => {
    check(card.position === later.cards[i].position, `pause ${i + 1}: the position goes on`);
    check(held.clocks[i].frames === later.clocks[i].frames, `pause ${i + 1}: the picture goes on`);
  });
  for (const button of await page.$$('.player .hold')) await answered(page, '/RESUME', () => button.click());
  await words(page, 'playing');
  const on = await cards(page);
  on.forEach((card, i) => check(Math.abs(card.position - later.cards[i].position) <= near, `resume ${i + 1}: goes on elsewhere`));
  await moving(page, 2, later.clocks, 25);
}

// speeds lets the recordings run at each speed: the position must run so much faster, and the picture move.
async function speeds(page, check) {
  for (const speed of ['4', '0.5', '1']) {
    for (const choice of await page.$$('.player .speed')) {
      const answer = await answered(page, '/SPEED', () => choice.selectOption(speed));
      check(answer.status_code === 200, `speed ${speed}: ${JSON.stringify(answer)}`);
    }
    await words(page, 'playing');
    await moving(page, 2, await clocks(page), 5);
    const from = { cards: await cards(page), clocks: await clocks(page), at: Date.now() };
    await page.waitForTimeout(4000);
    const passed = (Date.now() - from.at) / 1000;
    const now = { cards: await cards(page), clocks: await clocks(page) };
    now.cards.forEach((card, i) => {
      const ran = card.position - from.cards[i].position;
      const shown = now.clocks[i].time - from.clocks[i].time;
      console.log(`speed ${speed}, video ${i + 1}: ${ran} s recorded, ${shown.toFixed(1)} s shown in ${passed.toFixed(1)} s`);
      check(Math.abs(ran - passed * speed) <= 2 + 2 * speed, `speed ${speed}, video ${i + 1}: ${ran} s in ${passed} s`);
      check(shown > passed / 2, `speed ${speed}, video ${i + 1}: the picture stands still`);
    });
  }
}

// ends goes to the end, with nothing but what the page shows.
async function ends(page) {
  for (const i of [0, 1]) {
    await page.locator('.player .seek').nth(i).focus();
    await answered(page, '/POSITION', () => page.keyboard.press('End'));
  }
  await page.waitForFunction(() => [...document.querySelectorAll('.player')]
    .every((card) => card.dataset.state === 'ended' && card.querySelector('.overlay').textContent.includes('605')));
}

// cameras clicks on one button of each pad.
async function cameras(page, check) {
  const entries = async () => {
    const journal = await (await fetch(`${control}/sim/journal`)).json();
    return Object.fromEntries(Object.entries(journal).map(([vendor, all]) => [vendor, (all ?? []).filter((one) => one.kind.startsWith('ptz-'))]));
  };
  const old = await entries();
  await page.click('#play-both');
  await words(page, 'playing');
  for (const card of await page.$$('.player')) {
    const button = await card.$('[data-move="8"]');
    const answer = await answered(page, '/PTZControl', () => button.click());
    check(answer.status_code === 200, `the camera: ${JSON.stringify(answer)}`);
  }
  await page.waitForFunction(() => [...document.querySelectorAll('.camera output')].every((one) => one.textContent === '200'));
  const limit = Date.now() + patience;
  for (let done = false; !done;) {
    const now = await entries();
    const fresh = Object.entries(now).map(([vendor, all]) => [vendor, all.slice(old[vendor].length)]);
    const kinds = ([, all]) => all.map((one) => one.kind);
    done = fresh.every((one) => kinds(one).includes('ptz-timed') || kinds(one).indexOf('ptz-start') >= 0
      && kinds(one).lastIndexOf('ptz-stop') > kinds(one).indexOf('ptz-start'));
    if (done) {
      for (const [vendor, all] of fresh) console.log(`${vendor}: ${all.map((one) => `${one.kind} ${one.detail}`).join(', ')}`);
    } else if (Date.now() > limit) {
      throw new Error(`the simulator has seen ${JSON.stringify(fresh)}`);
    } else {
      await page.waitForTimeout(200);
    }
  }
}

const stop = async (page) => {
  for (const button of await page.$$('.player .stop')) await button.click();
  await page.waitForSelector('.player', { state: 'detached' });
  await page.waitForLoadState('networkidle');
};

await browse(folder, async (page, check) => {
  await page.goto(page_);
  await page.click('#play-recordings');
  await moving(page, 2, [], 5);
  const before = await shots(page, folder, 'recording', 1);
  await moving(page, 2, await clocks(page), 25);
  const after = await shots(page, folder, 'recording', 2);
  before.forEach((image, i) => check(!image.equals(after[i]), `recording ${i + 1}: both screenshots are the same`));
  check((await page.$$eval('.player', (all) => all.map((card) => card.querySelectorAll('.files li').length))).every((n) => n > 0), 'no files are listed');
  await words(page, 'playing');
  await seeks(page, check);
  await pauses(page, check);
  await speeds(page, check);
  await page.screenshot({ path: path.join(folder, 'recordings.png'), fullPage: true });
  await ends(page);
  await stop(page);
  await cameras(page, check);
  await page.screenshot({ path: path.join(folder, 'cameras.png'), fullPage: true });
  await stop(page);
});
