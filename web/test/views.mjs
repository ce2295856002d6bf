// What the tests of the console's views share: how a view is judged in both languages and at both widths.

import path from 'node:path';
import axe from 'axe-core';

export const widths = [1440, 390];
export const languages = ['en', 'zh'];

// audit lets axe-core look at the page, and at its width.
export async function audit(page, check, where) {
  await page.evaluate(axe.source); // not bound by the page's policy, which forbids foreign scripts
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, impact, help, nodes } of violations) {
    check(impact !== 'serious' && impact !== 'critical', `${where}: ${impact} ${id}: ${help}: ${nodes.map((node) => node.html).join(' ').slice(0, 500)}`);
  }
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where}: wider than the window`);
}

// everywhere judges the view that is shown in both languages at both widths, and keeps a screenshot of each; look may judge more.
export async function everywhere(page, check, folder, name, look = () => {}) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 800 ? 844 : 900 });
    for (const language of languages) {
      await speak(page, language);
      const where = `${name}, ${language}, ${width} px`;
      await look(language, width);
      await audit(page, check, where);
      const text = await page.innerText('body');
      check(/[一-鿿]/.test(text.replaceAll('中文', '')) === (language === 'zh'), `${where}: the page does not speak this language alone`);
      await page.screenshot({ path: path.join(folder, `console-${name}-${language}-${width}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await speak(page, 'en');
  await page.emulateMedia({ colorScheme: 'dark' });
  await audit(page, check, `${name}, dark`);
  await page.screenshot({ path: path.join(folder, `console-${name}-en-1440-dark.png`) });
  await page.emulateMedia({ colorScheme: 'light' });
}

export async function speak(page, language) {
  if (await page.getAttribute('html', 'lang') === (language === 'zh' ? 'zh-CN' : 'en')) return;
  const where = await page.isVisible('#login') ? '#login' : 'header';
  await page.click(`${where} [data-language="${language}"]`);
}
