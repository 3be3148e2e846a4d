/** The benchmark's own arithmetic, its report as a page, its command; no time is asserted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareReports } from '../../src/bench/compare.js';
import { htmlOf } from '../../src/bench/html.js';
import { bound, type Limits } from '../../src/bench/limits.js';
import { measure } from '../../src/bench/measure.js';
import type { Report } from '../../src/bench/suite.js';
import { openBrowser } from '../support/browser.js';
import { cameo, folder } from '../support/command.js';
import { runtime } from '../support/runtimes.js';

const roof: Limits = {
  flops: 100e9,
  bandwidth: [
    { bytes: 1e4, read: 50e9, copy: 80e9 },
    { bytes: 1e8, read: 10e9, copy: 16e9 },
  ],
};

test('the binding limit is the slower of operations and bytes, at the level that holds the working set', () => {
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9 * b, `${a} ${b}`);
  const computing = bound(roof, { flops: 1e9, read: 1e6, written: 0, workingSet: 1e3 });
  assert.is(computing.by, 'operations');
  near(computing.seconds, 0.01);
  const reading = bound(roof, { flops: 1, read: 1e9, written: 0, workingSet: 1e3 });
  assert.is(reading.by, 'bandwidth');
  near(reading.seconds, 0.02);
  // What is written pairs with as much that is read: a copy. The rest is read.
  near(bound(roof, { flops: 1, read: 3e9, written: 1e9, workingSet: 1e7 }).seconds, 2e9 / 16e9 + 2e9 / 10e9);
  near(bound(roof, { flops: 1, read: 1e9, written: 0, workingSet: 1e12 }).seconds, 0.1);
});

test('a measurement counts every call and orders its quantiles', async () => {
  let calls = 0;
  const timing = await measure(() => {
    calls++;
    Math.max(...Array.from({ length: 1000 }, (_, i) => i % 7));
  }, 0.02);
  assert.ok(calls > timing.calls && timing.calls >= 5);
  assert.ok(timing.median > 0 && timing.p99 >= timing.median && timing.spread >= 0 && timing.cold > 0);
});

// The command itself, on the smallest machine that it can be told of.
const out = folder();
const { code, stdout, stderr } = await cameo(['bench', '--threads', '1', '--json', '-o', out]);
const report: Report = JSON.parse(stdout.toString());

test('`cameo bench` reports limits, programs and scaling, and writes JSON and a page', () => {
  assert.equal([code, stderr], [0, '']);
  assert.equal(JSON.parse(readFileSync(join(out, 'bench.json'), 'utf8')), report);
  for (const value of [report.version, report.runtime, report.cpu, report.build, report.date]) assert.ok(value.length > 0);
  const names = new Set(report.results.map((r) => r.name));
  for (const name of ['dense', 'moments', 'standardization', 'top 10, rank 64', 'factorization, rank 64'])
    assert.ok(names.has(name));
  for (const r of report.results) {
    assert.ok(
      [r.median, r.p99, r.cold, r.rate, r.share].every((v) => Number.isFinite(v) && v > 0),
      r.name,
    );
    assert.ok(['operations', 'bandwidth'].includes(r.limit));
  }
  assert.equal(
    report.scaling.map((s) => s.users),
    [1000, 10000, 100000],
  );
});

test('what moved by more than the noise of both reports is marked, and nothing else', () => {
  const change = (ratio: number): Report => ({
    ...report,
    results: report.results.map((r, i) => (i === 0 ? { ...r, median: r.median * ratio, spread: 0.01 } : r)),
  });
  const steady = { ...report, results: report.results.map((r) => ({ ...r, spread: 0.01 })) };
  const marks = (ratio: number) => compareReports(steady, change(ratio)).map(({ moved }) => moved);
  assert.equal(marks(1.02).slice(0, 1), ['alike']);
  assert.equal(marks(1.2).slice(0, 2), ['slower', 'alike']);
  assert.is(marks(0.8)[0], 'faster');
  assert.equal(compareReports({ ...report, results: [] }, report), []);
});

test('--compare reads an older report; what is none is refused before anything is measured', async () => {
  const bad = await cameo(['bench', '--compare', 'package.json']);
  assert.is(bad.code, 2);
  assert.match(bad.stderr, /no report of cameo bench/);
  assert.is((await cameo(['bench', '--compare', join(out, 'absent.json')])).code, 2);
});

for (const name of ['deno', 'bun']) {
  const command = runtime(name);
  if (!command) continue;
  test(`the same suite runs in ${name}`, async () => {
    const flags = name === 'deno' ? ['run', '--allow-all', '--quiet'] : [];
    const { execFileSync } = await import('node:child_process');
    const args = [...flags, 'dist/src/command/main.js', 'bench', '--threads', '1', '--json'];
    const found: Report = JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    assert.match(found.runtime, new RegExp(name, 'i'));
    assert.equal(
      found.results.map((r) => `${r.name} ${r.size}`),
      report.results.map((r) => `${r.name} ${r.size}`),
    );
  });
}

const browser = await openBrowser();
if (browser) {
  test('the page stands alone, fits a phone and shows every number', async () => {
    const peers = [{ work: 'a <product>', peer: 'other', ours: 1, theirs: 2.5, least: 2 }];
    const page = await browser.newPage({ viewport: { width: 375, height: 800 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    try {
      await page.setContent(htmlOf({ ...report, peers }));
      assert.is(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), 0);
      assert.is(await page.locator('svg').count(), 2);
      assert.is(await page.locator('svg circle').count(), report.results.filter((r) => r.bytes > 0).length + 3);
      assert.is(await page.locator('tbody').nth(1).locator('tr').count(), report.results.length);
      assert.match((await page.textContent('.bars')) as string, /a <product>.*2\.50 ×/s);
      const outside = `[...document.querySelectorAll('svg circle, svg line')].filter((e) => {
        const [a, b] = [e.getBoundingClientRect(), e.ownerSVGElement.getBoundingClientRect()];
        return !(a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1);
      }).length`;
      assert.is(await page.evaluate(outside), 0);
      assert.equal(asked, []);
      await page.setViewportSize({ width: 1000, height: 800 });
      await page.screenshot({ path: 'build/bench.png', fullPage: true });
    } finally {
      await browser.close();
    }
  });
}
test.run();
