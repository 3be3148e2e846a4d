/** BayesianNetwork: learnt, asked, written and read; against all combinations, and what it refuses. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BayesianNetwork, type BayesianNetworkOptions, createEngine, type Table } from '../../../src/index.js';
import { combinations, makeDiscreteNetwork } from '../../support/random-networks.js';
import { refusal } from '../../support/refused.js';
import { generator, numberColumn, textColumn } from '../../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
const close = (a: number, b: number, within = 1e-12) => assert.ok(Math.abs(a - b) <= within, `${a} ${b}`);

/** Rain makes the ground wet, and so does the sprinkler, which is on when it does not rain; warm days are a number of their own. */
function garden(rows: number, missing = 0): Table {
  const next = generator(9);
  const rain = Array.from({ length: rows }, () => next() < 0.3);
  const sprinkler = rain.map((own) => next() < (own ? 0.05 : 0.6));
  const wet = rain.map((own, r) => next() < (own || sprinkler[r] ? 0.95 : 0.02));
  const degrees = rain.map((own) => (own ? 10 : 20) + 5 * next());
  const text = (values: boolean[]) => values.map((own) => (next() < missing ? null : own ? 'yes' : 'no'));
  return {
    rows,
    columns: [
      textColumn('rain', text(rain)),
      textColumn('sprinkler', text(sprinkler)),
      textColumn('wet', text(wet)),
      numberColumn(
        'degrees',
        degrees.map((own) => (next() < missing ? null : own)),
      ),
    ],
  };
}
const EDGES = [
  ['rain', 'sprinkler'],
  ['rain', 'wet'],
  ['sprinkler', 'wet'],
  ['rain', 'degrees'],
] as const;

test('hill climbing finds what depends on what; the tables are those of the counts, and answers follow from them', async () => {
  using network = await new BayesianNetwork({ engine, bins: 4 }).fit(garden(5000));
  const joined = network.edges.map((edge) => [...edge].sort().join(' – ')).sort();
  assert.equal(joined, ['degrees – rain', 'rain – sprinkler', 'rain – wet', 'sprinkler – wet']);
  const { rows, values, states } = await network.query('rain', [{ degrees: 12 }, { degrees: 23, wet: 'yes' }, {}]);
  assert.is(rows, 3);
  const yes = states[0].indexOf('yes');
  assert.ok(values[yes] > 0.99 && values[2 + yes] < 0.01);
  close(values[4 + yes], 0.3, 0.02);
  const { names } = network.network;
  const worlds = [...combinations(network.network)];
  const given = await network.query(['wet', 'sprinkler'], { rain: 'no' });
  const [wet, sprinkler, rain] = ['wet', 'sprinkler', 'rain'].map((name) => names.indexOf(name));
  const dry = worlds.filter(({ at }) => at[rain] === network.network.states[rain].indexOf('no'));
  const total = dry.reduce((sum, { p }) => sum + p, 0);
  given.values.forEach((value, cell) => {
    const own = dry.filter(({ at }) => at[wet] === cell >> 1 && at[sprinkler] === (cell & 1));
    close(value, own.reduce((sum, { p }) => sum + p, 0) / total);
  });
  const marginals = await network.marginals(undefined, { rain: 'no' });
  assert.equal(
    marginals.map(({ variables }) => variables[0]),
    names,
  );
  close(marginals[rain].values[yes], 0);
  const [log] = await network.logLikelihood({ rain: 'no', wet: 'yes' });
  close(log, Math.log(dry.filter(({ at }) => at[wet] === 1).reduce((sum, { p }) => sum + p, 0)));
  const likeliest = worlds.reduce((a, b) => (b.p > a.p ? b : a));
  const [all] = await network.map();
  assert.equal(all, Object.fromEntries(names.map((name, v) => [name, network.network.states[v][likeliest.at[v]]])));
  assert.equal(await network.map([{ wet: 'no' }, { wet: 'yes', rain: 'no' }], { variables: 'sprinkler' }), [
    { sprinkler: 'no' },
    { sprinkler: 'yes' },
  ]);
});

