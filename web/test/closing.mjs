// Proves in a headless browser that a picture which is stopped leaves its connection at once, and that nothing is reported when the server
// cuts it: the double of closing_test.go sends some pictures and then nothing, and cuts the answer at STOP, as SRS does.
//
//   node web/test/closing.mjs URL-of-the-service [folder for screenshots]

import { browse } from './browser.mjs';

const [service, folder = '.cache/closing-test'] = process.argv.slice(2);

await browse(folder, async (page) => {
  await page.goto(`${service}/console/?demo#/wall`);
  await page.click('.wall [data-preset="hikvision"]');
  await page.click('.wall .target [type="submit"]');
  await page.waitForSelector('.player[data-state="playing"]');
  const stopped = page.waitForResponse((one) => one.url().endsWith('/STOP'));
  await page.click('.player .stop');
  await stopped;
  await page.waitForTimeout(500); // what the cut causes comes by now
});
