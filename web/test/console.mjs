// Proves in a headless browser that the console's frame, its list of streams, "why is it black?" and the login do what they should.
//
//   node web/test/console.mjs URL-of-the-service [folder for screenshots]
//
// The service is the double of console_test.go. Every view is judged in both languages at 1440 and 390 pixels: no error on the console,
// no serious finding of axe-core, nothing wider than the window.

import { browse } from './browser.mjs';
import { audit, everywhere, speak } from './views.mjs';

const [service, folder = '.cache/console-test'] = process.argv.slice(2);

const wish = (wanted) => fetch(`${service}/test`, { method: 'POST', body: JSON.stringify(wanted) });
const refreshed = (page, path = '/STREAMS') => page.waitForResponse((one) => one.url().endsWith(path));
const rows = (page) => page.$$eval('.streams tbody tr', (all) => all.map((row) => row.querySelector('.cell-camera span').textContent));

// shifts adds up the layout shifts that nobody has caused.
const watchShifts = (page) => page.evaluate(() => {
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) globalThis.shifted += one.value;
  }).observe({ type: 'layout-shift' });
});

async function list(page, check) {
  await page.goto(`${service}/console/`);
  await page.waitForSelector('.streams tbody tr');
  check(await page.getAttribute('html', 'lang') === 'en', 'an English browser gets another language');
  check((await page.title()).startsWith('Streams'), `title ${await page.title()}`);
  await page.waitForSelector('#service[data-level="warning"]');
  check((await page.textContent('#service ul')).includes('api.listen'), 'what needs a restart is not said');
  await everywhere(page, check, folder, 'sessions', async (language) => {
    const failed = await page.innerText('.streams [data-state="trouble"]:has(a[href$="e2"])');
    const reference = await page.getAttribute('#docs', 'href');
    check(reference === (language === 'zh' ? '../docs/zh/' : '../docs/'), `in ${language} the reference is at ${reference}`);
    for (const part of ['606', 'wrong password', language === 'zh' ? '失败' : 'failed']) check(failed.includes(part), `a failed start without ${part}: ${failed}`);
  });
  for (const width of [1381, 1024, 761, 320]) {
    await page.setViewportSize({ width, height: 800 });
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `the list is wider than ${width} px`);
    await page.click('#service > summary');
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `with the service's state the page is wider than ${width} px`);
    await page.click('#service > summary');
  }
  const paused = await page.innerText('.streams tr:has(a[href$="a5"])');
  check(paused.includes('paused'), `a recording that is paused is shown as ${paused}`);
  await page.setViewportSize({ width: 1440, height: 900 });
  check((await rows(page)).length === 8, `${await rows(page)}`);
  check((await page.getAttribute('.streams tbody tr:first-child', 'data-state')) === 'trouble', 'trouble does not stand first');

  await page.fill('#filter', 'nvr-west h.265');
  check((await rows(page)).join() === 'nvr-west.example · channel 0', `filtered: ${await rows(page)}`);
  await page.fill('#filter', 'nothing like this');
  check(await page.isVisible('.empty') && !await page.isVisible('.streams'), 'an empty list is not told');
  await page.fill('#filter', '');
  await page.selectOption('#state', 'trouble');
  check((await rows(page)).length === 3, `in trouble: ${await rows(page)}`);
  await page.selectOption('#state', 'all');

  await page.click('th:has-text("Bit rate") button');
  check(await page.getAttribute('th:has-text("Bit rate")', 'aria-sort') === 'descending', 'numbers do not sort downwards first');
  await page.click('th:has-text("Camera") button');
  const sorted = await rows(page);
  check(sorted[0].startsWith('192.0.2.10') && sorted.at(-1).startsWith('nvr-west'), `sorted: ${sorted}`);
}

