/** Text in the width of a terminal: lines break at words, cells stay in their columns. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { columns } from '../../src/cli/terminal.js';
import { widthOf, wrap } from '../../src/cli/text.js';

test('columns that characters take', () => {
  assert.equal(['', 'abc', 'é', 'e\u0301', '漢字', '한글', '🛒', '…', '█'].map(widthOf), [0, 3, 1, 1, 4, 4, 2, 1, 1]);
});

test('lines break at words, and go on as they began', () => {
  assert.is(wrap('one two three four', 9), 'one two\nthree\nfour');
  assert.is(wrap('  one two three\nfour', 9), '  one two\n  three\nfour');
  assert.is(wrap('漢字 漢字 漢字', 9), '漢字 漢字\n漢字');
  assert.is(wrap('a  b   c', 80), 'a  b   c');
  assert.is(wrap('/a/very/long/path is whole', 8), '/a/very/long/path\nis whole');
  assert.is(wrap('as it is', Number.POSITIVE_INFINITY), 'as it is');
});

test('no word is lost or broken, and no line wider than it must be', () => {
  const word = fc.oneof(fc.stringMatching(/^[a-z]{1,12}$/), fc.constantFrom('漢字', '—', "'x'", '🛒'));
  const text = fc.array(fc.tuple(fc.constantFrom('', '  ', '    '), fc.array(word, { maxLength: 30 })), { maxLength: 4 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 60 }), (paragraphs, width) => {
      const given = paragraphs.map(([indent, list]) => (list.length > 0 ? indent + list.join(' ') : '')).join('\n');
      const broken = wrap(given, width);
      assert.equal(broken.split(/\s+/).filter(Boolean), given.split(/\s+/).filter(Boolean));
      for (const line of broken.split('\n')) assert.ok(widthOf(line) <= width || !line.trim().includes(' '), line);
      // As few lines as there can be: no first word of a line fits behind the one before.
      assert.ok(broken.split('\n').length >= paragraphs.length);
    }),
  );
});

test('cells stand below each other; the last goes on below itself', () => {
  const rows = [
    ['kernels', 'relaxed-shared', '59 GFLOPS multiply-add on one thread'],
    ['漢字', '漢', 'x'],
  ];
  assert.is(
    columns(rows, [], 80),
    '  kernels  relaxed-shared  59 GFLOPS multiply-add on one thread\n  漢字     漢              x',
  );
  assert.is(
    columns(rows, [], 50),
    [
      '  kernels  relaxed-shared  59 GFLOPS multiply-add',
      '                           on one thread',
      '  漢字     漢              x',
    ].join('\n'),
  );
  assert.is(
    columns(rows, [], 32),
    ['  kernels  relaxed-shared', '    59 GFLOPS multiply-add on', '    one thread', '  漢字     漢              x'].join('\n'),
  );
  assert.is(
    columns(
      [
        ['a', '1'],
        ['b', '22'],
      ],
      [1],
      80,
    ),
    '  a   1\n  b  22',
  );
});

test('a column alone goes on below itself too, and an empty cell has no line of its own', () => {
  assert.is(columns([['one two three four']], [], 19), '  one two three\n  four');
  const rows = [
    ['a', ''],
    ['b', 'one two three four five'],
  ];
  assert.is(columns(rows, [], 22), '  a\n  b  one two three\n     four five');
});

test('bars are shortened together, so that they can still be compared', () => {
  const rows = [
    ['champions', '40', '█'.repeat(30)],
    ['lost', '10', '█'.repeat(15)],
  ];
  const bars = columns(rows, [1], 37)
    .split('\n')
    .map((line) => line.match(/█+/)?.[0].length);
  assert.equal(bars, [20, 10]);
});

test.run();
