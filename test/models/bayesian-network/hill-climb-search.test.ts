/** Structures by hill climbing and tabu search: against a search in plain code, and what is refused. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../../src/engine/create.js';
import type { Engine } from '../../../src/engine/engine.js';
import {
  HILL_CLIMB_OPTIONS,
  type HillClimbOptions,
  hillClimbSearch,
} from '../../../src/models/bayesian-network/hill-climb-search.js';
import type { CodedColumns } from '../../../src/programs/bayesian-network/coded-columns.js';
import { order } from '../../../src/programs/bayesian-network/graph.js';
import { naiveTotal, randomColumns } from '../../support/coded-columns.js';
import { refusal, refusesUnknownNames, refusesValues } from '../../support/refused.js';

const sorted = (parents: readonly number[]) => [...parents].sort((a, b) => a - b);
/** All graphs that one edge added, removed or reversed makes of one, in the order by which ties are decided. */
function* neighbours(parents: readonly (readonly number[])[], options: HillClimbOptions, names: readonly string[]) {
  const n = parents.length;
  const allowed = (next: number[][], from: number, to: number) =>
    next[to].length <= (options.maxParents ?? n) &&
    !options.forbiddenEdges?.some(([p, c]) => p === names[from] && c === names[to]) &&
    order(n, (p, c) => next[c].includes(p)).length === n;
  const required = (from: number, to: number) => options.requiredEdges?.some(([p, c]) => p === names[from] && c === names[to]);
  const copy = () => parents.map((of) => [...of]);
  for (let to = 0; to < n; to++) {
    for (let from = 0; from < n; from++) {
      if (from === to || parents[from].includes(to)) continue;
      const next = copy();
      if (!parents[to].includes(from)) {
        next[to] = sorted([...next[to], from]);
        if (allowed(next, from, to)) yield next;
        continue;
      }
      if (required(from, to)) continue;
      next[to] = next[to].filter((p) => p !== from);
      yield next.map((of) => [...of]);
      next[from] = sorted([...next[from], to]);
      if (allowed(next, to, from)) yield next;
    }
  }
}

/** Every graph around is scored anew, as a whole. */
function naiveClimb(data: CodedColumns, options: HillClimbOptions) {
  const { names } = data;
  const start = names.map((_, c) =>
    names.map((__, p) => p).filter((p) => options.requiredEdges?.some((edge) => edge[0] === names[p] && edge[1] === names[c])),
  );
  let best = { parents: start, score: naiveTotal(data, start, options) };
  for (let moves = 0; ; moves++) {
    let next = best;
    for (const parents of neighbours(best.parents, options, names)) {
      const score = naiveTotal(data, parents, options);
      if (score > next.score + (next === best ? 0 : 1e-9 * Math.abs(score))) next = { parents, score };
    }
    if (next.score - best.score < 1e-4) return { ...best, moves };
    best = next;
  }
}

const engine = await createEngine({ threads: 0, device: 'wasm' });

test('it climbs as plain code does: scores, missing values, edges and parents limited', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 1, max: 1e6 }),
        rows: fc.constantFrom(30, 101, 300),
        states: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 5 }),
        missing: fc.constantFrom(0, 0.2),
        wide: fc.boolean(),
      }),
      fc.constantFrom('bic' as const, 'k2' as const, 'bdeu' as const),
      fc.constantFrom(undefined, 1, 2),
      fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 8 }),
      async (random, score, maxParents, some, others) => {
        const data = randomColumns(random);
        const n = data.names.length;
        const named = (edges: [number, number][]) => edges.map(([a, b]): [string, string] => [`v${a % n}`, `v${b % n}`]);
        // From a lower to a higher one, and one parent each: no cycle, and no more parents than are allowed.
        const requiredEdges = named(some).filter(([a, b], i, all) => a < b && (i === 0 || all[0][1] !== b));
        const isRequired = (edge: [string, string]) => requiredEdges.some((other) => String(other) === String(edge));
        const forbiddenEdges = named(others).filter((edge) => edge[0] !== edge[1] && !isRequired(edge));
        const options = { score, maxParents, requiredEdges, forbiddenEdges, tabuLength: 0 };
        const found = await hillClimbSearch(engine, data, options);
        const expected = naiveClimb(data, options);
        assert.ok(
          Math.abs(found.score - expected.score) <= 1e-8 * Math.abs(expected.score),
          `${found.score}, ${expected.score}`,
        );
        assert.ok(Math.abs(found.score - naiveTotal(data, found.parents, options)) <= 1e-9 * Math.abs(found.score));
        assert.equal([found.parents, found.moves], [expected.parents, expected.moves]);
      },
    ),
    { numRuns: 60 },
  );
});