// A refresh leaves the focus, the row under it and the layout alone, and writes new numbers.
async function refresh(page, check) {
  await watchShifts(page);
  await page.focus('a[href$="a1"]');
  await page.evaluate(() => { globalThis.before = { link: document.activeElement, rate: document.activeElement.closest('tr').querySelector('.cell-fps').textContent }; });
  for (let i = 0; i < 3; i++) await refreshed(page);
  await page.waitForFunction(() => document.activeElement.closest('tr')?.querySelector('.cell-fps').textContent !== globalThis.before.rate);
  check(await page.evaluate(() => document.activeElement === globalThis.before.link && globalThis.before.link.isConnected), 'a refresh takes the focus away');
  const shifted = await page.evaluate(() => globalThis.shifted);
  check(shifted < 0.01, `a refresh shifts the layout by ${shifted}`);
}

// Rows do not move under the focus; they are sorted again when it has left.
async function held(page, check) {
  await page.click('th:has-text("Frames/s") button');
  await page.focus('.streams tbody tr:first-child a');
  await page.mouse.move(5, 5);
  const before = await rows(page);
  for (let i = 0; i < 3; i++) await refreshed(page);
  check((await rows(page)).join() === before.join(), 'rows move while the focus is among them');
  await page.focus('#filter');
  await refreshed(page);
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('.streams tbody .cell-fps span')].map((one) => parseFloat(one.textContent)).filter((one) => !Number.isNaN(one));
    return shown.every((one, i) => i === 0 || shown[i - 1] >= one);
  });
  check((await rows(page)).length === 8, 'rows got lost');
}

// The keyboard alone: skip link, navigation, sorting, and the way to "why is it black?"
async function keyboard(page, check) {
  await page.reload();
  await page.waitForSelector('.streams tbody tr');
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.className) === 'skip', 'the skip link is not first');
  await page.keyboard.press('Enter');
  check(await page.evaluate(() => document.activeElement.id) === 'main', 'the skip link does not skip');
  const seen = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { name: document.activeElement.id || document.activeElement.textContent.trim(), href: document.activeElement.getAttribute('href'), outline: `${outlineStyle} ${outlineWidth}` };
    });
    check(at.outline === 'solid 3px' || /^(BODY|HTML)$/.test(at.name), `the focus on ${at.name} cannot be seen: ${at.outline}`);
    seen.push(at.name);
    if (at.href?.startsWith('#/trace/')) break;
  }
  for (const wanted of ['handle', 'filter', 'state', 'Camera', 'Why is it black?']) check(seen.includes(wanted), `by keyboard there is no ${wanted}: ${seen}`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.trace h1');
  check(await page.evaluate(() => document.activeElement.id) === 'main', 'a new view does not get the focus');
}

const causes = {
  wrong_password: ['login', 'The recorder refuses the password.', '录像机拒绝了密码。'],
  camera_offline: ['open', 'The camera behind this channel is offline.', '该通道的摄像机离线。'],
  silent_camera: ['receive', 'The recorder sends no data.', '录像机没有发送数据。'],
  server_away: ['publish', 'The media server does not answer.', '媒体服务器没有应答。'],
  browser_no_h265: ['server', 'H.265 needs a browser that can decode it.', 'H.265 需要能解码的浏览器。'],
  no_viewers: ['viewers', 'The stream runs, but nobody plays it.', '码流正常，但没有人观看。'],
};

async function explained(page, check) {
  for (const [cause, [step, en, zh]] of Object.entries(causes)) {
    await page.goto(`${service}/console/#/trace/session/${cause}`);
    await page.waitForSelector('.steps .here');
    check(await page.getAttribute('.steps .here', 'data-step') === step, `${cause}: another step is marked`);
    check((await page.$$('.steps li')).length === 8, `${cause}: not all steps`);
    for (const [language, text, next] of [['en', en, 'Try what stands here.'], ['zh', zh, '请按此处的说明操作。']]) {
      await speak(page, language);
      const verdict = await page.innerText('.verdict');
      check(verdict.includes(text) && verdict.includes(next), `${cause} in ${language}: ${verdict}`);
    }
  }
  await page.goto(`${service}/console/#/trace/session/wrong_password`);
  await page.waitForSelector('.steps .here[data-step="login"]');
  await everywhere(page, check, folder, 'trace-double');
  check((await page.innerText('.facts')).includes('NET_DVR_PASSWORD_ERROR'), 'the device\'s own error is not among the facts');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(service).origin });
  await page.click('.explained button');
  await page.waitForSelector('text=Copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  check(copied.includes('The recorder refuses the password.') && copied.includes('✕ Login') && copied.includes('SRS'), `copied: ${copied}`);

  await page.goto(`${service}/console/#/trace`);
  await page.waitForSelector('.trace [data-text="traceIntro"]');
  await everywhere(page, check, folder, 'trace-empty');
  await page.fill('#handle', '4711');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict[data-severity="warning"]');
  const unknown = await page.innerText('.view.trace');
  check(unknown.includes('no stream with this play_handle'), 'an unknown handle is not explained');
  check(!/has ended|refreshed/.test(unknown), `a handle that never was is shown as one that has ended: ${unknown}`);
  await page.goto(`${service}/console/#/nowhere`);
  await page.waitForSelector('text=There is no such page.');
}

