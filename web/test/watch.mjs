// Proves in a headless browser that the console shows live pictures and recordings of both makers' recorders, and moves their cameras.
//
//   node web/test/watch.mjs [URL of the service] [folder for screenshots] [control interface of the simulator] [recorders as JSON]
//
// The defaults are those of the demo. Recorders are what is typed for each simulated one, where it is not the demo's:
// {"hikvision":{"nvr_port":…,"http_port":…,"rtsp_port":…},"dahua":…}. Exit code 0 means: two live pictures moved and showed the moment, also behind another view; the pad moved both cameras by mouse,
// touch and keys, and they stopped soon after; the recorder's page listed channels and started one; recordings of both makers ran, a click,
// a drag and a key on the timeline showed the right recorded second, by the service's word and by the picture itself; pause, speed and end
// were shown; every view in both languages, at both widths, without a serious finding; and nothing was left running.

import { browse, clocks, moving, patience, shots } from './browser.mjs';
import { second } from './pictureclock.mjs';
import { everywhere } from './views.mjs';

const demo = { hikvision: { nvr_port: 8000, http_port: 18080, rtsp_port: 18554 }, dahua: { nvr_port: 37777, http_port: 28080, rtsp_port: 28554 } };
const [service = 'http://127.0.0.1:8091', folder = '.cache/demo-test', control = 'http://127.0.0.1:18090', ports = JSON.stringify(demo)] = process.argv.slice(2);
const login = { nvr_addr: '127.0.0.1', nvr_user: 'admin', nvr_pwd: 'demo12345' };
const makers = ['hikvision', 'dahua'];
const given = JSON.parse(ports);
const recorders = Object.fromEntries(makers.map((maker, i) => [maker, { nvr_category: i, nvr_channel: i ? 0 : 33, ...login, ...given[maker] }]));
const secret = recorders.hikvision.nvr_pwd;

// fill types into the form of the view that is shown.
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`.target:visible [name="${name}"]`);
    if (await field.count() === 0) continue;
    if (name === 'nvr_category' || name === 'stream_type') await field.selectOption(String(value));
    else await field.fill(String(value));
  }
}

const view = async (page, name) => {
  await page.click(`nav [data-view="${name}"]`);
  await page.waitForSelector(`.view.${name} h1`);
};

const opened = async (page, selector) => {
  if (!await page.locator(`${selector}[open]:visible`).count()) await page.click(`${selector}:visible > summary`);
};

const cards = (page) => page.locator('.player:visible');

// until waits for a condition that is asked in this program.
async function until(what, condition, limit = patience) {
  for (const end = Date.now() + limit; Date.now() < end;) {
    const value = await condition();
    if (value) return value;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`not seen: ${what}`);
}

const playing = (page, n) => until(`${n} players playing`, () => page.$$eval('.player', (all, n) => {
  const seen = all.filter((card) => card.checkVisibility());
  return seen.length === n && seen.every((card) => card.dataset.state === 'playing');
}, n));

// near tells how far two times within the minute are apart, in seconds.
const near = (a, b) => Math.abs(((a - b) % 60 + 90) % 60 - 30);

async function wall(page, check) {
  await view(page, 'wall');
  check(!await page.isVisible('.player-missing'), 'mpegts.js is missing from the program');
  for (const maker of makers) {
    await opened(page, '.wall details');
    await fill(page, recorders[maker]);
    await page.click('.target:visible [type="submit"]');
  }
  await playing(page, 2);
  const first = await moving(page, 2, [], 5);
  const before = await shots(page, folder, 'live', 1);
  const then = await moving(page, 2, await clocks(page), 10);
  const after = await shots(page, folder, 'live', 2);
  before.forEach((image, i) => check(!image.equals(after[i]), `live ${makers[i]}: both screenshots are the same`));
  then.forEach((v, i) => console.log(`live ${makers[i]}: ${first[i].frames} -> ${v.frames} frames, width ${v.width}`));
  for (const i of [0, 1]) {
    const shown = await until('a clock in the picture', () => second(page, i));
    const behind = near(Date.now() / 1000, shown);
    check(behind < 6, `live ${makers[i]}: the picture is ${behind} s off`);
  }
  check(!page.url().includes(secret) && await page.evaluate((secret) => !JSON.stringify({ ...localStorage, ...sessionStorage }).includes(secret), secret),
    'the password is in an address or in a storage');
}

