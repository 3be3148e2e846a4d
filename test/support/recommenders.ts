/** What every family of recommenders keeps, whatever it learns: one battery for all (recommend/recommender.ts is the contract). */
import type { test as uvuTest } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { checked } from '../../src/options.js';
import { PartReader } from '../../src/part.js';
import type { Pairs, RecommenderFamily, Recommends, TopList } from '../../src/recommend/recommender.js';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.js';
import { refused } from './refused.js';

export interface Subject {
  // biome-ignore lint/suspicious/noExplicitAny: each family has options of its own
  family: RecommenderFamily<any>;
  options: Record<string, unknown>;
  pairs: Pairs;
}

type Test = typeof uvuTest;
const engine = await createEngine({ threads: 2 });

const listed = ({ ids, scores }: TopList) => [[...ids], [...scores]];
const had = ({ histories: { offsets, items } }: Recommends, u: number) => items.subarray(offsets[u], offsets[u + 1]);

function goodList(list: TopList, n: number, without: ArrayLike<number>, items: number) {
  const ids = [...list.ids];
  assert.is(ids.length, list.scores.length);
  assert.ok(ids.length <= n);
  assert.is(new Set(ids).size, ids.length, 'each item once');
  assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < items));
  assert.not.ok(
    ids.some((id) => Array.from(without).includes(id)),
    'what was had is left out',
  );
  assert.ok(list.scores.every(Number.isFinite));
  list.scores.forEach((score, k) => assert.ok(k === 0 || score <= list.scores[k - 1], 'best first'));
}

/** Everything that a recommender answers, to compare two. */
async function answers(model: Recommends, history: { items: number[]; values?: number[] }) {
  const users = [0, 1, model.users - 1];
  const lists = await model.recommend(users, { n: 5 });
  return {
    sizes: [model.users, model.items, model.rank],
    facts: model.facts,
    histories: [[...model.histories.offsets], [...model.histories.items]],
    lists: lists.map(listed),
    score: [...model.score(users, [0, 1, 2])],
    similar: (await model.similar?.([0, 1], { n: 4 }))?.map(listed),
    strangers: listed(await model.recommendFor(history, { n: 5 })),
    popular: listed(model.popular(7)),
    because: model
      .because(
        lists.map(({ ids }, r) => ({ of: ids, among: had(model, users[r]) })),
        2,
      )
      .map((reasons) => reasons.map((ids) => [...ids])),
    factors: model.factors && users.map((u) => [...(model.factors?.(u) ?? [])]),
    folded: model.foldIn?.(history),
    alike: model.lookalikes && listed(await model.lookalikes([0, 1], { n: 4 })),
  };
}

/** What the tests of the battery work on. */
interface Tried extends Subject {
  options: Record<string, unknown>;
  fitted: Promise<Recommends>;
  history: { items: number[]; values?: number[] };
  title: (text: string) => string;
}

/** Adds the battery's tests to a suite. */
export function battery(test: Test, { family, options: given, pairs }: Subject) {
  const rated = pairs.values !== undefined;
  const options = checked(family.options, given);
  const tried: Tried = {
    family,
    options,
    pairs,
    fitted: family.fit(engine, pairs, options, {}),
    history: { items: [1, 3, 4], ...(rated ? { values: [5, 1, 3] } : {}) },
    title: (text) => `${family.name}${rated ? ', ratings' : ''}: ${text}`,
  };
  tryLists(test, tried);
  tryReasons(test, tried);
  tryFiles(test, tried);
  test.after(() => engine.close());
}

