/** The recommendations of a profile: fields, a batch of users, and users who are not known. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { PartReader } from '../../src/part.js';
import { type Recommendation, Recommender } from '../../src/recommend/catalogue.js';
import { fitPairs } from '../../src/recommend/fit.js';
import { RecommendationsSection } from '../../src/recommend/section.js';
import { constantListFamily } from '../support/constant-list.js';
import { grouped, pairsOf } from '../support/interactions.js';

const engine = await createEngine({ threads: 1 });
const numbered = pairsOf(grouped(30, 20, 2, 6));
const pairs = {
  users: Array.from({ length: numbered.users }, (_, n) => `u${n}`),
  items: Array.from({ length: numbered.items }, (_, n) => `i${n}`),
  labels: new Array(numbered.items).fill(null),
  pairs: numbered,
};
const recommender = await fitPairs(engine, pairs, { rank: 5, epochs: 8 });

test('fields follow from what the recommender has', async () => {
  using section = new RecommendationsSection(recommender);
  assert.equal(
    section.fields.map(({ name, nullable }) => [name, nullable]),
    [
      ['recommendations', false],
      ['factors', false],
    ],
  );
  assert.equal(section.fields[1].type, { vector: 5 });
  const { list } = section.fields[0].type as { list: { struct: { name: string; type: unknown; nullable: boolean }[] } };
  assert.equal(
    list.struct.map(({ name, type, nullable }) => [name, type, nullable]),
    [
      ['item', 'utf8', false],
      ['label', 'utf8', true],
      ['score', 'float32', false],
      ['because', { list: 'utf8' }, false],
    ],
  );
  const plain = await constantListFamily.fit(engine, numbered, {}, {});
  using without = new RecommendationsSection(new Recommender(plain, pairs));
  assert.equal(
    without.fields.map(({ name }) => name),
    ['recommendations'],
  );
  using batch = await without.batch({ ids: ['u1'], first: 0 }, {});
  assert.is((batch as unknown as { columns: unknown[] }).columns.length, 1);
});

test('a batch: the lists of `recommend`, and factors one user behind the other; several at once', async () => {
  using section = new RecommendationsSection(recommender);
  const asked = [['u4', 'nobody', null, 'u4'], ['u9'], []];
  const batches = await Promise.all(asked.map((ids) => section.batch({ ids, first: 0 }, { n: 3 })));
  for (const [k, ids] of asked.entries()) {
    const { columns } = batches[k] as unknown as { columns: [Recommendation[][], Float32Array] };
    assert.equal(columns[0], await recommender.recommend(ids, { n: 3 }));
    assert.is(columns[1].length, 5 * ids.length);
    ids.forEach((id, r) => assert.equal(columns[1].slice(5 * r, 5 * r + 5), recommender.factors(id)));
    batches[k][Symbol.dispose]();
  }
  const [[known, stranger, none]] = (batches[0] as unknown as { columns: [Recommendation[][]] }).columns;
  assert.ok(known.some(({ because }) => because.length > 0));
  assert.ok(stranger.length === 3 && stranger.every(({ because }) => because.length === 0));
  assert.equal(none, stranger);
});

test('one user at once gets nothing; what is written is the recommender; work that was stopped ends', async () => {
  using section = new RecommendationsSection(recommender);
  assert.equal(section.one({}, 'u1'), {});
  assert.equal(section.write(), recommender.write());
  assert.equal(Recommender.read(engine, new PartReader(section.write())).users, pairs.users);
  await section.batch({ ids: ['u1'], first: 0 }, { signal: AbortSignal.abort() }).then(
    () => assert.unreachable(),
    ({ code }) => assert.is(code, 'aborted'),
  );
});

test('the arena is empty afterwards', async () => {
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