test('tabu search is never worse, and better where climbing stops too early', async () => {
  let better = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const data = randomColumns({ seed, rows: 300, states: [2, 3, 2, 3, 2, 2, 3], missing: 0 });
    const climbed = await hillClimbSearch(engine, data, { score: 'bdeu' });
    const tabu = await hillClimbSearch(engine, data, { score: 'bdeu', tabuLength: 10, maxTabu: 20 });
    assert.ok(
      tabu.score >= climbed.score - 1e-9 && tabu.moves >= climbed.moves + 1,
      `${seed}: ${tabu.score}, ${climbed.score}`,
    );
    assert.ok(Math.abs(tabu.score - naiveTotal(data, tabu.parents, { score: 'bdeu' })) <= 1e-6);
    if (tabu.score > climbed.score + 1e-4) better++;
  }
  assert.ok(better > 0, 'no search was better');
});

test('a variable alone, and none', async () => {
  const data = randomColumns({ seed: 5, rows: 9, states: [3], missing: 0 });
  const { parents, score } = await hillClimbSearch(engine, data);
  assert.equal(parents, [[]]);
  assert.ok(Math.abs(score - naiveTotal(data, [[]])) < 1e-9);
  assert.equal(await hillClimbSearch(engine, { names: [], states: [], codes: [], rows: 3 }), {
    parents: [],
    score: 0,
    moves: 0,
  });
});

test('so many moves are made at most, from the edges that are required', async () => {
  const data = randomColumns({ seed: 5, rows: 300, states: [2, 3, 2, 3, 2], missing: 0 });
  assert.equal((await hillClimbSearch(engine, data, { maxIter: 0 })).parents, [[], [], [], [], []]);
  assert.is((await hillClimbSearch(engine, data, { maxIter: 2, score: 'k2' })).moves, 2);
  const required = await hillClimbSearch(engine, data, {
    maxIter: 0,
    requiredEdges: [
      ['v3', 'v0'],
      ['v0', 'v1'],
    ],
  });
  assert.equal(required.parents, [[3], [0], [], [], []]);
  assert.ok(Math.abs(required.score - naiveTotal(data, required.parents)) < 1e-8);
});

const two = () => randomColumns({ seed: 1, rows: 20, states: [2, 2, 3], missing: 0 });
const search = (options: HillClimbOptions, data = two(), on: Engine = engine) => hillClimbSearch(on, data, options);