/** Lists of items, for users and for others. */
function tryLists(test: Test, { family, fitted, history, pairs, title }: Tried) {
  test(title('as many users and items as the pairs have, and their histories'), async () => {
    const model = await fitted;
    assert.equal([model.family, model.users, model.items], [family.name, pairs.users, pairs.items]);
    const { offsets, items } = model.histories;
    assert.equal([...items], [...pairs.item]);
    assert.equal([offsets[0], offsets[pairs.users]], [0, pairs.item.length]);
    pairs.user.forEach((u, t) => assert.ok(t >= offsets[u] && t < offsets[u + 1]));
  });

  test(title('lists are of items not had, best first, with the score of the pair; n is what there is at most'), async () => {
    const model = await fitted;
    const users = Int32Array.from({ length: model.users }, (_, u) => u);
    for (const n of [1, 6, model.items + 3]) {
      const lists = await model.recommend(users, { n });
      assert.is(lists.length, model.users);
      lists.forEach((list, u) => {
        goodList(list, n, had(model, u), model.items);
        const scores = model.score(new Int32Array(list.ids.length).fill(u), list.ids);
        scores.forEach((score, k) => assert.ok(Math.abs(score - list.scores[k]) < 1e-4, `${score} ${list.scores[k]}`));
      });
    }
    await refused(() => model.recommend([model.users], { n: 3 }), 'argument');
    await refused(() => model.recommend([-1], { n: 3 }), 'argument');
  });

  test(title('a batch gives what each gives alone'), async () => {
    const model = await fitted;
    const users = [5, 0, 5, 2];
    const batch = await model.recommend(users, { n: 4 });
    for (const [k, u] of users.entries()) assert.equal((await model.recommend([u], { n: 4 })).map(listed), [listed(batch[k])]);
    assert.equal(await model.recommend([], { n: 4 }), []);
    if (!model.similar) return;
    const alike = await model.similar([3, 1], { n: 4 });
    for (const [k, i] of [3, 1].entries()) assert.equal((await model.similar([i], { n: 4 })).map(listed), [listed(alike[k])]);
  });

  test(title('similar items are others'), async () => {
    const { similar, items } = await fitted.then((model) => ({ similar: model.similar?.bind(model), items: model.items }));
    if (!similar) return;
    const lists = await similar([0, 4], { n: 6 });
    lists.forEach((list, k) => goodList(list, 6, [[0, 4][k]], items));
    await refused(() => similar([items], { n: 3 }), 'argument');
  });

  test(title('someone by their history: what they had is left out, and the same history gives the same'), async () => {
    const model = await fitted;
    const list = await model.recommendFor(history, { n: model.items });
    goodList(list, model.items, history.items, model.items);
    assert.equal(listed(await model.recommendFor(history, { n: model.items })), listed(list));
    await refused(() => model.recommendFor({ items: [model.items], values: [1] }, { n: 3 }), 'argument');
  });
}

/** Reasons, strangers, and what goes with factors. */
function tryReasons(test: Test, { fitted, history, pairs, title }: Tried) {
  test(title('reasons are among the items given, each once, at most n'), async () => {
    const model = await fitted;
    const users = [0, 3, model.users - 1];
    const lists = await model.recommend(users, { n: 5 });
    const asked = lists.map(({ ids }, r) => ({ of: ids, among: had(model, users[r]) }));
    const because = model.because(asked, 2);
    assert.is(because.length, asked.length);
    because.forEach((reasons, r) => {
      assert.is(reasons.length, asked[r].of.length);
      for (const ids of reasons) {
        assert.ok(ids.length <= 2 && new Set(ids).size === ids.length);
        assert.ok(ids.every((id) => asked[r].among.includes(id)));
      }
    });
    assert.equal(model.because([{ of: [0], among: new Int32Array(0) }], 2), [[new Int32Array(0)]]);
  });

  test(title('a stranger is recommended what most users had, equal ones by number'), async () => {
    const model = await fitted;
    const counts = new Array(pairs.items).fill(0);
    for (const item of pairs.item) counts[item]++;
    const expected = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
    const { ids, scores } = model.popular(pairs.items + 1);
    assert.equal([...ids], expected);
    assert.ok(scores.length === ids.length && scores.every(Number.isFinite));
    assert.equal([...model.popular(3).ids], expected.slice(0, 3));
  });

  test(title('factors, folding in and lookalikes: all of them or none'), async () => {
    const model = await fitted;
    const has = [model.factors, model.foldIn, model.lookalikes].map((method) => method !== undefined);
    assert.equal(has, new Array(3).fill(model.rank > 0));
    if (!model.factors || !model.foldIn || !model.lookalikes) return;
    assert.is(model.factors(2).length, model.rank);
    assert.is(model.foldIn(history).factors.length, model.rank);
    goodList(await model.lookalikes([0, 2, 4], { n: 5 }), 5, [0, 2, 4], model.users);
  });
}

/** Files, workers and what ends early. */
function tryFiles(test: Test, { family, fitted, history, options, pairs, title }: Tried) {
  test(title('written and read it answers the same, and is written the same'), async () => {
    const model = await fitted;
    const bytes = await writeSafetensors(model.write());
    const read = family.read(engine, new PartReader(await readSafetensors(bytes)));
    assert.equal(await answers(read, history), await answers(model, history));
    assert.equal(await writeSafetensors(read.write()), bytes);
    await refused(() => family.read(engine, new PartReader({ metadata: {}, tensors: {} })), 'model');
  });

  test(title('the same bytes for 0, 1, 2 and 3 workers'), async () => {
    const expected = await writeSafetensors((await fitted).write());
    for (const threads of [0, 1, 3]) {
      await using other = await createEngine({ threads });
      const model = await family.fit(other, pairs, options, {});
      assert.equal(await writeSafetensors(model.write()), expected, `${threads} workers`);
      assert.equal(await answers(model, history), await answers(await fitted, history));
    }
  });

  test(title('an option that is not known is refused; work that was stopped ends'), async () => {
    await refused(() => checked(family.options, { nonsense: 1 }), 'argument', /'nonsense' is not known/);
    await refused(() => family.fit(engine, pairs, options, { signal: AbortSignal.abort() }), 'aborted');
  });

  test(title('the arena is empty afterwards'), async () => {
    await fitted;
    assert.is(engine.memoryStats().regions, 0);
  });
}
