/** Factors that are finite and extreme: refused by name when they are read, or when what comes of them is not finite. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { CameoError } from '../../src/errors.js';
import { PartReader } from '../../src/part.js';
import { Recommender } from '../../src/recommend/catalogue.js';
import { fitPairs } from '../../src/recommend/fit.js';
import { RecommendationsSection } from '../../src/recommend/section.js';
import { constantListFamily } from '../support/constant-list.js';
import { grouped, pairsOf } from '../support/interactions.js';
import { refusal } from '../support/refused.js';

const engine = await createEngine({ threads: 0 });
const numbered = pairsOf(grouped(40, 30, 3, 9));
const names = {
  users: Array.from({ length: numbered.users }, (_, n) => `u${n}`),
  items: Array.from({ length: numbered.items }, (_, n) => `i${n}`),
  labels: new Array<null>(numbered.items).fill(null),
};
const values = Float32Array.from(numbered.user, (_, t) => 1 + (t % 5));
const parts = {
  logistic: (await fitPairs(engine, { ...names, pairs: numbered }, { rank: 6, epochs: 3 })).write(),
  bpr: (await fitPairs(engine, { ...names, pairs: numbered }, { rank: 6, epochs: 3, loss: 'bpr' })).write(),
  squared: (await fitPairs(engine, { ...names, pairs: { ...numbered, values } }, { rank: 6, epochs: 3 })).write(),
};
type Loss = keyof typeof parts;
const LEARNT = ['userFactors', 'itemFactors', 'userBiases', 'itemBiases', 'mean'];
const history = (rating: number) => ({ items: ['i1', 'i4', 'i7'], values: [rating, 1, rating] });

/** Reads a part in which the numbers of a tensor are others. */
function read(loss: Loss, name: string, change: (value: number, i: number) => number): Recommender {
  const { metadata, tensors } = parts[loss];
  const tensor = tensors[`model.${name}`];
  const changed = { ...tensors, [`model.${name}`]: { ...tensor, values: tensor.values.map(change) } };
  return Recommender.read(engine, new PartReader({ metadata, tensors: changed }));
}

const numbersOf = (value: unknown): number[] => {
  if (value instanceof Float32Array) return [...value];
  return typeof value === 'number'
    ? [value]
    : value && typeof value === 'object'
      ? Object.values(value).flatMap(numbersOf)
      : [];
};

/** All that a recommender can be asked, each alone. */
const questions = (recommender: Recommender, rating: number): (() => unknown)[] => [
  () => recommender.recommend(['u1', 'u2', 'nobody']),
  () => recommender.recommendOne(history(rating)),
  () => recommender.foldIn(history(rating)),
  () => recommender.similar('i3'),
  () => recommender.lookalikes(names.users.slice(0, 20)),
  async () => {
    using batch = await new RecommendationsSection(recommender).batch({ ids: names.users, first: 0 }, { n: 3 });
    return (batch as { columns?: unknown }).columns;
  },
];

test('whatever finite numbers a tensor holds, no answer holds one that is not', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Loss>('logistic', 'bpr', 'squared'),
      fc.constantFrom(...LEARNT),
      fc.constantFrom(1e9, -1e17, 4e37, 1e30, -3.4e38),
      fc.constantFrom(1, -1),
      fc.constantFrom(1, 1e30, 1e308),
      async (loss, name, size, sign, rating) => {
        let recommender: Recommender;
        try {
          recommender = read(loss, name, (_, i) => size * (i % 2 ? sign : 1));
        } catch (error) {
          assert.match((error as Error).message, `tensor '${name}'`);
          return;
        }
        for (const ask of questions(recommender, rating)) {
          try {
            assert.ok(numbersOf(await ask()).every(Number.isFinite), `${loss} ${name} ${size} ${ask}`);
          } catch (error) {
            assert.instance(error, CameoError, `${error}`);
            assert.match((error as Error).message, /is no finite number: the weights of the (factorization|recommender)/);
          }
        }
      },
    ),
    { numRuns: 300 },
  ));

test('a tensor beyond what scores can be made of is named; at the bounds everybody is recommended whole lists', async () => {
  for (const name of LEARNT) {
    const { code, message } = await refusal(() => read('logistic', name, (value, i) => (i === 0 ? 1e38 : value)));
    assert.is(code, 'model');
    assert.match(message, `tensor '${name}'`);
    const most = name.endsWith('Factors') ? 1e17 : 5e37;
    const lists = await read('squared', name, () => most).recommend(names.users, { n: 3 });
    assert.ok(lists.every((list) => list.length === 3));
  }
});

test('settings that make a folded-in history overflow: the answer is refused', async () => {
  const { metadata, tensors } = parts.logistic;
  const settings = JSON.stringify({ ...JSON.parse(metadata['model.options']), learningRate: 1e300, learningRateDecay: 0 });
  const part = new PartReader({ metadata: { ...metadata, 'model.options': settings }, tensors });
  const { code, message } = await refusal(() => Recommender.read(engine, part).recommendOne(history(1)));
  assert.is(code, 'model');
  assert.match(message, /^A factor of this history is no finite number: the weights of the factorization/);
});

test('a recommender whose scores are NaN is named', async () => {
  const endless = new Recommender(await constantListFamily.fit(engine, numbered, { first: Number.NaN }, {}), names);
  const { code, message } = await refusal(() => endless.recommend(['u1']));
  assert.is(code, 'model');
  assert.match(message, /^The score of a recommendation is no finite number: the weights of the recommender \(constant/);
});

test.after(() => engine.close());
test.run();
