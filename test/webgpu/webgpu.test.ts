/** The conformance battery in every runtime that has WebGPU; each is started here, on a software adapter where there is no GPU. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { modulePage, openBrowser, serve } from '../support/browser.js';
import { cameo } from '../support/command.js';
import { inRuntime, skip, vulkan } from '../support/runtimes.js';
import { near, type Outcome } from './check.js';

/** What every run goes through; fewer would be a run that broke off. */
const CASES = 26;
const ARGUMENTS: Record<string, string[]> = { node: [], bun: [], deno: ['run', '--allow-all', '--quiet'] };

interface Report {
  adapter: string | null;
  outcomes: Outcome[];
}

function judge(name: string, { adapter, outcomes }: Report) {
  if (!adapter) {
    console.log(`skipped: WebGPU in ${name}: it has no adapter on this machine`);
    return;
  }
  const failed = outcomes.filter(({ error }) => error !== undefined);
  assert.equal(failed, [], `${name}, ${adapter}`);
  assert.is(outcomes.length, CASES);
  console.log(`${name}: ${outcomes.length} cases on ${adapter}`);
}

for (const name of ['node', 'bun', 'deno']) {
  inRuntime(name, 'programs on WebGPU equal the scalar references', async (command) => {
    const file = fileURLToPath(new URL('./run.js', import.meta.url));
    const run = () =>
      new Promise<string>((resolve, reject) => {
        const options = { env: vulkan(name), timeout: 600_000, maxBuffer: 1e8 };
        execFile(command, [...ARGUMENTS[name], file], options, (error, stdout, stderr) =>
          error ? reject(new Error(`${error.message}\n${stderr.slice(-2000)}`)) : resolve(stdout),
        );
      });
    // Bun 1.4 with Dawn now and then ends in a panic of its own; a wrong result is never tried again.
    const printed = await run().catch((error: Error) => {
      if (name !== 'bun' || !/panic\(main thread\)/.test(error.message)) throw error;
      console.log('bun panicked and is started once more');
      return run();
    });
    judge(name, JSON.parse(printed.trim().split('\n').at(-1) as string));
  });
}

const adapter = existsSync(vulkan('node').VK_ICD_FILENAMES ?? '');

test("under 'auto' sizes are measured once per device and written down", async () => {
  if (!adapter) {
    console.log('skipped: break-even and doctor with an adapter: SwiftShader of Debian chromium is not installed');
    return;
  }
  const cache = mkdtempSync(join(tmpdir(), 'cameo-cache-'));
  try {
    const env = { ...vulkan('node'), XDG_CACHE_HOME: cache };
    const file = fileURLToPath(new URL('./break-even.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    const found = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    assert.equal(found.preferred, [{ blocks: 16 }, {}]);
    assert.equal(found.before, {});
    // SwiftShader is slower at every size.
    assert.equal(found.after, { moments: null });
    assert.equal(found.known, { moments: null });
    assert.ok(Math.abs(found.mean - 1) < 1e-4);
    assert.match(found.early, /not looked for yet/);
    assert.is(found.plain.device, 'wasm');
    assert.match(found.plain.reason, /SwiftShader.*computes on the processor/);
    const book = JSON.parse(readFileSync(join(cache, 'cameo/webgpu.json'), 'utf8'));
    assert.equal(Object.values(book), [{ moments: null }]);
    const doctor = await cameo(['doctor', '--device', 'webgpu'], { env });
    assert.is(doctor.code, 0);
    for (const text of [/WebGPU +in use/, /SwiftShader/, /maxStorageBufferBindingSize +\d+/, /features/])
      assert.match(doctor.stdout.toString(), text);
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test('a device is lost, then the worker that goes on: training is that of one that nothing happened to', async () => {
  if (!adapter) {
    console.log('skipped: a lost device and a dead worker: SwiftShader of Debian chromium is not installed');
    return;
  }
  const file = fileURLToPath(new URL('./lost-then-dead.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: vulkan('node') });
  const { lost, calm } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
  assert.match(lost.reason, /lost/);
  assert.is(lost.losses.length, 30);
  assert.equal(lost.scores, calm.scores);
  near(lost.losses, calm.losses, 1e-4, 'the loss');
  near(lost.parameters, calm.parameters, 1e-3, 'parameters');
});

test("without an adapter '--device webgpu' ends with what is missing", async () => {
  const env = { ...process.env, VK_ICD_FILENAMES: '/nowhere.json' };
  const { code, stderr } = await cameo(['doctor', '--device', 'webgpu'], { env });
  assert.is(code, 2);
  assert.match(stderr, /Device 'webgpu' was asked for: WebGPU has no adapter on this machine/);
});

const PAGE = modulePage(
  'battery',
  `
import { battery } from '/test/webgpu/battery.js';
import { createEngine } from '/src/engine/create-browser.js';
const adapter = await navigator.gpu?.requestAdapter();
const { vendor, architecture, description } = adapter?.info ?? {};
const outcomes = adapter ? await battery(createEngine, navigator.gpu) : [];
window.report = { adapter: adapter ? vendor + ' ' + architecture + ' ' + description : null, outcomes };
`,
);

const inChromium = 'programs on WebGPU equal the scalar references in Chromium';
const browser = await openBrowser();
if (!browser) skip(inChromium, 'Chromium is not installed');
else {
  test(inChromium, async () => {
    const site = await serve(new URL('../../', import.meta.url), false, { '/': PAGE });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(site.url);
      await page.waitForFunction('window.report', undefined, { timeout: 600_000 }).catch((error) => {
        throw new Error(`${error.message}\n${errors.join('\n')}`);
      });
      judge('Chromium', (await page.evaluate('window.report')) as Report);
    } finally {
      site.close();
      await browser.close();
    }
  });
}

test.run();
