// The field in which an operator asks about a play_handle.

import { h } from './dom.js';

// handleForm returns a form that calls asked with a handle.
export function handleForm(asked) {
  const field = h('input', {
    id: 'handle', name: 'play_handle', required: true, inputmode: 'numeric', pattern: '\\s*[0-9]{1,10}\\s*', maxlength: '20', autocomplete: 'off',
    'data-placeholder': 'handleHint',
  });
  return h('form', {
    class: 'ask-handle', autocomplete: 'off', submit: (event) => {
      event.preventDefault();
      asked(field.value.trim());
    },
  }, h('label', { for: 'handle', 'data-text': 'handleLabel' }), field, h('button', { type: 'submit', 'data-text': 'explain' }));
}
