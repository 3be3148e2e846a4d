/** Vectors of words: planted neighbours, files, workers, and what they cannot learn from. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keepOf, slicesOf, weightsOf } from '../../src/embeddings/skip-gram.js';
import { createEngine, Word2Vec } from '../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.js';
import { refused } from '../support/refused.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 2 });
test.after(() => engine.close());

const [GROUPS, EACH] = [12, 8];
/** Sentences of words of one group each; all groups have the words 'and' and 'the' too. */
function planted(count: number): string[][] {
  const next = generator(5);
  const below = (n: number) => Math.floor(next() * n);
  return Array.from({ length: count }, () => {
    const group = below(GROUPS);
    return Array.from({ length: 6 + below(8) }, () => (next() < 0.2 ? ['and', 'the'][below(2)] : `g${group}w${below(EACH)}`));
  });
}
const corpus = planted(4000);
const options = { engine, vectorSize: 20, epochs: 5, seed: 3 };
const fitted = new Word2Vec(options).fit(corpus);

test('words that come together are neighbours, and those that come apart are none', async () => {
  const model = await fitted;
  assert.is(model.words.length, GROUPS * EACH + 2);
  assert.equal(model.words.slice(0, 2).sort(), ['and', 'the']);
  for (let group = 0; group < GROUPS; group++) {
    const found = model.mostSimilar(`g${group}w0`, EACH - 1);
    assert.ok(
      found.every(({ word }) => word.startsWith(`g${group}w`)),
      JSON.stringify(found),
    );
    found.forEach(({ word, score }, k) => {
      assert.ok(k === 0 || score <= found[k - 1].score);
      assert.is(model.similarity(`g${group}w0`, word), score);
    });
  }
  assert.ok(model.similarity('g0w1', 'g0w2') > model.similarity('g0w1', 'g5w2') + 0.3);
  model.lossCurve.forEach((loss, e) => assert.ok(e === 0 || loss < model.lossCurve[e - 1]));
});

test('texts are cut into words: the same as lists of them', async () => {
  const texts = corpus.slice(0, 300).map((words) => `${words.join(', ')}!`.toUpperCase());
  const [a, b] = [new Word2Vec(options), new Word2Vec(options)];
  await a.fit(texts);
  await b.fit(corpus.slice(0, 300));
  assert.equal(a.words, b.words);
  assert.equal(a.vectors, b.vectors);
});

test('the same bytes for 0, 1, 2 and 3 workers; another seed gives others', async () => {
  const expected = await (await fitted).save();
  for (const threads of [0, 1, 3]) {
    await using other = await createEngine({ threads });
    assert.equal(await (await new Word2Vec({ ...options, engine: other }).fit(corpus)).save(), expected, `${threads} workers`);
  }
  const other = await new Word2Vec({ ...options, seed: 4 }).fit(corpus);
  assert.not.equal(other.vectors, (await fitted).vectors);
});

test('written and read it is the same; every number of a file is looked at', async () => {
  const model = await fitted;
  const bytes = await model.save();
  const read = await Word2Vec.load(bytes, { engine });
  assert.equal([read.words, read.counts, read.vectors], [model.words, model.counts, model.vectors]);
  assert.equal(read.mostSimilar('g1w1'), model.mostSimilar('g1w1'));
  assert.equal(await read.save(), bytes);
  const altered = async (change: (file: Awaited<ReturnType<typeof readSafetensors>>) => void) => {
    const file = await readSafetensors(bytes);
    change(file);
    return Word2Vec.load(await writeSafetensors(file));
  };
  const word = JSON.stringify(model.words).replace('"the"', '"and"');
  for (const [change, message] of [
    [({ tensors }) => (tensors.vectors.values[3] = Number.NaN), /'vectors'/],
    [({ tensors }) => (tensors.counts.values[3] = 0), /'counts'/],
    [({ tensors }) => delete (tensors as Record<string, unknown>).vectors, /'vectors'/],
    [({ metadata }) => Object.assign(metadata, { words: '[]' }), /'words'/],
    [({ metadata }) => Object.assign(metadata, { words: word }), /'words'/],
    [({ metadata }) => Object.assign(metadata, { options: '{"vectorSize":0}' }), /'options'/],
    [({ metadata }) => Object.assign(metadata, { format: 'other' }), /format/],
  ] as [Parameters<typeof altered>[0], RegExp][])
    await refused(() => altered(change), 'model', message);
});

