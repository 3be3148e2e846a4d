/** The vectorizers: scikit-learn's vocabulary, counts and values, on a few odd texts and on two sets of reviews; any number of workers. */
// test timeout: 300
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CountVectorizer, type CsrMatrix, createEngine, HashingVectorizer, TfidfVectorizer } from '../../../src/index.js';
import { columnOf } from '../../../src/table/columns.js';
import { onEngines } from '../../support/engines.js';
import { refusal, refusesUnknownNames, refusesValues } from '../../support/refused.js';
import { lacking, type ReviewSet, reviewTable, textsOf } from '../../support/reviews.js';

interface Case {
  estimator: 'CountVectorizer' | 'TfidfVectorizer' | 'HashingVectorizer';
  on: 'small' | ReviewSet;
  options: object;
  shape: [number, number];
  indptr: number[];
  indices: number[];
  values: number[];
  vocabulary: string[] | string;
  frequencies: string;
  places: string;
  counts?: string;
  sum: number;
}
const { small, cases }: { small: string[]; cases: Case[] } = JSON.parse(readFileSync('test/fixtures/text.json', 'utf8'));
const engine = await createEngine({ threads: 2, device: 'wasm' });

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const sha = (...parts: (string | ArrayBufferView)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(typeof part === 'string' ? part : bytesOf(part));
  return hash.digest('hex');
};

async function textsOfSet(on: ReviewSet): Promise<string[]> {
  const table = await reviewTable(on);
  const texts = (name: string) => textsOf(columnOf(table, 'Text', name));
  if (on === 'waimai') return texts('review');
  const [titles, reviews] = [texts('Title'), texts('Review Text')];
  return titles.map((title, r) => `${title} ${reviews[r]}`);
}

async function made({ estimator, options }: Case, texts: readonly string[]) {
  const given = { ...options, engine };
  if (estimator === 'HashingVectorizer') return { x: await new HashingVectorizer(given).transform(texts), model: undefined };
  const model = estimator === 'CountVectorizer' ? new CountVectorizer(given) : new TfidfVectorizer(given);
  return { x: await model.fitTransform(texts), model };
}

const near = (found: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => {
    assert.ok(Math.abs(found[i] - value) <= 1e-6, `${i}: ${found[i]} ${value}`);
  });

for (const [c, one] of cases.entries()) {
  if (one.on !== 'small') continue;
  test(`${one.estimator} ${JSON.stringify(one.options)} is scikit-learn's (${c})`, async () => {
    const { x, model } = await made(one, small);
    if (model && 'maxFeatures' in one.options) {
      assert.is(model.vocabulary.length, 3); // which of terms that come equally often is chance there
      return;
    }
    if (model) assert.equal(model.vocabulary, one.vocabulary);
    assert.equal([x.rows, x.columns], one.shape);
    // A count that cancels out is a zero that stands in both.
    assert.equal([...x.indptr], one.indptr);
    assert.equal([...x.indices], one.indices);
    near(x.values, one.values);
    // A fitted one gives the same rows for the same texts, and none for terms that it does not know.
    if (model) assert.equal((await model.transform(small)).values, x.values);
    if (model) assert.is((await model.transform(['\u{1F3A9}\u{1F984}'])).values.length, 0);
  });
}

for (const set of ['women', 'waimai'] as const) {
  test(`vocabulary, counts and document frequencies of the ${set} reviews are scikit-learn's`, async () => {
    if (lacking(set)) return void console.log(`skipped: ${lacking(set)}`);
    const texts = await textsOfSet(set);
    const own = cases.filter(({ on }) => on === set);
    assert.ok(own.length >= 4);
    for (const one of own) {
      const { x, model } = await made(one, texts);
      const what = `${one.estimator} ${JSON.stringify(one.options)}`;
      assert.equal([x.rows, x.columns], one.shape, what);
      assert.is(sha(model?.vocabulary.join('\n') as string), one.vocabulary, what);
      const frequencies = new Int32Array(x.columns);
      for (const column of x.indices) frequencies[column]++;
      assert.is(sha(frequencies), one.frequencies, what);
      assert.is(sha(x.indptr, x.indices), one.places, what);
      if (one.counts) assert.is(sha(x.values), one.counts, what);
      else {
        near(x.values, one.values);
        assert.ok(Math.abs(x.values.reduce((a, b) => a + b, 0) / one.sum - 1) < 1e-6, what);
      }
    }
  });
}

