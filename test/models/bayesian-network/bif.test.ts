/** Networks in BIF: what is written is read as the same, what is not as it should be is refused with its line, and altered texts never do harm. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../../src/errors.js';
import { readBif, writeBif } from '../../../src/models/bayesian-network/bif.js';
import { order } from '../../../src/programs/bayesian-network/graph.js';
import type { DiscreteNetwork } from '../../../src/programs/bayesian-network/network.js';
import { drawer } from '../../../src/random.js';
import { altered } from '../../support/altered.js';
import { networkText } from '../../support/public-networks.js';
import { refusal } from '../../support/refused.js';
import { generator } from '../../support/tables.js';

const EDGES = { asia: 8, child: 25, alarm: 46, insurance: 52 };
const texts = Object.keys(EDGES).flatMap((name) => {
  const text = networkText(name);
  return text === undefined ? [] : [[name as keyof typeof EDGES, text] as const];
});

/** What is wrong with a network; undefined for one that keeps its contract. */
function fault({ names, states, parents, tables }: DiscreteNetwork): string | undefined {
  const n = names.length;
  if (n === 0 || new Set(names).size < n || states.length !== n || parents.length !== n || tables.length !== n) return 'names';
  if (order(n, (from, to) => parents[to].includes(from)).length < n) return 'a cycle';
  for (let i = 0; i < n; i++) {
    const many = states[i].length;
    if (many < 1 || new Set(states[i]).size < many) return `states of ${names[i]}`;
    if (new Set([i, ...parents[i]]).size <= parents[i].length || parents[i].some((p) => !(p >= 0 && p < n)))
      return `parents of ${names[i]}`;
    if (tables[i].length !== parents[i].reduce((product, p) => product * states[p].length, many)) return `size of ${names[i]}`;
    for (let at = 0; at < tables[i].length; at += many) {
      const row = tables[i].subarray(at, at + many);
      if (row.some((p) => !(p >= 0)) || !(Math.abs(row.reduce((a, b) => a + b, 0) - 1) <= 1e-6)) return `a row of ${names[i]}`;
    }
  }
  return undefined;
}

for (const [name, text] of texts) {
  test(`${name} is read, and what is written of it is read as the same`, () => {
    const network = readBif(text);
    assert.is(fault(network), undefined);
    assert.is(network.parents.flat().length, EDGES[name]);
    assert.equal(readBif(writeBif(network, name)), network);
    // Every number of the file is in the tables as it stands there.
    const numbers = [...text.matchAll(/(?:table|\)) ([\d.eE, -]+);/g)].flatMap(([, list]) => list.split(',').map(Number));
    const all = network.tables.flatMap((table) => [...table]);
    assert.equal(
      all.sort((a, b) => a - b),
      numbers.sort((a, b) => a - b),
    );
  });
}

test('asia is what its file says', () => {
  const text = texts.find(([name]) => name === 'asia')?.[1];
  if (!text) return;
  const { names, states, parents, tables } = readBif(text);
  assert.equal(names, ['asia', 'tub', 'smoke', 'lung', 'bronc', 'either', 'xray', 'dysp']);
  assert.equal(states[0], ['yes', 'no']);
  assert.equal(parents, [[], [0], [], [2], [2], [3, 1], [5], [4, 5]]);
  // dysp | bronc, either: (yes, yes) 0.9, (yes, no) 0.8, (no, yes) 0.7, (no, no) 0.1
  assert.equal([...tables[7]], [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.1, 0.9]);
});

test('any network is read as it was written, whatever its names', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'table',
      '12+',
      '<5',
      '>=7.5',
      'Asy/Patch',
      '//x',
      '/*',
      'a b',
      '{',
      ',',
      '',
      '年齢',
      '\u00a0',
      'x\ty',
      '__proto__',
      '|',
    ),
    fc.string({ maxLength: 6 }).filter((text) => !/["\n]/.test(text)),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
      fc.array(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 1e6 }),
      (names, some, seed) => {
        const next = generator(seed);
        const states = some.slice(0, names.length);
        // A child may be declared before its parents, and has them in any order.
        const parents = names.map((_, i) =>
          names
            .map((__, p) => p)
            .filter((p) => p > i && next() < 0.5)
            .sort(() => next() - 0.5),
        );
        const tables = names.map((_, i) => {
          const many = states[i].length;
          const table = new Float64Array(parents[i].reduce((product, p) => product * states[p].length, many));
          for (let at = 0; at < table.length; at += many) {
            const row = Array.from({ length: many }, () => (next() < 0.2 ? 0 : next() ** 9));
            const sum = row.reduce((a, b) => a + b, 0);
            row.forEach((p, k) => {
              table[at + k] = sum > 0 ? p / sum : Number(k === 0);
            });
          }
          return table;
        });
        const network = { names, states, parents, tables };
        assert.equal(readBif(writeBif(network)), network);
      },
    ),
    { numRuns: 300 },
  );
});

