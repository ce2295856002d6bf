// Proves that the console speaks both languages whole: each words-*.js has the same names in both, no name belongs to two files, Chinese
// is Chinese and English English, the same {values} stand in both, and every name that a page or module asks for is there and every
// one that is there is asked for.

import { readdir, readFile } from 'node:fs/promises';
import vm from 'node:vm';

const folder = new URL('../static/', import.meta.url);
const files = (await readdir(folder)).filter((name) => /\.(js|html)$/.test(name));
const problems = [];
const known = new Map(); // name to file
const sources = [];

// What reads the same in both languages.
const international = new Set(['handleLabel', 'sdk', 'net', 'rtsp']);
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join();

for (const file of files) {
  const text = await readFile(new URL(file, folder), 'utf8');
  if (!/^words-\w+\.js$/.test(file)) {
    sources.push([file, text]);
    continue;
  }
  const { en, zh } = vm.runInNewContext(`(${text.slice(text.indexOf('export default') + 'export default'.length).trim().replace(/;$/, '')})`);
  for (const name of new Set([...Object.keys(en), ...Object.keys(zh)])) {
    if (known.has(name)) problems.push(`${name} stands in ${known.get(name)} and in ${file}`);
    known.set(name, file);
    if (!en[name] || !zh[name]) {
      problems.push(`${file}: ${name} is missing in ${en[name] ? 'Chinese' : 'English'}`);
      continue;
    }
    if (values(en[name]) !== values(zh[name])) problems.push(`${file}: ${name} has other values in Chinese`);
    if (/[\u3000-\u9fff\uff00-\uffef]/.test(en[name])) problems.push(`${file}: ${name}: Chinese in English`);
    if (!/[\u4e00-\u9fff]/.test(zh[name].replace(/\{\w+\}/g, '')) && zh[name] !== en[name]) problems.push(`${file}: ${name} is no Chinese`);
    if (zh[name] === en[name] && !international.has(name) && /[a-z]{3}/.test(en[name])) problems.push(`${file}: ${name} is not translated`);
  }
}

// A name is asked for in quotes; where it is put together, `code${…}` or `${…}Long`, by all names that begin or end so.
const asked = sources.map(([, text]) => text).join('\n');
const begins = [...asked.matchAll(/`(\w+)\$\{/g)].map((match) => match[1]);
const ends = [...asked.matchAll(/`\$\{[^}]+\}(\w+)`/g)].map((match) => match[1]);
for (const [name, file] of known) {
  const whole = new RegExp(`['"\`]${name}['"\`]|\\b${name}:`).test(asked) || asked.includes(`data-text="${name}"`);
  if (!whole && !begins.some((begin) => name.startsWith(begin)) && !ends.some((end) => name.endsWith(end))) problems.push(`${file}: nothing asks for ${name}`);
}
for (const [file, text] of sources) {
  const wanted = /(?:data-(?:text|label|placeholder)'?(?:="|: ')|\bword\(')(\w+)["']/g;
  for (const [, name] of text.matchAll(wanted)) if (!known.has(name)) problems.push(`${file} asks for ${name}`);
}
for (let code = 600; code <= 609; code++) if (!known.has(`code${code}`)) problems.push(`no words for status_code ${code}`);
if (known.size < 100) problems.push(`only ${known.size} names found: the test looks at nothing`);

for (const problem of problems) console.error(problem);
console.log(`${known.size} names in both languages`);
process.exitCode = problems.length === 0 ? 0 : 1;
