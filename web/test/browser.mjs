// What the browser tests share: a headless Chromium that complains of nothing unseen, and a look at the videos of the page.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const patience = 45000; // ms for each step, on a slow machine

// Without these Chromium asks its maker's hosts at every start.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns']; // WebRTC within one machine

// browse gives test(page, check, report) a page, and sets the exit code: 1 where a check failed, the test threw, or the page reported an
// error, on the console or by HTTP. With report.refusing the console may hold errors, and report.expected is an HTTP status that is none.
// Screenshots go to folder.
export async function browse(folder, test) {
  const problems = [];
  const report = { refusing: false, expected: 0 };
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
    page.on('console', (message) => { if (message.type() === 'error' && !report.refusing && !(report.expected && message.text().includes(`status of ${report.expected}`))) problems.push(`console: ${message.text()}`); });
    page.on('pageerror', (error) => problems.push(`page: ${error.message}`));
    page.on('response', (response) => { if (response.status() >= 400 && response.status() !== report.expected) problems.push(`HTTP ${response.status()}: ${response.url()}`); });
    await test(page, (ok, text) => { if (!ok) problems.push(text); }, report);
  } catch (error) {
    problems.push(error.message);
    const cards = await page?.$$eval('.player', (all) => all.map((card) => card.innerText)).catch(() => []);
    if (cards?.length) problems.push(`the page says: ${cards.join(' | ').replaceAll('\n', ' ')}`);
    await page?.screenshot({ path: path.join(folder, 'failure.png'), fullPage: true }).catch(() => {});
  } finally {
    await context?.close();
    await rm(profile, { recursive: true, force: true });
  }
  for (const problem of problems) console.error(`browser test: ${problem}`);
  console.log(`screenshots in ${folder}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

// clocks reads what each video has shown so far.
export const clocks = (page) => page.$$eval('.player video', (videos) => videos.map((v) => ({
  time: v.currentTime, frames: v.getVideoPlaybackQuality().totalVideoFrames, width: v.videoWidth,
})));

// moving waits until each of n videos has shown so many more frames and half a second more than before.
export async function moving(page, n, before, frames) {
  const goal = Array.from({ length: n }, (_, i) => ({ time: (before[i]?.time ?? 0) + 0.5, frames: (before[i]?.frames ?? 0) + frames }));
  await page.waitForFunction((goal) => {
    const videos = [...document.querySelectorAll('.player video')];
    return videos.length === goal.length && videos.every((v, i) => v.videoWidth > 0 && v.currentTime > goal[i].time
      && v.getVideoPlaybackQuality().totalVideoFrames > goal[i].frames);
  }, goal, { timeout: patience, polling: 100 });
  return clocks(page);
}

// shots keeps a screenshot of each video.
export async function shots(page, folder, name, round) {
  const images = [];
  for (const [i, video] of (await page.$$('.player video')).entries()) {
    const file = path.join(folder, `${name}-${i + 1}-${round}.png`);
    images.push(await video.screenshot());
    await writeFile(file, images[i]);
  }
  return images;
}