const A = 'variable a { type discrete [ 2 ] { x, y }; }\n';
const B = 'variable b { type discrete [ 3 ] { 0, 1, 2 }; }\n';
const PA = 'probability ( a ) { table 0.25, 0.75; }\n';

test('comments, quotes, properties, tables of children, defaults and rows that are rounded', () => {
  const { names, states, parents, tables } = readBif(`\ufeff// a comment
network "two words" { property author = me; property 1; }
/* another
   comment */ variable "a" { property x = 1; type discrete[2] { "x" y }; property z; }
${B}variable c { type discrete [ 2 ] { n, j }; }
probability(a) { property p = 2; table 2.5e-1 .75 ; }
probability ( b | a ) { table 0.1, 0.2, 0.3, 0.3, 0.6, 0.5; }
probability ( c a, b ) { default 0.5, 0.5; (x, 1) 0.333, 0.667; (y 2) 0.9995, 0; }`);
  assert.equal(
    [names, states, parents],
    [
      ['a', 'b', 'c'],
      [
        ['x', 'y'],
        ['0', '1', '2'],
        ['n', 'j'],
      ],
      [[], [0], [0, 1]],
    ],
  );
  assert.equal([...tables[0]], [0.25, 0.75]);
  // The child's state is the slowest in a table.
  assert.equal([...tables[1]], [0.1, 0.3, 0.6, 0.2, 0.3, 0.5]);
  assert.equal([...tables[2]], [0.5, 0.5, 0.333, 0.667, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 0]);
});

test('what is not as it should be is refused with its line', async () => {
  const cases: [text: string, message: RegExp][] = [
    ['', /line 1: expected 'network', found the end\.$/],
    ['graph { }', /line 1: expected 'network', found 'graph'/],
    ['network x {', /line 1: expected 'property' or '}', found the end/],
    ['network { }', /line 1: expected a variable, found none/],
    ['network { }\n/* x', /line 2: expected the end of a comment/],
    ['network { }\nvariable "x\n', /line 2: expected the end of a text in quotes in the same line/],
    [`network { }\n${A}`, /line 3: expected a table of 'a', found the end/],
    [`network { }\nnode a { }`, /line 2: expected 'variable' or 'probability', found 'node'/],
    [`network { }\n${A}${A}`, /line 3: expected a name for each variable, found 'a' twice/],
    ['network { }\nvariable a { }', /line 2: expected a type of 'a', found none/],
    [
      'network { }\nvariable a { type continuous; }',
      /line 2: expected 'discrete', the only type that is read, found 'continuous'/,
    ],
    ['network { }\nvariable a { type discrete [ 0 ] { }; }', /line 2: expected 1 to 65535 states of 'a', found 0/],
    ['network { }\nvariable a { type discrete [ 1e99 ] { x }; }', /1 to 65535 states/],
    ['network { }\nvariable a { type discrete [ 3 ] { x, y }; }', /line 2: expected 3 states of 'a', found 2/],
    ['network { }\nvariable a { type discrete [ 2 ] { x, x }; }', /line 2: expected different states of 'a', found one twice/],
    [`network { }\n${A}probability ( b ) { }`, /line 3: expected a variable that is declared above, found 'b'/],
    [`network { }\n${A}${PA}${PA}`, /line 4: expected one table of 'a', found another/],
    [`network { }\n${A}probability ( a | a ) { }`, /line 3: expected different parents of 'a', not itself, found one twice/],
    [`network { }\n${A}probability ( a ) { table 0.5; }`, /line 3: expected 2 probabilities, found 1/],
    [`network { }\n${A}probability ( a ) { table 0.5, 0.4, 0.1; }`, /line 3: expected 2 probabilities, found more/],
    [
      `network { }\n${A}probability ( a ) {\n table 0.5, 0.4; }`,
      /line 4: expected probabilities of 'a' that sum to 1, found a sum of 0\.9/,
    ],
    [`network { }\n${A}probability ( a ) { table 0, 0; }`, /a sum of 0/],
    [`network { }\n${A}probability ( a ) { table 1.5, -0.5; }`, /line 3: expected a probability, found 1\.5/],
    [`network { }\n${A}probability ( a ) { table NaN, 1; }`, /line 3: expected a number, found 'NaN'/],
    [`network { }\n${A}probability ( a ) { table 0x1, 0; }`, /line 3: expected a number, found '0x1'/],
    [`network { }\n${A}${B}${PA}probability ( b | a ) {\n (x) 1, 0, 0;\n}`, /line 5: expected 2 rows of 'b', found 1/],
    [
      `network { }\n${A}${B}${PA}probability ( b | a ) {\n (z) 1, 0, 0;\n}`,
      /line 6: expected one of the 2 states of 'a', found another/,
    ],
    [
      `network { }\n${A}${B}${PA}probability ( b | a ) {\n (x) 1, 0, 0;\n(x) 1, 0, 0;\n}`,
      /line 7: expected one row for each combination, found that of line 6 again/,
    ],
    [`network { }\n${A}${B}${PA}probability ( b | a ) {\n (x, x) 1, 0, 0;\n}`, /line 6: expected '\)', found ','/],
    [
      `network { }\n${A}${B}probability ( a | b ) { default 0.5, 0.5; }\nprobability ( b | a ) { default 1, 0, 0; }`,
      /line 4: expected no cycle, found 'a' on one, or below it/,
    ],
    [
      `network { }\n${A}probability ( a ) { rows 1; }`,
      /line 3: expected a row, 'table', 'default' or 'property', found 'rows'/,
    ],
    [`network { }\n${'x'.repeat(200)}`, /found 'x{40}…'/],
  ];
  for (const [text, message] of cases) {
    const error = await refusal(() => readBif(text));
    assert.is(error.code, 'file', text);
    assert.match(error.message, /^Not a usable network in BIF: line \d+: expected /);
    assert.match(error.message, message);
  }
});