test('every structure that is learnt, and edges that are given', async () => {
  const table = garden(2000);
  const fit = (options: BayesianNetworkOptions) => new BayesianNetwork({ engine, bins: 3, ...options }).fit(table);
  assert.is((await fit({ structure: 'tabu', score: 'bdeu' })).edges.length, 4);
  assert.is((await fit({ structure: 'chow-liu', root: 'rain' })).edges.length, 3);
  const tan = await fit({ structure: 'tree-augmented-naive-bayes', target: 'wet' });
  assert.is(tan.edges.filter(([parent]) => parent === 'wet').length, 3);
  const none = await fit({ structure: [] });
  assert.equal(none.edges, []);
  const forced = await fit({ requiredEdges: [['degrees', 'wet']], forbiddenEdges: [['rain', 'sprinkler']], maxParents: 2 });
  assert.ok(forced.edges.some((edge) => edge.join() === 'degrees,wet'));
  assert.not.ok(forced.edges.some((edge) => edge.join() === 'rain,sprinkler'));
  const given = await fit({ structure: EDGES, prior: { pseudoCounts: 1 } });
  assert.equal(given.edges.map((edge) => edge.join()).sort(), EDGES.map((edge) => edge.join()).sort());
});

test('where values are missing, the tables are nearly those of the whole data, and far from those of whole rows only', async () => {
  const options = { engine, bins: 4, structure: EDGES };
  using whole = await new BayesianNetwork(options).fit(garden(4000));
  const heard: number[] = [];
  using part = await new BayesianNetwork(options).fit(garden(4000, 0.2), { onProgress: (_, loss) => heard.push(loss) });
  assert.ok(part.nIter > 2 && part.nIter === heard.length && whole.nIter === 0);
  assert.ok(
    heard.every((loss, i) => i === 0 || loss <= heard[i - 1] + 1e-9),
    'the likelihood never falls',
  );
  const [a, b] = await Promise.all([whole, part].map((own) => own.query('wet', { degrees: 12 })));
  close(a.values[0], b.values[0], 0.02);
});

test('written as BIF and read, it gives the same answers; and what is sampled has its shares', async () => {
  using network = BayesianNetwork.of(makeDiscreteNetwork({ seed: 21, variables: 6, states: 3, parents: 2, zeros: false }), {
    engine,
  });
  using again = BayesianNetwork.fromBif(network.toBif('again'), { engine });
  assert.equal(again.network, network.network);
  const rows = 20_000;
  const table = network.sample({ rows, seed: 4 });
  assert.equal(network.sample({ rows: 100, seed: 4 }).columns[2], {
    ...table.columns[2],
    codes: (table.columns[2] as { codes: Int32Array }).codes.slice(0, 100),
  });
  for (const { variables, states, values } of await again.marginals()) {
    const column = table.columns.find(({ name }) => name === variables[0]) as { codes: Int32Array; categories: string[] };
    states[0].forEach((state, s) => {
      const share = column.codes.filter((code) => column.categories[code] === state).length / rows;
      close(share, values[s], 0.02);
    });
  }
  const logs = await network.logLikelihood(table);
  assert.is(logs.length, rows);
  const { parents } = network.network;
  const edges = parents.flatMap((own, v) => own.map((p) => [`v${p}`, `v${v}`] as const));
  using refit = await new BayesianNetwork({ engine, structure: edges }).fit(table);
  const own = await refit.logLikelihood(table);
  const sum = (values: Float64Array) => values.reduce((x, y) => x + y, 0);
  assert.ok(sum(own) >= sum(logs) && sum(own) - sum(logs) < 100, 'the best tables are at least as likely as the true ones');
});

