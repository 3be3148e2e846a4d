/** `cameo describe` as a user runs it: the text, the JSON, and a page that is whole without a script. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sparkline } from '../../src/cli/describe-text.js';
import { openBrowser } from '../support/browser.js';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(4);
const NAME = '<script>alert(1)</script>';
const rows = Array.from({ length: 500 }, (_, i) => [
  `u${i === 9 ? 8 : i}`,
  ['"<img src=x onerror=alert(2)>"', "a&b 'c'", 'plain'][Math.floor(next() * 3)],
  (next() * 40 + (i % 4 === 0 ? 12 : 0)).toFixed(1),
  `a long note, of secret${i}`,
  '',
  i % 4 === 0 ? 'yes' : 'no',
]);
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
writeFileSync(
  join(cwd, 'users.csv'),
  [['id', NAME, 'spent', 'note', 'blank', 'churned'], ...rows].map((row) => row.map(quoted).join()).join('\n'),
);
const describe = ['describe', 'users.csv', '--target', 'churned', '--id', 'id'];

test('the text: a line for each column, what is left out and why, what is not shown', async () => {
  const { code, stdout, stderr } = await cameo(describe, { cwd });
  assert.equal([code, stderr], [0, '']);
  const text = stdout.toString();
  assert.match(
    text,
    /^users\.csv: 500 rows, 6 columns; target 'churned' \(binary, 2 classes\); no row stands twice; 1 with an id/,
  );
  assert.match(text, /\n {2}spent +number +\d+ +\+0\.\d\d +[▁-█ ]{20} +0\.\d … [\d.]+ … [\d.]+\n/);
  assert.match(text, /\n {2}churned +target +2 +█▃ +no 75 %, yes 25 %\n/);
  assert.match(text, /\n {2}note +left out: free text +500\n/);
  assert.match(text, /Column 'note' is left out: 400 different values in 400 rows: an identifier or free text\./);
  assert.match(text, /Column 'blank' is left out: no value in any row\./);
  assert.match(text, /Column 'id' names users more than once: 1 of 500 rows repeats an id/);
  assert.match(
    text,
    /point-biserial correlation: of numbers .* goes with 'yes'\nCramér's V: |Cramér's V: [\s\S]*point-biserial/,
  );
  assert.match(text, /Not shown, since they are somebody's: .* values of fewer than 5 rows\./);
  assert.not.match(text, /secret/);
});

test('--json is one object; the same from an Arrow stream on standard input; --quiet is silent', async () => {
  const { code, stdout } = await cameo([...describe, '--json'], { cwd });
  assert.is(code, 0);
  const found = JSON.parse(stdout.toString());
  assert.equal(Object.keys(found), ['rows', 'target', 'duplicates', 'fewest', 'columns', 'reading', 'warnings']);
  assert.equal(Object.keys(found.warnings[0]), ['code', 'message', 'column', 'count']);
  assert.equal(
    found.warnings.map((w: { code: string }) => w.code),
    ['duplicate-ids', 'column-unsuited', 'column-empty'],
  );
  assert.not.match(stdout.toString(), /secret/);
  const column = (j: number) => rows.map((row) => row[j]);
  const input = tableToIPC(tableFromArrays({ id: column(0), spent: column(2).map(Number), churned: column(5) }));
  const stream = await cameo(['describe', '-', '--target', 'churned', '--id', 'id', '--json'], { cwd, input });
  assert.is(stream.code, 0, stream.stderr);
  const spent = (columns: { name: string }[]) => columns.find(({ name }) => name === 'spent');
  assert.equal(spent(JSON.parse(stream.stdout.toString()).columns), spent(found.columns));
  const quiet = await cameo([...describe, '--quiet'], { cwd });
  assert.equal([quiet.code, quiet.stdout.toString(), quiet.stderr], [0, '', '']);
});

test('the page: one file, nothing fetched, everything escaped', async () => {
  const { code, stdout } = await cameo([...describe, '--html', 'users.html'], { cwd });
  assert.is(code, 0);
  assert.match(stdout.toString(), /Page in users\.html\n$/);
  const page = readFileSync(join(cwd, 'users.html'), 'utf8');
  assert.not.match(page, /<(script|img|link|iframe|object|embed|form)|url\(|@import|javascript:|secret/i);
  assert.match(page, /&#60;script&#62;alert\(1\)&#60;\/script&#62;/);
  assert.match(page, /default-src 'none'/);
  // Each mark of the head and the body is closed in its place.
  const open: string[] = [];
  for (const [, slash, tag] of page.replace(/<!doctype html>|<(meta|br)\b[^>]*>/g, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (slash) assert.is(open.pop(), tag);
    else open.push(tag);
  }
  assert.equal(open, []);
});

test('the page in a browser without scripts: names, headings, pictures in words, light and dark, wide and narrow', async () => {
  const browser = await openBrowser();
  if (!browser) return console.log('skipped: no browser shows the page');
  try {
    for (const [colorScheme, width] of [
      ['light', 1200],
      ['dark', 360],
    ] as const) {
      const context = await browser.newContext({ colorScheme, javaScriptEnabled: false, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(join(cwd, 'users.html')).href);
      assert.is(asked.length, 1);
      assert.equal((await page.locator('article h3 span').allTextContents())[1], NAME);
      assert.is(await page.locator('article').count(), 6);
      assert.match(
        (await page.getByRole('img').first().getAttribute('aria-label')) ?? '',
        /^Histogram from 0\.\d to [\d.]+; the fullest of 20 bars/,
      );
      assert.is((await page.getByRole('table').count()) >= 3, true);
      assert.is(await page.getByRole('link', { name: 'spent' }).getAttribute('href'), '#c2');
      const ground = await page
        .locator('body')
        .evaluate((body) => [getComputedStyle(body).backgroundColor, document.documentElement.scrollWidth]);
      assert.equal(ground, [colorScheme === 'light' ? 'rgb(246, 243, 238)' : 'rgb(22, 24, 29)', width]);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});

test('what cannot be described ends with 2, and no page is left', async () => {
  for (const [args, message] of [
    [['--target', 'nope'], /Target column 'nope'/],
    [['--task', 'regression', '--target', 'churned'], /it holds text/],
    [['--id', 'nope'], /Id column/],
    [['--seed', 'x'], /whole number/],
    [['--html', './users.csv'], /named twice/],
  ] as const) {
    const { code, stderr } = await cameo(['describe', 'users.csv', '--html', 'none.html', ...args], { cwd });
    assert.is(code, 2);
    assert.match(stderr, message);
    assert.not(existsSync(join(cwd, 'none.html')));
  }
});

test('bars of one line', () => {
  assert.is(sparkline([0, 1, 4, 8]), ' ▂▅█');
  assert.is(sparkline([1000, 1, 0]), '█▁ ');
});

test.run();
