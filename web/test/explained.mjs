// Proves in a headless browser that the console of a running service explains why streams are black.
//
//   node web/test/explained.mjs list-as-JSON admin-token [folder for screenshots]
//
// Each of the list says at which console, by which play_handle or session of the list of streams, and which verdict must be shown: cause,
// step, severity, and words of both languages.

import { browse } from './browser.mjs';
import { everywhere, speak } from './views.mjs';

const [list, token, folder = '.cache/console-test'] = process.argv.slice(2);

// login gives the token to the console that asks for it, once for each origin.
async function login(page, check, report, service) {
  report.expected = 401;
  await page.goto(`${service}/console/`);
  await page.waitForSelector('#login[open]');
  check(await page.$$eval('.streams tbody tr', (all) => all.length) === 0, 'there are streams to see without the token');
  await page.fill('#login input', token);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#login', { state: 'hidden' });
  report.expected = 0;
}

// find goes from the list of streams to a trace, as an operator does: by the link beside the stream, or by the handle.
async function find(page, { console: service, handle, session }) {
  await page.goto(`${service}/console/`);
  await page.waitForSelector('.streams tbody tr');
  if (handle) {
    await page.fill('#handle', handle);
    await page.keyboard.press('Enter');
  } else {
    await page.click(`.streams a[href$="/${encodeURIComponent(session)}"]`);
  }
}

await browse(folder, async (page, check, report) => {
  const entered = new Set();
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const one of JSON.parse(list)) {
    if (!entered.has(one.console)) await login(page, check, report, one.console);
    entered.add(one.console);
    await find(page, one);
    await page.waitForSelector(`.verdict[data-severity="${one.severity}"]`);
    check((await page.$$('.steps li')).length === 8, `${one.cause}: not all steps are shown`);
    if (one.severity !== 'ok') {
      const here = await page.getAttribute('.steps .here', 'data-step', { timeout: 5000 }).catch(() => 'none');
      check(here === one.step, `${one.cause}: the step ${here} is marked`);
    }
    for (const language of ['en', 'zh']) {
      await speak(page, language);
      const [what, next] = [await page.innerText('.verdict .what'), await page.innerText('.verdict .next p')];
      console.log(`${one.cause}, ${language}: ${what} → ${next}`);
      check(what.includes(one[language]), `${one.cause}: ${what} does not say ${one[language]}`);
      check(next.length > 10, `${one.cause}, ${language}: nothing to do next`);
    }
    await speak(page, 'en');
    if (one.cause === 'rtmp_unreachable') await everywhere(page, check, folder, 'trace');
    if (one.cause === 'healthy') await everywhere(page, check, folder, 'trace-well');
  }
  await page.click('nav [data-view="sessions"]');
  await page.waitForSelector('.streams tbody tr');
});