// behind shows that streams go on while another view is shown.
async function behind(page, check) {
  const connections = [];
  const note = (request) => { if (/\.flv|STREAM$/.test(request.url())) connections.push(request.url()); };
  page.on('request', note);
  await view(page, 'sessions');
  const before = await clocks(page);
  await moving(page, 2, before, 25);
  await view(page, 'wall');
  await moving(page, 2, await clocks(page), 5);
  page.off('request', note);
  check(connections.length === 0, `another view let a player start again: ${connections}`);
  await cards(page).first().locator('.why').click();
  await page.waitForSelector('.view.trace .verdict');
  check(/#\/trace\/handle\/\d+$/.test(page.url()), `"why is it black?" leads to ${page.url()}`);
  await view(page, 'wall');
}

async function journal() {
  const all = await (await fetch(`${control}/sim/journal`)).json();
  return Object.fromEntries(makers.map((maker) => [maker, (all[maker] ?? []).filter((one) => one.kind.startsWith('ptz-'))]));
}

// moved waits until a camera has moved so in new entries of the journal and stands again, and returns when it stood, in ms.
const moved = (maker, old, movement) => until(`${maker} has moved ${movement}`, async () => {
  const fresh = (await journal())[maker].slice(old);
  const last = fresh.at(-1);
  if (!fresh.some((one) => one.detail.includes(movement)) || !last || last.kind === 'ptz-start') return 0;
  const timed = last.kind === 'ptz-timed' ? Number(last.detail.split(' ').at(-1)) : 0;
  return Date.parse(last.time) + timed;
});

// pad holds a button by mouse and by touch, and keys.
async function pad(page, check) {
  const touch = await page.context().newCDPSession(page);
  for (const [i, maker] of makers.entries()) {
    const card = cards(page).nth(i);
    await card.locator('details.camera > summary').click();
    const at = async (command) => {
      const button = card.locator(`[data-move="${command}"]`);
      await button.scrollIntoViewIfNeeded();
      const { x, y, width, height } = await button.boundingBox();
      return { x: x + width / 2, y: y + height / 2 };
    };
    const ways = {
      mouse: ['pan left', async () => {
        const { x, y } = await at(8);
        await page.mouse.move(x, y);
        await page.mouse.down();
        return () => page.mouse.up();
      }],
      touch: ['up right', async () => {
        await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [await at(11)] });
        return () => touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      }],
      keys: ['tilt down', async () => {
        await card.locator('[data-move="7"]').focus();
        await page.keyboard.down('ArrowDown');
        return () => page.keyboard.up('ArrowDown');
      }],
    };
    for (const [way, [movement, hold]] of Object.entries(ways)) {
      const old = (await journal())[maker].length;
      const starts = async () => (await journal())[maker].slice(old).filter((one) => one.kind !== 'ptz-stop').length;
      const release = await hold();
      await until(`${maker}, ${way}: a movement that goes on while it is held`, async () => await starts() >= 3);
      await release();
      const released = Date.now();
      const before = await starts();
      const stood = await moved(maker, old, movement);
      console.log(`${maker}, ${way}: ${await starts()} movements, stood ${stood - released} ms after the release`);
      check(await starts() <= before + 1, `${maker}, ${way}: ${await starts() - before} movements were asked for after the release`);
      check(stood - released < 2500, `${maker}, ${way}: stood ${stood - released} ms after the release`);
      check(await card.locator('.pad .problem').count() === 0, `${maker}, ${way}: ${await card.locator('.pad').innerText()}`);
    }
    // All fourteen, each by the click of a screen reader.
    const old = (await journal())[maker].length;
    for (let command = 0; command < 14; command++) {
      const answered = page.waitForResponse((one) => one.url().endsWith('/PTZControl'));
      await card.locator(`[data-move="${command}"]`).evaluate((button) => button.click());
      const response = await answered;
      check((await response.json()).status_code === 200 && response.request().postDataJSON().command === command, `${maker}: command ${command}`);
    }
    await moved(maker, old, 'down right');
  }
}

// device looks at a recorder and starts what it lists.
async function device(page, check) {
  await view(page, 'device');
  await fill(page, { ...recorders.hikvision, nvr_pwd: 'wrong' });
  await page.click('.target:visible [type="submit"]');
  await page.waitForSelector('.device .problem');
  check((await page.textContent('.device .problem')).includes('606'), 'a wrong password is not told');
  for (const maker of makers) {
    await fill(page, recorders[maker]);
    await page.click('.target:visible [type="submit"]');
    await page.waitForSelector('.device .about', { timeout: patience });
    const channel = page.locator(`.device .channel[data-channel="${recorders[maker].nvr_channel}"]`);
    await channel.waitFor();
    const text = await channel.innerText();
    check(/H\.?264/i.test(text), `${maker}: the channel is told as ${text}`);
    check(await page.locator('.device .channel[data-state="offline"]').count() > 0, `${maker}: no camera is offline`);
    check(await page.locator('.device .ways [data-way="used"]').count() === 1, `${maker}: no way is in use`);
    await channel.locator('button.snapshot').click();
    await channel.locator('img').waitFor();
    check(await channel.locator('img').evaluate(async (image) => {
      await image.decode();
      return image.naturalWidth > 0;
    }), `${maker}: the snapshot is no picture`);
  }
  await everywhere(page, check, folder, 'device', () => page.locator('.device .about').evaluate((about) => about.scrollIntoView()));
  await page.locator(`.device .channel[data-channel="${recorders.dahua.nvr_channel}"] .liveSub`).click();
  await page.waitForSelector('.view.wall');
  await playing(page, 1);
  await moving(page, 1, await clocks(page), 5);
  await stop(page);
  await view(page, 'device');
  await page.locator(`.device .channel[data-channel="${recorders.dahua.nvr_channel}"] .recordings`).click();
  await page.waitForSelector('.view.playback');
  await playing(page, 1);
}