test('a table that would not fit is refused before it is made', async () => {
  const states = Array.from({ length: 60_000 }, (_, k) => k).join(' ');
  const wide = ['a', 'b', 'c'].map((name) => `variable ${name} { type discrete [ 60000 ] { ${states} }; }\n`).join('');
  const error = await refusal(() =>
    readBif(`network { }\n${wide}probability ( a | b, c ) { default ${'0 '.repeat(60_000)}; }`),
  );
  assert.match(
    error.message,
    /line 5: expected at most 16777216 values of a table and 33554432 of all, found 216000000000000 with those of 'a'/,
  );
});

test('a name with a quote or the end of a line is not written', async () => {
  for (const name of ['a"b', 'a\nb']) {
    const network = { names: [name], states: [['x']], parents: [[]], tables: [Float64Array.of(1)] };
    assert.is((await refusal(() => writeBif(network))).code, 'argument');
  }
});

/** Tokens taken out, doubled, exchanged, or written over by another; bytes altered. */
function alteration(text: string, seed: number): string {
  if (seed % 3 === 0) return altered(Buffer.from(text), seed).toString();
  const up = drawer(seed, 1);
  const tokens = text.match(/[\w.<>=+/-]+|\s+|[\s\S]/g) as string[];
  for (let left = 1 + up(3); left > 0; left--) {
    const [at, other] = [up(tokens.length), up(tokens.length)];
    const kind = up(4);
    if (kind === 0) tokens.splice(at, 1 + up(3));
    else if (kind === 1) tokens.splice(at, 0, tokens[other]);
    else if (kind === 2) tokens[at] = tokens[other];
    else [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
  }
  return tokens.join('');
}

test('altered and truncated texts are read as networks or refused, never otherwise', () => {
  const some =
    texts.length > 0 ? texts.map(([, text]) => text) : [`network { }\n${A}${B}${PA}probability ( b | a ) { default 0, 1, 0; }`];
  const runs = Number(process.argv[2] ?? 3000);
  let [read, refused] = [0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const text = alteration(some[seed % some.length], seed);
    try {
      assert.is(fault(readBif(text)), undefined, `seed ${seed}`);
      read++;
    } catch (error) {
      if (!(error instanceof CameoError)) throw error;
      assert.is(error.code, 'file');
      refused++;
    }
  }
  // Both happen, or nothing was tested.
  assert.ok(read > runs / 50 && refused > runs / 4, `${read} read, ${refused} refused`);
  const [text] = some;
  for (let length = 0; length < text.trimEnd().length; length++) {
    try {
      readBif(text.slice(0, length));
      assert.unreachable(`${length} characters were read`);
    } catch (error) {
      assert.ok(error instanceof CameoError && error.code === 'file', `${length}: ${error}`);
    }
  }
});

test.run();
