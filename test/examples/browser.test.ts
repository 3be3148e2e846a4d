/** The page in Chromium: by mouse, by keyboard, on a phone's width; what it shows is what Node computes; nothing leaves it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { build } from 'vite';
import { syntheticShop } from '../../examples/synthetic-shop.js';
import { openBrowser, type Served, serve } from '../support/browser.js';

const folder = mkdtempSync(join(tmpdir(), 'cameo-page-'));
const browser = await openBrowser();
const CSV = Buffer.from(syntheticShop(3000));

if (browser) {
  await build({
    configFile: 'examples/browser/vite.config.js',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  const html = readFileSync(join(folder, 'index.html'), 'utf8');

  /** Opens the page and gives it to `use`; fails for errors on it and for a request to anywhere else. */
  const visit = async (isolated: boolean, width: number, use: (page: Page, site: Served) => Promise<void>) => {
    const site = await serve(new URL(`file://${folder}/`), isolated, { '/': html });
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(request.url())) trouble.push(`asked ${request.url()}`);
      if (request.method() !== 'GET') trouble.push(`sent ${request.method()} ${request.url()}`);
    });
    try {
      await page.goto(site.url);
      await use(page, site);
      assert.equal(trouble, []);
    } finally {
      await page.close();
      site.close();
    }
  };
  const done = (page: Page) => page.waitForSelector('#result:not([hidden])', { timeout: 60_000 });
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  test('a dropped CSV is trained on by Web Workers; importances and reasons are shown', () =>
    visit(true, 1100, async (page) => {
      const data = await page.evaluateHandle((text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], 'shop.csv', { type: 'text/csv' }));
        return transfer;
      }, CSV.toString());
      await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
      await page.waitForSelector('#ask:not([hidden])');
      assert.match((await page.textContent('#table')) as string, /shop\.csv: 3,000 rows, 13 columns/);
      assert.is(await page.inputValue('#target'), 'churned');
      assert.is(await page.inputValue('#id'), 'user_id');
      assert.match(
        (await page.textContent('#id-hint')) as string,
        /^user_id: .*3,000 different\. Suggested, since its values are all different\.$/,
      );
      await page.evaluate(`globalThis.seen = new Set();
        new MutationObserver(() => seen.add(document.getElementById('status').textContent.split(' ')[0]))
          .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });`);
      await page.click('#train');
      await done(page);
      const stages = (await page.evaluate('[...seen]')) as string[];
      assert.ok(stages.includes('training'), `progress: ${stages}`);
      assert.match((await page.textContent('#engine')) as string, /\d+ Web Workers/);
      assert.match((await page.textContent('#metrics')) as string, /ROC AUC0\.[789]/);
      const bars = await page.locator('#importances li').count();
      assert.ok(bars >= 8);
      const first = (await page.textContent('#score')) as string;
      assert.match(first, /\d+\.\d % is the probability of churned = yes\./);
      assert.ok((await page.locator('#reasons li').count()) >= 5);
      const whole = await page.$$eval('.bars .name', (names) =>
        names.every((name) => name.scrollWidth <= name.clientWidth + 1),
      );
      assert.ok(whole, 'no name is cut');
      await page.click('#next');
      assert.is(await page.inputValue('#row'), '2');
      assert.is.not(await page.textContent('#score'), first);
      await page.screenshot({ path: 'build/page-wide.png', fullPage: true });
    }));

  test('by keyboard alone, on a phone, without isolation: one thread, nothing wider than the screen', () =>
    visit(false, 375, async (page) => {
      await page.keyboard.press('Tab');
      assert.is(await page.evaluate('document.activeElement.id'), 'file');
      await page.keyboard.press('Tab');
      assert.is(await page.evaluate('document.activeElement.id'), 'sample');
      await page.setInputFiles('#file', { name: 'shop.csv', mimeType: 'text/csv', buffer: CSV });
      await page.waitForSelector('#ask:not([hidden])');
      assert.is(await page.evaluate('document.activeElement.id'), 'train');
      await page.keyboard.press('Enter');
      await done(page);
      assert.match((await page.textContent('#engine')) as string, /one thread/);
      await page.focus('#row');
      await page.keyboard.press('ArrowUp');
      assert.is(await page.inputValue('#row'), '2');
      assert.is(await overflow(page), 0);
      const whole = await page.$$eval('.bars .name', (names) =>
        names.every((name) => name.scrollWidth <= name.clientWidth + 1),
      );
      assert.ok(whole, 'no name is cut');
      await page.screenshot({ path: 'build/page-phone.png', fullPage: true });
    }));

  test('what cannot be used is said; training can be stopped', () =>
    visit(true, 800, async (page) => {
      await page.setInputFiles('#file', { name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
      await page.waitForSelector('#table:not(:empty)');
      assert.match((await page.textContent('#table')) as string, /no header with two columns and 20 rows/);
      const rows = Array.from({ length: 30 }, (_, i) => `${i},5;x`);
      const said = async (text: string | Buffer, message: string) => {
        await page.setInputFiles('#file', { name: 'y.csv', mimeType: 'text/csv', buffer: Buffer.from(text as string) });
        await page.waitForFunction((part) => document.querySelector('#table')?.textContent?.includes(part), message);
      };
      await said(`price;b\n${rows.join('\n')}\n`, 'y.csv: 30 rows, 2 columns. price: numbers written like 1.234,5.');
      await said(`price;b\n${rows.join('\n')};z\n`, 'line 31 has 3 cells where the first line names 2');
      await said(Buffer.from('price;b\n5 \x80;x\n', 'latin1'), 'y.csv is not UTF-8');
      await page.click('#sample');
      await page.waitForSelector('#ask:not([hidden])');
      await page.selectOption('#target', 'user_id');
      assert.is.not(await page.inputValue('#id'), 'user_id', 'what is predicted is not suggested as the name of the user');
      await page.selectOption('#id', 'user_id');
      await page.click('#train');
      await page.waitForSelector('#error:not(:empty)');
      assert.match((await page.textContent('#error')) as string, /another column than the target/);
      await page.selectOption('#id', '');
      await page.selectOption('#target', 'churned');
      await page.click('#train');
      await page.click('#stop');
      await page.waitForSelector('#status:text-is("Stopped.")');
      assert.is(await page.isHidden('#result'), true);
    }));
  test.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
} else test.skip('the page', () => {});
test.run();