test('what cannot be learnt from is refused, and what was learnt before stays', async () => {
  const model = await new Word2Vec(options).fit(corpus.slice(0, 200));
  const before = model.vectors;
  await refused(() => model.fit([]), 'data', /none of them has a word/);
  await refused(() => model.fit(['', ' … ', '☂']), 'data', /none of them has a word/);
  await refused(() => model.fit(['one two three', 'two']), 'data', /none of the 3 words comes 5 times/);
  await refused(() => model.fit('a text' as never), 'argument', /list of texts/);
  await refused(() => model.fit([['word', 3]] as never), 'argument', /Sentence 0/);
  await refused(() => model.fit(corpus, { signal: AbortSignal.abort() }), 'aborted', /stopped/);
  await refused(() => new Word2Vec({ ...options, alpha: 1e30 }).fit(corpus), 'diverged', /a vector/);
  await refused(() => new Word2Vec({ nonsense: 1 } as never).fit(corpus), 'argument', /'nonsense' is not known/);
  await refused(() => new Word2Vec().mostSimilar('a'), 'not-fitted', /Word2Vec/);
  await refused(() => model.mostSimilar('absent'), 'argument', /no such word/);
  await refused(() => model.mostSimilar('and', 0), 'argument', /'n'/);
  assert.is(model.vectors, before);
  assert.is(model.vector('absent'), undefined);
  assert.equal(model.vector('and'), before.slice(model.words.indexOf('and') * 20, (model.words.indexOf('and') + 1) * 20));
});

test('one word, words that come alone, and a text longer than a slice', async () => {
  const one = await new Word2Vec({ ...options, minCount: 1 }).fit([['only'], ['only', 'only']]);
  assert.equal([one.words, one.mostSimilar('only')], [['only'], []]);
  assert.ok(one.vectors.every(Number.isFinite));
  const alone = await new Word2Vec({ ...options, minCount: 1 }).fit([['a'], ['b'], []]);
  assert.equal(
    [alone.words, alone.lossCurve],
    [
      ['a', 'b'],
      [0, 0, 0, 0, 0],
    ],
  );
  const wide = await new Word2Vec({ ...options, window: 1000, sample: 0, epochs: 1 }).fit([corpus.slice(0, 300).flat()]);
  assert.ok(wide.vectors.every(Number.isFinite) && wide.lossCurve[0] > 0);
});

test('slices end at sentences; how often words are kept and sampled', () => {
  assert.equal(slicesOf(Int32Array.of(1, 2, -1, 3, -1, 4, 5, 6, 7, 8, -1), 4), [0, 3, 5, 9, 11]);
  assert.equal(slicesOf(new Int32Array(0), 4), [0]);
  const counts = Float64Array.of(9000, 900, 100);
  const keep = [...keepOf(counts, 0.01)].map((bits) => bits / 2 ** 32);
  // gensim: (√(count / threshold) + 1) · threshold / count, of a threshold of 0.01 · 10,000
  [(Math.sqrt(90) + 1) / 90, (3 + 1) / 9, 1].forEach((share, k) => assert.ok(Math.abs(keep[k] - share) < 1e-9));
  assert.equal([...keepOf(counts, 0)], [0xffffffff, 0xffffffff, 0xffffffff]);
  const weights = weightsOf(counts, 0.75);
  assert.ok(Math.abs(weights[0] / weights[1] - 10 ** 0.75) < 1e-6);
  assert.ok(weights.reduce((sum, w) => sum + w, 0) < 2 ** 32);
});

test('the arena is empty afterwards', async () => {
  await fitted;
  assert.is(engine.memoryStats().regions, 0);
});

test.run();