const read = (text) => Date.parse(`${text.replace(' ', 'T')}Z`) / 1000;
const position = async (page, i) => read(await cards(page).nth(i).locator('.position').textContent());

// lands waits until a recording has gone on for a second from the time that was asked for, by the service's word, with the picture of that
// second.
async function lands(page, i, asked, how, check) {
  const begun = Date.now();
  const seen = await until(`${how}: the picture of that second`, async () => {
    const shown = await second(page, i);
    const told = await position(page, i);
    const state = await cards(page).nth(i).getAttribute('data-state');
    return shown !== null && state === 'playing' && told > asked && near(shown, told) <= 2.5 && { ran: told - asked, off: near(shown, told) };
  }, 20000);
  const passed = (Date.now() - begun) / 1000;
  console.log(`${how}: ${seen.ran} s behind it after ${passed.toFixed(1)} s, and the picture ${seen.off.toFixed(1)} s from that`);
  check(seen.ran <= 3 + passed, `${how}: the position is ${seen.ran} s off`);
}

// sought waits for the seek that act makes, and returns the time that was asked for, in seconds.
async function sought(page, act) {
  const [response] = await Promise.all([page.waitForResponse((one) => one.url().endsWith('/POSITION')), act()]);
  const answer = await response.json();
  if (answer.status_code !== 200) throw new Error(`POSITION: ${JSON.stringify(answer)}`);
  return read(response.request().postDataJSON().pos_time);
}

async function seeks(page, check) {
  const connections = [];
  const note = (request) => { if (request.url().includes('.flv')) connections.push(request.url()); };
  page.on('request', note);
  for (const [i, maker] of makers.entries()) {
    const card = cards(page).nth(i);
    const track = card.locator('.track');
    await track.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await track.boundingBox();
    const [from, until_] = await Promise.all(['.from', '.until'].map(async (one) => read(await card.locator(one).textContent())));
    const time = (part) => from + (until_ - from) * part;
    const at = (part) => [x + width * part, y + height / 2];

    let asked = await sought(page, () => page.mouse.click(...at(0.3)));
    check(Math.abs(asked - time(0.3)) <= 2 + (until_ - from) / width, `${maker}: a click at 0.3 asked for ${asked - time(0.3)} s beside it`);
    await lands(page, i, asked, `${maker}, click`, check);

    const gap = await card.evaluate((one) => {
      const [first, then] = [...one.querySelectorAll('.block')].map((block) => block.getBoundingClientRect());
      return then && { x: (first.right + then.left) / 2, y: then.top + 5 };
    });
    if (gap) { // it goes on at the next recording
      await page.mouse.move(gap.x, gap.y);
      check((await card.locator('.tip').textContent()).includes('not recorded'), `${maker}: a gap is not told`);
      await sought(page, () => page.mouse.click(gap.x, gap.y));
      await lands(page, i, read((await card.locator('.files button').last().textContent()).slice(0, 19)), `${maker}, gap`, check);
    }

    await page.mouse.move(...at(0.45));
    await page.mouse.down();
    await page.mouse.move(...at(0.5));
    await page.mouse.move(...at(0.7));
    const preview = read((await card.locator('.tip').textContent()).slice(0, 19));
    asked = await sought(page, () => page.mouse.up());
    check(asked === preview, `${maker}: the drag showed ${preview} and asked for ${asked}`);
    check(Math.abs(asked - time(0.7)) <= 2 + (until_ - from) / width, `${maker}: a drag to 0.7 asked for ${asked - time(0.7)} s beside it`);
    await lands(page, i, asked, `${maker}, drag`, check);

    await track.focus();
    asked = await sought(page, () => page.keyboard.press('Home'));
    check(asked === from, `${maker}: Home asked for ${asked - from} s behind the beginning`);
    await lands(page, i, asked, `${maker}, Home`, check);
    const told = await track.getAttribute('aria-valuetext');
    check(Math.abs(read(told.slice(0, 19)) - await position(page, i)) <= 2, `${maker}: the slider says ${told}`);
    await card.locator('summary').filter({ hasText: 'Recordings' }).click();
    asked = await sought(page, () => card.locator('.files button').last().click());
    await lands(page, i, asked, `${maker}, file`, check);
  }
  page.off('request', note);
  check(connections.length === 0, `a seek let the player connect again: ${connections}`);
}