test('edges that contradict each other are refused by name', async () => {
  const cases: [HillClimbOptions, string, RegExp][] = [
    [
      {
        requiredEdges: [
          ['v0', 'v1'],
          ['v1', 'v2'],
          ['v2', 'v0'],
        ],
      },
      'argument',
      /^The required edges make a cycle of 3: 'v\d' → 'v\d' → 'v\d' → 'v\d'\. Leave one edge out\.$/,
    ],
    [
      {
        requiredEdges: [
          ['v0', 'v1'],
          ['v1', 'v0'],
        ],
      },
      'argument',
      /a cycle of 2/,
    ],
    [
      { requiredEdges: [['v1', 'v1']] },
      'argument',
      /'requiredEdges' must be edges between two variables; found one from 'v1' to itself/,
    ],
    [
      {
        requiredEdges: [['v0', 'v1']],
        forbiddenEdges: [
          ['v2', 'v1'],
          ['v0', 'v1'],
        ],
      },
      'argument',
      /^The edge from 'v0' to 'v1' is both required and forbidden/,
    ],
    [{ forbiddenEdges: [['v0', 'age']] }, 'column', /'age' is not in the table, which has 'v0', 'v1' and 'v2'/],
    [
      {
        requiredEdges: [
          ['v0', 'v2'],
          ['v1', 'v2'],
        ],
        maxParents: 1,
      },
      'argument',
      /^'v2' has 2 required parents and may have 1\. Raise 'maxParents', or require fewer edges\.$/,
    ],
  ];
  for (const [options, code, message] of cases) {
    const error = await refusal(() => search(options));
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
});

test('a limit of parents that no table would fit is refused with the size; candidates whose table would not are left out', async () => {
  const wide = randomColumns({ seed: 3, rows: 1200, states: [1000, 999, 998, 2, 2], missing: 0 });
  const error = await refusal(() => search({ maxParents: 3 }, wide));
  assert.is(error.code, 'argument');
  assert.match(
    error.message,
    /^Any variable with 3 parents would need a table of 8991000 counts, and 1048576 fit\. Lower the limit of parents/,
  );
  const { parents } = await search({ score: 'k2' }, wide);
  assert.equal((await search({ score: 'k2', maxParents: 2 }, wide)).parents, parents);
  for (const [v, of] of parents.entries()) {
    const cells = [v, ...of].reduce((product, m) => product * wide.states[m].length, 1);
    assert.ok(cells <= 1 << 20, `${cells}`);
  }
  const required = await refusal(() =>
    search(
      {
        requiredEdges: [
          ['v0', 'v2'],
          ['v1', 'v2'],
        ],
      },
      wide,
    ),
  );
  assert.match(required.message, /^'v2' and its 2 required parents would need a table of 997002001 counts/);
});

test('columns of which nothing can be learnt, and codes without a state, are refused', async () => {
  const constant = two();
  constant.codes[1].fill(1);
  constant.codes[1][3] = 255;
  const empty = two();
  empty.codes[2].fill(255);
  const stray = two();
  stray.codes[0][7] = 2;
  const short = { ...two(), codes: two().codes.map((own, i) => (i === 1 ? own.slice(1) : own)) };
  const none = { ...two(), rows: 0, codes: two().codes.map((own) => own.slice(0, 0)) };
  const twice = { ...two(), names: ['a', 'b', 'a'] };
  const many = { ...two(), states: [...two().states.slice(1), Array.from({ length: 256 }, (_, k) => `${k}`)] };
  const cases: [CodedColumns, string, RegExp][] = [
    [constant, 'column', /^Column 'v1' has one value in every row, from which nothing can be learnt\. Leave it out\.$/],
    [empty, 'column', /^Column 'v2' has no value in any row/],
    [stray, 'argument', /^Column 'v0', row 7: expected a code below 2, or 255 for a missing value, found 2\.$/],
    [short, 'argument', /^Codes of column 'v1': expected 20 rows, found 19\.$/],
    [none, 'data', /^The table of coded columns has no rows\.$/],
    [twice, 'column', /^Column name 'a' appears more than once/],
    [many, 'argument', /^Column 'v2': expected 1 to 255 states, as its codes can tell apart, found 256\.$/],
    [{ ...two(), states: [['a']] }, 'argument', /expected states and codes for 3 names, found 1 and 3/],
  ];
  for (const [data, code, message] of cases) {
    const error = await refusal(() => search({}, data));
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
  }
});

test('options are checked', async () => {
  await refusesUnknownNames(Object.keys(HILL_CLIMB_OPTIONS.entries), (options) => search(options));
  await refusesValues(
    [
      [{ score: 'aic' }, /'bic', 'k2' or 'bdeu'/],
      [{ equivalentSampleSize: 0 }, /a number above 0/],
      [{ maxParents: -1 }, /a whole number from 0/],
      [{ requiredEdges: 'v0' }, /edges, each two names/],
      [{ requiredEdges: [['v0']] }, /edges, each two names/],
      [{ forbiddenEdges: [['v0', 1]] }, /edges, each two names/],
      [{ epsilon: 0 }, /a number above 0/],
      [{ maxIter: 0.5 }, /a whole number/],
      [{ tabuLength: -1 }, /a whole number/],
    ],
    (options) => search(options as HillClimbOptions),
  );
});

test.after(() => engine.close());
test.run();
