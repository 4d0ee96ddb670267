// A desk of its own: private servers, demo data, a free port, and people of every role.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PASSWORD = 'correct horse battery';

// Who works here; `admin` is made by the first start.
export const PEOPLE = { operator: 'li.wei', supervisor: 'chen.yu', viewer: 'zhao.lei', admin: 'admin' };

const START_LIMIT = 120_000;
const COMMAND_LIMIT = 60_000;
// What happens by itself has happened after this long, and is looked for so often.
const PATIENCE = 20_000;
const LOOK = 100;

// Waits until `check` says that it is so.
export async function eventually(what, check) {
  const end = Date.now() + PATIENCE;
  while (!await check()) {
    if (Date.now() > end) throw new Error(`not yet, after ${PATIENCE} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, LOOK); });
  }
}

// The program under test, as `./dev test` built it.
const BUILT = fileURLToPath(new URL('../../target/debug/stockdesk', import.meta.url));
const PROGRAM = process.env.STOCKDESK_PROGRAM || BUILT;

function environment(folder, more) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('STOCKDESK_'));
  return {
    ...Object.fromEntries(own),
    STOCKDESK_DATA_DIR: folder,
    STOCKDESK_LISTEN: '127.0.0.1:0',
    STOCKDESK_SANDBOX_PAY_LISTEN: '127.0.0.1:0',
    STOCKDESK_ADMIN_PASSWORD: PASSWORD,
    ...more,
  };
}

// A desk where nothing has happened yet, and whose gate is away.
export const NEW = { STOCKDESK_DEMO_DATA: 'off', STOCKDESK_REDIS_URL: 'redis://127.0.0.1:1/' };

// Starts a desk and resolves once it listens. `settings` are STOCKDESK_* variables.
export async function openDesk(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sd-browser-'));
  const env = environment(folder, settings);
  const child = spawn(PROGRAM, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the desk did not start:\n${log}`)), START_LIMIT);
    const read = (chunk) => {
      log += chunk;
      const found = /listening on (http:\/\/\S+)/.exec(log);
      if (found) {
        clearTimeout(late);
        resolve(found[1]);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`the desk ended with ${code}:\n${log}`)));
  });
  const desk = {
    address,
    log: () => log,
    // Where its sandbox gateway is.
    till: () => /sandbox payments at (\S+)/.exec(log)[1],
    command: (args, input = '') => run(PROGRAM, args, env, input),
    // What only time brings about is written down by hand. Answers with the rows.
    sql: (statement) => run('mariadb', ['--no-defaults', `--socket=${folder}/run/mariadb.sock`,
      '--user=stockdesk', '--batch', '--skip-column-names', '--execute', statement, 'stockdesk'],
    { ...env, MYSQL_PWD: readFileSync(join(folder, 'database.password'), 'utf8').trim() }),
    // Its database is there, and does not answer.
    holdDatabase: (held) => {
      const pid = Number(readFileSync(join(folder, 'tmp', 'mariadb.pid'), 'utf8'));
      process.kill(pid, held ? 'SIGSTOP' : 'SIGCONT');
    },
    close: async () => {
      await new Promise((resolve) => {
        child.on('exit', resolve);
        if (!child.kill('SIGTERM')) resolve();
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const role of ['operator', 'supervisor', 'viewer']) {
    await desk.command(['user', 'add', PEOPLE[role], '--role', role], `${PASSWORD}\n`);
  }
  return desk;
}

// Runs one command beside the desk; resolves with what it printed.
function run(program, args, env, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, timeout: COMMAND_LIMIT });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stderr.on('data', (chunk) => { errors += chunk; });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${args.join(' ')} ended with ${code}: ${out}${errors}`));
    });
    // One that reads nothing may have ended already.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

// A shop that uses the JSON API with a key of its own.
export async function openShop(desk, name = 'browser-tests', scope = 'orders') {
  const key = /sk_\S+/.exec(await desk.command(['api-key', 'create', name, '--scope', scope]));
  if (!key) throw new Error('no key was printed');
  return async (method, path, body) => {
    const answer = await fetch(desk.address + path, {
      method,
      headers: { authorization: `Bearer ${key[0]}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, json: await answer.json() };
  };
}
