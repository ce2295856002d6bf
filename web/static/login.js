// The login: a dialog that stands before everything else until the service takes the token.

import * as api from './api.js';
import { problem, word } from './words.js';

// guard shows the dialog whenever the service asks for a token. entered is called when one was taken, and changed whenever there is a
// token or none any more.
export function guard(dialog, { entered, changed }) {
  const form = dialog.querySelector('form');
  const field = form.elements.token;
  const refusal = form.querySelector('.problem');

  function ask() {
    if (dialog.open) return;
    api.setToken('');
    changed();
    dialog.showModal();
    field.focus();
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = field.value.trim();
    const possible = /^[!-~]+$/.test(given); // what the configuration takes, and a header can carry
    api.setToken(possible ? given : '');
    const answer = possible ? await api.info() : { status_code: 401 };
    if (answer.status_code === 401 || answer.status_code === 0) {
      api.setToken('');
      refusal.textContent = answer.status_code === 401 ? word('tokenRefused') : problem(0);
      field.setAttribute('aria-invalid', 'true');
      field.select();
      return;
    }
    field.value = '';
    refusal.textContent = '';
    field.removeAttribute('aria-invalid');
    dialog.close();
    changed();
    entered();
  });
  // Behind the dialog nothing can be used. Browsers let Escape close it all the same when it is pressed again.
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  dialog.addEventListener('close', () => { if (!api.token()) dialog.showModal(); });
  document.addEventListener('unauthorized', ask);
}

// logout forgets the token; the next call asks for it.
export function logout() {
  api.setToken('');
  document.dispatchEvent(new Event('unauthorized'));
}
