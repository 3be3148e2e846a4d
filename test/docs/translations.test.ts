/** What is written twice, in English and in Chinese, says the same: commands, options, names, links and figures. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differencesOf } from '../support/documents.js';

const PAGES = ['README.md', 'docs/article.md'];
const chinese = (page: string) => page.replace('.md', '.zh.md');
const read = (file: string) => readFileSync(file, 'utf8');

for (const page of PAGES) {
  const names = { page, translation: chinese(page) };

  test(`${names.translation} has the commands, options and figures of ${page}`, () => {
    const differences = differencesOf(names, { page: read(page), translation: read(names.translation) });
    assert.is(differences.length, 0, `\n${differences.join('\n')}\nWhoever changes one page changes the other.`);
  });

  test(`${page} and ${names.translation} lead to each other in their first lines, and to nothing that is not there`, () => {
    for (const [from, to] of [Object.values(names), Object.values(names).reverse()]) {
      const head = read(from).split('\n').slice(0, 5).join('\n');
      assert.ok(head.includes(`](${to.split('/').at(-1)})`), `${from} does not begin with a link to ${to}`);
      for (const [, link] of read(from).matchAll(/\]\(([^)#]+)[^)]*\)/g))
        assert.ok(
          /^https?:/.test(link) || existsSync(join(dirname(from), link)),
          `${from} leads to ${link}, which is not there`,
        );
    }
  });
}

test('what a translation lacks is found and named: a command, an option, a figure of a table, a link, a heading', () => {
  const page = read('README.md');
  const found = (from: string | RegExp, to: string) => {
    const translation = page.replace(from, to);
    assert.is.not(translation, page);
    return differencesOf({ page: 'a.md', translation: 'b.md' }, { page, translation }).join('\n');
  };
  assert.is(differencesOf({ page: 'a.md', translation: 'b.md' }, { page, translation: page }).length, 0);
  assert.match(found('npx cameo doctor\n', ''), /b\.md lacks the line of code "npx cameo doctor" of a\.md:\d+/);
  assert.match(found('npx cameo doctor', 'npx cameo doctors'), /a\.md lacks the line of code "npx cameo doctors" of b\.md:\d+/);
  assert.match(found(/\| `--id COLUMN`.*\n/, ''), /b\.md lacks the row "--id COLUMN" of a\.md:\d+/);
  assert.match(found('| `StandardScaler`', '| `Scaler`'), /b\.md lacks the row "StandardScaler" of a\.md:\d+/);
  assert.match(found(/\| prediction, 1 M × 20.*\n/, ''), /b\.md lacks the row ".*2\.2.*" of a\.md:\d+: \| prediction, 1 M/);
  assert.match(found('13 × / 5 ×', '12 × / 5 ×'), /b\.md:\d+ has the figures .*12.*; a\.md:\d+ has .*13/);
  assert.match(found('](CONTRIBUTING.md)', ''), /b\.md lacks the link "CONTRIBUTING\.md" of a\.md:\d+/);
  assert.match(found('100,000 rows', 'many rows'), /b\.md lacks the figure "100,000" of a\.md:\d+/);
  assert.match(found('## Trade-offs\n', ''), /headings of a\.md and b\.md are not as many/);
});

test.run();
