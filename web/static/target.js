// The form in which an operator names a recorder. What is typed stays in the page: it is in no address and in no storage.

import { h } from './dom.js';
import { word } from './words.js';

// The simulated recorders of the demo.
const simulator = { nvr_addr: '127.0.0.1', nvr_user: 'admin', nvr_pwd: 'demo12345', stream_type: '0' };
export const presets = {
  hikvision: { ...simulator, nvr_category: '0', nvr_port: '8000', nvr_channel: '33', http_port: '18080', rtsp_port: '18554' },
  dahua: { ...simulator, nvr_category: '1', nvr_port: '37777', nvr_channel: '0', http_port: '28080', rtsp_port: '28554' },
};

// What the makers' recorders have where nobody has changed it: it follows the maker while it stands there.
const usual = { nvr_port: ['8000', '37777'], nvr_channel: ['33', '0'] };
const texts = new Set(['nvr_addr', 'nvr_user', 'nvr_pwd']);
const plain = { required: true, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' };
const digits = { inputmode: 'numeric', pattern: '[0-9]{1,5}', autocomplete: 'off' };

const fields = {
  nvr_category: () => select('nvr_category', 'vendor', ['0', 'hikvision'], ['1', 'dahua']),
  nvr_addr: () => input('nvr_addr', 'address', { ...plain, maxlength: '255', placeholder: '192.0.2.10' }),
  nvr_port: () => input('nvr_port', 'port', { ...digits, required: true, value: '8000' }),
  nvr_user: () => input('nvr_user', 'user', { ...plain, maxlength: '128', value: 'admin' }),
  nvr_pwd: () => input('nvr_pwd', 'password', { type: 'password', maxlength: '256', autocomplete: 'new-password' }),
  nvr_channel: () => input('nvr_channel', 'channel', { ...digits, required: true, value: '33' }),
  stream_type: () => select('stream_type', 'streamType', ['0', 'main'], ['1', 'sub']),
  http_port: () => input('http_port', 'httpPort', { ...digits, placeholder: '80' }),
  rtsp_port: () => input('rtsp_port', 'rtspPort', { ...digits, placeholder: '554' }),
};

let known = {}; // what was asked for last, so that it is typed once for all forms

// target makes a form with the fields of a recorder but those left out, and what follows them. submit is called with the request as the
// API wants it, the form's further fields as texts, and the button. With demo there are buttons that fill in the simulated recorders.
export function target({ leave = [], rest = [], demo, submit }) {
  const form = h('form', { class: 'card target', autocomplete: 'off' });
  if (demo) {
    form.append(h('div', { class: 'presets' }, ...Object.keys(presets).map((name) => h('button', {
      type: 'button', 'data-preset': name, 'data-text': `preset_${name}`, click: () => fill(form, presets[name]),
    }))));
  }
  form.append(...Object.keys(fields).filter((name) => !leave.includes(name)).map((name) => fields[name]()), ...rest);
  const maker = form.elements.nvr_category;
  maker.addEventListener('change', () => {
    for (const [name, [hikvision, dahua]] of Object.entries(usual)) {
      const field = form.elements[name];
      if (field && (field.value === hikvision || field.value === dahua)) field.value = usual[name][maker.value];
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const all = Object.entries(Object.fromEntries(new FormData(form)));
    const asked = Object.fromEntries(all.filter(([name]) => name in fields));
    known = { ...known, ...asked };
    submit(request(asked), Object.fromEntries(all.filter(([name]) => !(name in fields))), event.submitter);
  });
  return form;
}

// recall fills what was asked for last into a form in which no recorder is named yet.
export function recall(form) {
  if (!form.elements.nvr_addr.value) fill(form, known);
}

function fill(form, values) {
  for (const [name, value] of Object.entries(values)) if (form.elements[name]) form.elements[name].value = value;
}

// request turns the fields into numbers and leaves empty ones out.
export function request(values) {
  return Object.fromEntries(Object.entries(values)
    .filter(([name, value]) => value !== '' || name === 'nvr_pwd')
    .map(([name, value]) => [name, texts.has(name) ? value : Number(value)]));
}

// label is how a request is called above its picture.
export function label(asked, name) {
  const maker = word(asked.nvr_category === 1 ? 'dahua' : 'hikvision');
  return [maker, asked.nvr_addr, name ? `${asked.nvr_channel} ${name}` : asked.nvr_channel, asked.stream_type ? word('sub') : ''].filter((part) => part !== '').join(' · ');
}

function input(name, text, attributes) { return h('label', { class: name }, h('span', { 'data-text': text }), h('input', { name, ...attributes })); }

function select(name, text, ...options) {
  return h('label', { class: name }, h('span', { 'data-text': text }),
    h('select', { name }, ...options.map(([value, said]) => h('option', { value, 'data-text': said }))));
}
