// Proves in a headless browser that the demo page shows moving pictures of both simulated recorders.
//
//   node web/test/demo.mjs [URL of the page] [folder for screenshots]
//
// The page defaults to http://127.0.0.1:8091/demo/ and the folder to .cache/demo-test; CHROMIUM names another browser than
// /usr/bin/chromium. It needs `npm ci` in web/ (make web). Exit code 0 means: after one click on "play both" two videos ran, each with
// decoded frames and a clock that went on, two screenshots of each differ, the console stayed clean, stop took both away,
// and a coding that the browser lacks was told once.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [page_ = 'http://127.0.0.1:8091/demo/', folder = '.cache/demo-test'] = process.argv.slice(2);
const patience = 45000; // ms for each step, on a slow machine

// Without these Chromium asks its maker's hosts at every start.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'];

const problems = [];
let refusing = false; // the browser refuses codings, of which the player tells on the console
const check = (ok, text) => { if (!ok) problems.push(text); };

// clocks reads what each video has shown so far.
const clocks = (page) => page.$$eval('.player video', (videos) => videos.map((v) => ({
  time: v.currentTime, frames: v.getVideoPlaybackQuality().totalVideoFrames, width: v.videoWidth,
})));

// advanced waits until each of n videos has shown so many more frames and half a second more than before.
async function advanced(page, n, before, frames) {
  const goal = Array.from({ length: n }, (_, i) => ({ time: (before[i]?.time ?? 0) + 0.5, frames: (before[i]?.frames ?? 0) + frames }));
  await page.waitForFunction((goal) => {
    const videos = [...document.querySelectorAll('.player video')];
    return videos.length === goal.length && videos.every((v, i) => v.videoWidth > 0 && v.currentTime > goal[i].time
      && v.getVideoPlaybackQuality().totalVideoFrames > goal[i].frames);
  }, goal, { timeout: patience, polling: 100 });
  return clocks(page);
}

// undecodable takes every coding from the browser, as some lack H.265: the card must say so and not ask again.
async function undecodable(page) {
  refusing = true;
  await page.evaluate(() => {
    globalThis.refused = 0;
    MediaSource.prototype.addSourceBuffer = () => {
      globalThis.refused++;
      throw new DOMException('refused by the test', 'NotSupportedError');
    };
  });
  await page.click('[data-preset="hikvision"]');
  await page.click('#ask [type="submit"]');
  await page.waitForSelector('.player[data-state="failed"] .problem:not([hidden])');
  check((await page.textContent('.player .problem')).includes('H.264'), 'a coding that the browser lacks is not told');
  const asked = await page.evaluate(() => globalThis.refused);
  await page.waitForTimeout(2500); // a new connection would come after one second
  check(await page.getAttribute('.player', 'data-state') === 'failed', 'a coding that the browser lacks does not stay failed');
  check(await page.evaluate(() => globalThis.refused) === asked, 'a coding that the browser lacks is tried again');
  await page.click('.player .stop');
  await page.waitForSelector('.player', { state: 'detached' });
  await page.waitForLoadState('networkidle');
}

async function shots(page, round) {
  const images = [];
  for (const [i, video] of (await page.$$('.player video')).entries()) {
    const file = path.join(folder, `video-${i + 1}-${round}.png`);
    images.push(await video.screenshot());
    await writeFile(file, images[i]);
  }
  return images;
}

await mkdir(folder, { recursive: true });
const profile = await mkdtemp(path.join(tmpdir(), 'demo-browser-'));
let context;
let page;
try {
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags, viewport: { width: 1280, height: 1000 },
  });
  page = context.pages()[0] ?? await context.newPage();
  page.setDefaultTimeout(patience);
  page.on('console', (message) => { if (message.type() === 'error' && !refusing) problems.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => problems.push(`page: ${error.message}`));
  page.on('response', (response) => { if (response.status() >= 400) problems.push(`HTTP ${response.status()}: ${response.url()}`); });

  await page.goto(page_);
  check(!await page.isVisible('#player-missing'), 'mpegts.js is missing from the program');
  await page.click('#play-both');
  const first = await advanced(page, 2, [], 5);
  const before = await shots(page, 1);
  const second = await advanced(page, 2, await clocks(page), 10);
  const after = await shots(page, 2);
  before.forEach((image, i) => check(!image.equals(after[i]), `video ${i + 1}: both screenshots are the same`));
  await page.waitForFunction(() => [...document.querySelectorAll('.player')].every((card) => card.dataset.state === 'playing'
    && parseFloat(card.querySelector('[data-number="fps"]').textContent) > 0));
  await page.screenshot({ path: path.join(folder, 'page.png'), fullPage: true });

  // A phone's width, and the other language: nothing may stand out to the side.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.click('[data-language="zh"]');
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than 390 px');
  check(await page.getAttribute('html', 'lang') === 'zh-CN', 'the page does not speak Chinese');
  await page.screenshot({ path: path.join(folder, 'phone.png'), fullPage: true });

  for (const video of await page.$$('.player .stop')) await video.click();
  await page.waitForSelector('.player', { state: 'detached' });
  await page.waitForLoadState('networkidle');
  await undecodable(page);
  second.forEach((v, i) => console.log(`video ${i + 1}: ${first[i].frames} -> ${v.frames} frames, ${v.time.toFixed(1)} s, width ${v.width}`));
} catch (error) {
  problems.push(error.message);
  const cards = await page?.$$eval('.player', (all) => all.map((card) => card.innerText)).catch(() => []);
  if (cards?.length) problems.push(`the page says: ${cards.join(' | ').replaceAll('\n', ' ')}`);
  await page?.screenshot({ path: path.join(folder, 'failure.png'), fullPage: true }).catch(() => {});
} finally {
  await context?.close();
  await rm(profile, { recursive: true, force: true });
}
for (const problem of problems) console.error(`demo test: ${problem}`);
console.log(`screenshots in ${folder}`);
process.exitCode = problems.length === 0 ? 0 : 1;
