// Whether markup is valid, in a thread of its own: gets HTML, answers with what is wrong, one line each.

import { parentPort } from 'node:worker_threads';
import { HtmlValidate } from 'html-validate';

const markup = new HtmlValidate({
  extends: ['html-validate:recommended'],
  // Checkboxes of one name are one choice of many.
  rules: { 'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }] },
});

parentPort.on('message', async (source) => {
  const report = await markup.validateString(source);
  parentPort.postMessage(report.results.flatMap((result) => result.messages)
    .map((found) => `${found.ruleId} ${found.line}:${found.column} ${found.message}`));
});