const bytes: string[] = [];
onEngines('the same bytes', async (own) => {
  // More than a shard of text, with words that only one of the shards has.
  const texts = Array.from({ length: 3000 }, (_, i) => `${small[i % small.length]} word${i} `.repeat(1 + (i % 40)));
  const model = new TfidfVectorizer({ engine: own, ngramRange: [1, 2], stripAccents: true });
  const x: CsrMatrix = await model.fitTransform(texts);
  bytes.push(sha(model.vocabulary.join('\n'), x.indptr, x.indices, x.values));
  assert.is(bytes[0], bytes[bytes.length - 1]);
});

test('accents are left out where that is asked for, of Latin and Greek', async () => {
  const model = new CountVectorizer({ engine, stripAccents: true });
  await model.fit(['Café Größe ÀÉÎ cafe\u0301 ＦＵＬＬ', 'ΟΔΌΣ όδος', 'йод иод']);
  assert.equal(model.vocabulary, ['aei', 'cafe', 'full', 'große', 'οδοσ', 'иод', 'йод']);
});

test('scripts without spaces are told by characters, one and two', async () => {
  const model = new CountVectorizer({ engine });
  const x = await model.fitTransform(['很快，好吃dress', 'กินข้าว', 'カード です']);
  assert.equal(
    model.vocabulary.filter((term) => /\p{Script=Han}/u.test(term)),
    ['吃', '好', '好吃', '很', '很快', '快'],
  );
  assert.ok(model.vocabulary.includes('dress') && model.vocabulary.includes('ข้') && model.vocabulary.includes('ード'));
  assert.is(x.indptr[1], 7);
});

test('bytes are documents too, and null is one without a word', async () => {
  const model = new CountVectorizer({ engine });
  const x = await model.fitTransform([new TextEncoder().encode('two words'), null, undefined, 'words']);
  assert.equal(
    [[...x.indptr], [...x.values]],
    [
      [0, 2, 2, 2, 3],
      [1, 1, 1],
    ],
  );
});

test('a vocabulary cut to nothing is refused, with why', async () => {
  for (const [texts, options, why] of [
    [['', '  ', '😀'], {}, /none of the documents has a word/],
    [['one two', 'three'], { minDf: 2 }, /none of the 3 terms/],
    [['one two', 'three'], { minDf: 2, maxDf: 0.1 }, /fewer documents/],
    [[], {}, /none of the documents/],
  ] as const) {
    const { code, message } = await refusal(() => new CountVectorizer({ ...options, engine }).fit(texts));
    assert.is(code, 'data');
    assert.match(message, why);
  }
});

test('options and inputs that are none are refused', async () => {
  await refusesUnknownNames(['ngramRange', 'minDf', 'norm', 'engine'], (options) => new TfidfVectorizer(options));
  await refusesValues(
    [
      [{ ngramRange: [2, 1] }, /ngramRange.*two whole numbers/],
      [{ analyzer: 'wor' }, /'word' or 'char'/],
      [{ minDf: 1.5 }, /minDf/],
      [{ maxFeatures: 0 }, /maxFeatures/],
      [{ vocabulary: ['a', 'a'] }, /each once/],
      [{ norm: 'l3' }, /norm/],
    ],
    (options) => new TfidfVectorizer(options),
  );
  assert.is((await refusal(() => new CountVectorizer({ engine }).fit('text' as never))).code, 'argument');
  assert.is((await refusal(() => new CountVectorizer({ engine }).fit([1] as never))).code, 'argument');
  assert.is((await refusal(() => new TfidfVectorizer({ engine }).transform(['text']))).code, 'not-fitted');
  const unsmoothed = { engine, smoothIdf: false, vocabulary: ['soft', 'absent'] };
  assert.is((await refusal(() => new TfidfVectorizer(unsmoothed).fit(['soft']))).code, 'data');
});

test.after(() => engine[Symbol.asyncDispose]());
test.run();