test('what cannot be learnt or asked is refused', async () => {
  const table = garden(200);
  const fit = (options: object, own = table) => refusal(() => new BayesianNetwork({ engine, ...options }).fit(own));
  const cases: [error: Awaited<ReturnType<typeof refusal>>, code: string, message: RegExp][] = [
    [await fit({ bin: 3 }), 'argument', /'bin' is not known/],
    [await fit({ structure: 'star' }), 'argument', /'structure' must be 'hill-climbing'/],
    [
      await fit({
        structure: [
          ['rain', 'wet'],
          ['wet', 'rain'],
        ],
      }),
      'argument',
      /cycle/,
    ],
    [
      await fit({
        requiredEdges: [
          ['rain', 'wet'],
          ['wet', 'rain'],
        ],
      }),
      'argument',
      /cycle/,
    ],
    [
      await fit({ requiredEdges: [['rain', 'wet']], forbiddenEdges: [['rain', 'wet']] }),
      'argument',
      /both required and forbidden/,
    ],
    [await fit({ structure: 'chow-liu', requiredEdges: [['rain', 'wet']] }), 'argument', /'requiredEdges' must be left out/],
    [
      await fit({ structure: 'chow-liu', maxParents: 1 }),
      'argument',
      /'maxParents' must be left out with structure 'chow-liu'/,
    ],
    [await fit({ structure: EDGES, forbiddenEdges: [['rain', 'wet']] }), 'argument', /left out with a given structure/],
    [await fit({ structure: 'hill-climbing', maxTabu: 5 }), 'argument', /'maxTabu' must be left out/],
    [await fit({ target: 'wet' }), 'argument', /'target' must be left out with structure 'tabu'/],
    [await fit({ structure: 'tree-augmented-naive-bayes' }), 'argument', /'target'/],
    [await fit({ structure: [['rain', 'snow']] }), 'column', /'snow'/],
    [await fit({}, { rows: 3, columns: [numberColumn('a', [1, 1, 1]), numberColumn('b', [1, 2, 3])] }), 'column', /'a'/],
    [await fit({}, { rows: 2, columns: [numberColumn('a', [null, null])] }), 'column', /'a' has no value/],
    [await fit({}, { rows: 0, columns: [] }), 'data', /no rows/],
    [await refusal(() => new BayesianNetwork({ engine }).query('rain')), 'not-fitted', /BayesianNetwork/],
    [await refusal(() => BayesianNetwork.fromBif('network x {')), 'file', /line 1/],
  ];
  using network = await new BayesianNetwork({ engine, structure: EDGES }).fit(table);
  const ask = (variables: string | string[], evidence: object) =>
    refusal(() => network.query(variables, evidence as Record<string, string>));
  cases.push(
    [await ask('snow', {}), 'column', /'snow'/],
    [await ask(['rain', 'rain'], {}), 'argument', /each once/],
    [await ask('rain', { snow: 'yes' }), 'column', /'snow'/],
    [await ask('rain', [{}, { wet: 'perhaps' }]), 'column', /'wet' has a state in row 1/],
    [await ask('rain', { degrees: Number.POSITIVE_INFINITY }), 'column', /'degrees'/],
    [await ask('wet', [{}, {}, { rain: 'yes', degrees: 25 }]), 'data', /row 2 contradicts itself.*probability 0/],
  );
  for (const [{ code, message }, expected, words] of cases) {
    assert.is(code, expected, message);
    assert.match(message, words);
  }
  assert.is((await network.logLikelihood({ rain: 'yes', degrees: 25 }))[0], Number.NEGATIVE_INFINITY);
  const signal = AbortSignal.abort();
  assert.is((await refusal(() => network.query('rain', {}, { signal }))).code, 'aborted');
  assert.is(
    (await refusal(() => new BayesianNetwork({ engine, structure: EDGES }).fit(garden(300, 0.2), { signal }))).code,
    'aborted',
  );
  network.dispose();
  assert.is(engine.memoryStats().regions, 0);
});

test.run();