const hold = async (page, call, word) => {
  for (const i of makers.keys()) {
    const [response] = await Promise.all([page.waitForResponse((one) => one.url().endsWith(call)), cards(page).nth(i).locator('.hold').click()]);
    if ((await response.json()).status_code !== 200) throw new Error(`${call}: ${await response.text()}`);
    await until(`${word} is said`, async () => await cards(page).nth(i).locator('.state').textContent() === word);
  }
};

async function pauses(page, check) {
  await hold(page, '/PAUSE', 'paused');
  await page.waitForTimeout(1500); // what was on its way is shown by then
  const look = async () => ({ clocks: await clocks(page), positions: await Promise.all(makers.map((_, i) => position(page, i))) });
  const held = await look();
  await page.waitForTimeout(9000); // longer than a live picture may stand still
  const later = await look();
  makers.forEach((maker, i) => {
    check(held.positions[i] === later.positions[i], `pause, ${maker}: the position goes on`);
    check(held.clocks[i].frames === later.clocks[i].frames, `pause, ${maker}: the picture goes on`);
  });
  await hold(page, '/RESUME', 'playing');
  const on = await look();
  makers.forEach((maker, i) => check(Math.abs(on.positions[i] - later.positions[i]) <= 3, `resume, ${maker}: goes on elsewhere`));
  await moving(page, 2, later.clocks, 25);
}

// speeds lets the recordings run at other speeds: the position must run so much faster, and the picture move.
async function speeds(page, check) {
  for (const speed of ['4', '0.5', '1']) {
    for (const i of makers.keys()) {
      const [response] = await Promise.all([page.waitForResponse((one) => one.url().endsWith('/SPEED')), cards(page).nth(i).locator('.speed').selectOption(speed)]);
      check((await response.json()).status_code === 200, `speed ${speed}: ${await response.text()}`);
    }
    await playing(page, 2);
    await moving(page, 2, await clocks(page), 5);
    const from = { positions: await Promise.all(makers.map((_, i) => position(page, i))), clocks: await clocks(page), at: Date.now() };
    await page.waitForTimeout(4000);
    const passed = (Date.now() - from.at) / 1000;
    const now = await clocks(page);
    for (const [i, maker] of makers.entries()) {
      const ran = await position(page, i) - from.positions[i];
      const shown = now[i].time - from.clocks[i].time;
      console.log(`speed ${speed}, ${maker}: ${ran} s recorded, ${shown.toFixed(1)} s shown in ${passed.toFixed(1)} s`);
      check(Math.abs(ran - passed * speed) <= 2 + 2 * speed, `speed ${speed}, ${maker}: ${ran} s in ${passed} s`);
      check(shown > passed / 2, `speed ${speed}, ${maker}: the picture stands still`);
    }
  }
}

async function recordings(page, check) {
  await view(page, 'playback');
  for (const maker of makers) {
    await opened(page, '.playback .view > details');
    await fill(page, recorders[maker]);
    await page.click('#play-recording');
  }
  await playing(page, 2);
  const first = await moving(page, 2, [], 5);
  const before = await shots(page, folder, 'recording', 1);
  await moving(page, 2, first, 25);
  const after = await shots(page, folder, 'recording', 2);
  before.forEach((image, i) => check(!image.equals(after[i]), `recording ${makers[i]}: both screenshots are the same`));
  check(await page.locator('.track .block').count() >= 2, 'the timeline shows no files');
  await seeks(page, check);
  await everywhere(page, check, folder, 'playback');
  await pauses(page, check);
  await speeds(page, check);
  for (const i of makers.keys()) {
    await cards(page).nth(i).locator('.track').focus();
    await sought(page, () => page.keyboard.press('End'));
  }
  await until('the end is said', () => page.$$eval('.player', (all) => all.every((card) => card.dataset.state === 'ended' && card.querySelector('.overlay').textContent.includes('605'))));
  await stop(page);
}

async function stop(page) {
  for (const card of await cards(page).all()) {
    await cards(page).first().locator('.stop').click();
    void card;
  }
  await page.waitForSelector('.player', { state: 'detached' });
}

await browse(folder, async (page, check) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${service}/console/`);
  await wall(page, check);
  await everywhere(page, check, folder, 'wall');
  await pad(page, check);
  await everywhere(page, check, folder, 'ptz');
  await behind(page, check);
  await stop(page);
  await recordings(page, check);
  await device(page, check);
  await page.goto('about:blank'); // a stream that runs must end with the page
});