async function many(page, check) {
  await wish({ rows: 1000 });
  await page.goto(`${service}/console/#/sessions`);
  await page.waitForFunction(() => document.querySelectorAll('.streams tbody tr').length === 1008);
  await page.evaluate(() => { // the longest time between two frames
    globalThis.longest = 0;
    let last = performance.now();
    const frame = (now) => {
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let i = 0; i < 3; i++) await refreshed(page);
  await page.waitForTimeout(300);
  const longest = await page.evaluate(() => globalThis.longest);
  const began = Date.now();
  await page.fill('#filter', 'nvr-west');
  await page.waitForFunction(() => document.querySelectorAll('.streams tbody tr').length === 1);
  const filtered = Date.now() - began;
  await page.fill('#filter', '');
  await page.waitForFunction(() => document.querySelectorAll('.streams tbody tr').length === 1008);
  console.log(`1000 rows: a refresh blocks the page for ${Math.round(longest)} ms at most, a filter shows after ${filtered} ms`);
  check(longest < 1000, `a refresh of 1000 rows blocks the page for ${longest} ms`); // a slow machine under load; 150 ms are usual
  await wish({ empty: true });
  await refreshed(page);
  await page.waitForSelector('.empty:not([hidden])');
  check((await page.innerText('.empty')).startsWith('No stream yet'), 'an empty service is not told');
}

async function login(page, check, report) {
  report.expected = 401;
  await wish({ token: 'a-b+c/u' });
  await page.waitForSelector('#login[open]');
  check(await page.evaluate(() => document.activeElement.name) === 'token', 'the field of the token has no focus');
  await everywhere(page, check, folder, 'login');
  await page.fill('#login input', 'wrong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('login-refusal').textContent !== '');
  await audit(page, check, 'refused login');
  await page.fill('#login input', '密码');
  await page.keyboard.press('Enter');
  check(await page.textContent('#login-refusal') === 'The service does not take this token.', 'a token that no header can carry is not refused');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
  await page.waitForSelector('#login[open]');
  check(await page.$$eval('#login:modal', (all) => all.length) === 1, 'Escape takes the login away');
  await page.fill('#login input', 'a-b+c/u');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#login', { state: 'hidden' });
  await page.waitForSelector('.streams tbody tr');
  report.expected = 0;
  const kept = await page.evaluate(() => ({ session: JSON.stringify(sessionStorage), local: JSON.stringify(localStorage), url: location.href, cookie: document.cookie }));
  check(kept.session.includes('a-b+c/u') && ![kept.local, kept.url, kept.cookie].some((text) => text.includes('a-b')), `the token stands in ${JSON.stringify(kept)}`);
  await page.reload();
  await page.waitForSelector('.streams tbody tr');
  check(!await page.isVisible('#login'), 'a reload asks for the token again');
  report.expected = 401;
  await page.click('#logout');
  await page.waitForSelector('#login[open]');
  check(!await page.evaluate(() => JSON.stringify(sessionStorage).includes('a-b')), 'the token stays after the log-out');
}

await browse(folder, async (page, check, report) => {
  page.on('request', (request) => check(!request.url().includes('a-b'), 'the token is in an address'));
  await page.setViewportSize({ width: 1440, height: 900 });
  await list(page, check);
  await refresh(page, check);
  await held(page, check);
  await keyboard(page, check);
  await explained(page, check);
  await many(page, check);
  await login(page, check, report);
});
