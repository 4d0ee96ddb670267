// How the forms are filled in and sent.

export const CONFIRM = 'main form[action$="/confirm"] button[type=submit]';

// Presses a button, and waits for the page that answers.
const answered = (page, button) => Promise.all([page.waitForNavigation(), page.click(button)]);

export const submit = (page) => answered(page, 'main form[data-here] button[type=submit]');
export const confirm = (page) => answered(page, CONFIRM);

// Presses the button of the form that is sent to this address.
export const press = (page, action) => answered(page, `main form[action="${action}"][method=post] button[type=submit]`);

export async function fillDeduct(page, units, note = '') {
  await page.fill('#units', String(units));
  await page.check('#reason');
  await page.fill('#note', note);
}

export async function fillAdjust(page, units, note = '') {
  await page.check('#direction');
  await fillDeduct(page, units, note);
}

export async function fillSet(page, counted) {
  await page.fill('#counted', String(counted));
  await page.check('#reason');
}

const COLUMNS = 'Warehouse,SKU,Change (±),Set to,Note';

export const sheet = (lines) => ({
  name: 'count.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from([COLUMNS, ...lines].join('\r\n')),
});

// A sheet with two lines that cannot be read, as a file that people choose.
export const badSheet = (item, other) => sheet([
  `${item.warehouse},"${item.sku}",-1,,两箱压坏`,
  `${other.warehouse},"${other.sku}",,8o,`,
  `${other.warehouse},NO-SUCH-SKU,,1,`,
]);

export async function fillSheet(page, file) {
  await page.setInputFiles('#file', file);
  await page.check('#reason');
}

// A form that no page of ours has, sent from the page that is open. `fields` with their values.
export async function sendStrangeForm(page, action, fields, enctype = 'application/x-www-form-urlencoded') {
  await page.evaluate(([to, values, type]) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = to;
    form.enctype = type;
    for (const [name, value] of Object.entries(values)) {
      const field = document.createElement('textarea');
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
  }, [action, fields, enctype]);
  await Promise.all([page.waitForEvent('load'), page.evaluate(() => document.body.lastElementChild.submit())]);
}
