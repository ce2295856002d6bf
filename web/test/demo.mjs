// Proves in a headless browser that the demo page shows moving pictures of both simulated recorders.
//
//   node web/test/demo.mjs [URL of the page] [folder for screenshots]
//
// The page defaults to http://127.0.0.1:8091/demo/ and the folder to .cache/demo-test; CHROMIUM names another browser than
// /usr/bin/chromium. It needs `npm ci` in web/ (make web). Exit code 0 means: after one click on "play both" two videos ran, each with
// decoded frames and a clock that went on, two screenshots of each differ, the console stayed clean, stop took both away,
// and a coding that the browser lacks was told once.

import path from 'node:path';
import { browse, clocks, moving, shots } from './browser.mjs';

const [page_ = 'http://127.0.0.1:8091/demo/', folder = '.cache/demo-test'] = process.argv.slice(2);

// undecodable takes every coding from the browser, as some lack H.265: the card must say so and not ask again.
async function undecodable(page, check, report) {
  report.refusing = true;
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

await browse(folder, async (page, check, report) => {
  await page.goto(page_);
  check(!await page.isVisible('#player-missing'), 'mpegts.js is missing from the program');
  await page.click('#play-both');
  const first = await moving(page, 2, [], 5);
  const before = await shots(page, folder, 'video', 1);
  const second = await moving(page, 2, await clocks(page), 10);
  const after = await shots(page, folder, 'video', 2);
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
  await undecodable(page, check, report);
  second.forEach((v, i) => console.log(`video ${i + 1}: ${first[i].frames} -> ${v.frames} frames, ${v.time.toFixed(1)} s, width ${v.width}`));
});
