/** `map` over an engine of no, one and two workers: order, backpressure, slots, and what becomes of errors and of results left early. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine } from '../../src/index.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const engines: Engine[] = [];
for (const threads of [0, 1, 2]) engines.push(await createEngine({ threads, device: 'wasm' }));
const [column] = engines.map((engine) => {
  const region = engine.allocate(40_000);
  engine.f32(region.offset, 10_000).fill(1);
  return region.offset;
});
assert.ok(engines.every((engine) => engine.memoryStats().regions === 1));

/** A shard of so many rows, whose count comes back in its slot. */
const toArgs = (rows: number, slot: number) => ({ columns: [column], rows, out: slot });
const map = (engine: Engine, shards: Iterable<number> | AsyncIterable<number>, options = {}) =>
  engine.map('moments', shards, toArgs, { slotBytes: 64, ...options });

for (const engine of engines) {
  const { threads, width } = engine.scheduler;
  const title = (text: string) => `${threads} threads: ${text}`;

  test(title('any shards come back in their order, and never more are read than may be in flight'), () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 30 }), fc.boolean(), async (sizes, later) => {
        let read = 0;
        function* now() {
          for (const rows of sizes) {
            read++;
            yield rows;
          }
        }
        async function* soon() {
          yield* now();
        }
        const counts: number[] = [];
        for await (const { slot } of map(engine, later ? soon() : now())) {
          counts.push(engine.f64(slot, 1)[0]);
          assert.ok(read <= counts.length - 1 + width, `${read} were read when ${counts.length} had come back`);
        }
        assert.equal(counts, sizes);
        assert.is(engine.memoryStats().regions, 1);
      }),
      { numRuns: 30 },
    ),
  );

  test(title('shards in flight have slots of their own, as many as are in flight'), async () => {
    const slots = new Set<number>();
    const sizes = Array.from({ length: 40 }, (_, i) => i * 200);
    for await (const { slot } of map(engine, sizes)) slots.add(slot);
    assert.ok(slots.size <= width, `${slots.size} slots for ${width} shards`);
  });

  test(title('where the memory has room for one slot and not for two, shards wait for it'), async () => {
    const maximum = 16 * 65536;
    await using small = await createEngine({
      threads: engine.scheduler.threads,
      device: 'wasm',
      memory: { initial: maximum, maximum },
    });
    const rows = small.allocate(4000);
    small.f32(rows.offset, 1000).fill(1);
    const slotBytes = 10 * 65536;
    const own = (count: number, slot: number) => ({ columns: [rows.offset], rows: count, out: slot });
    const counts: number[] = [];
    for await (const { slot } of small.map('moments', [5, 900, 30, 7], own, { slotBytes })) counts.push(small.f64(slot, 1)[0]);
    assert.equal(counts, [5, 900, 30, 7]);
    assert.is(small.memoryStats().regions, 1);
    const none = small.map('moments', [5], own, { slotBytes: 2 * slotBytes });
    assert.is((await refusal(() => none.next())).code, 'memory');
  });

  test(title('an error of the source, of the arguments or of the program ends it, and gives everything back'), async () => {
    function* broken() {
      yield 5;
      throw new Error('the source');
    }
    const drain = async (results: AsyncIterable<unknown>) => {
      for await (const _ of results);
    };
    const messages: string[] = [];
    for (const results of [
      map(engine, broken()),
      engine.map('moments', [1, 2, 3], (rows) => {
        if (rows === 2) throw new Error('the arguments');
        return { columns: [], rows, out: column };
      }),
      engine.map('moments', [1, 2], () => ({ columns: undefined, rows: 1, out: 0 }) as never),
    ])
      messages.push(await drain(results).then(String, (error: Error) => error.message));
    assert.equal(messages.slice(0, 2), ['the source', 'the arguments']);
    assert.match(messages[2], /undefined/);
    assert.is(engine.memoryStats().regions, 1);
  });

  test(title('results left early end the source, and give everything back'), async () => {
    let ended = false;
    function* endless() {
      try {
        for (;;) yield 10;
      } finally {
        ended = true;
      }
    }
    let seen = 0;
    for await (const _ of map(engine, endless())) if (++seen === 5) break;
    assert.ok(ended);
    assert.is(engine.memoryStats().regions, 1);
  });

  test(title('an abort ends it between shards'), async () => {
    const abort = new AbortController();
    let seen = 0;
    const error = await refusal(async () => {
      for await (const _ of map(engine, new Array(100).fill(10), { signal: abort.signal })) if (++seen === 3) abort.abort();
    });
    assert.is(error.code, 'aborted');
    // Shards that were in flight may still come back.
    assert.ok(seen <= 3 + width, `${seen} came back`);
    assert.is(engine.memoryStats().regions, 1);
    const before = await refusal(async () => {
      for await (const _ of map(engine, [1], { signal: AbortSignal.abort() }));
    });
    assert.is(before.code, 'aborted');
  });

  test(title('its options are checked'), async () => {
    const use = async (options: object) => {
      for await (const _ of engine.map('moments', [1], toArgs, options));
    };
    await refusesUnknownNames(['signal', 'onProgress', 'label', 'attempts', 'slotBytes'], use);
    await refusesValues([[{ slotBytes: -1 }, /'slotBytes' must be a whole number from 0; found -1/]], use);
  });
}

test.after(async () => {
  for (const engine of engines) await engine.close();
});
test.run();
