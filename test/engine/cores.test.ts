/** How many threads may run at once: what the system grants, and a container's share of it. */
import { availableParallelism } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { availableCores, mostThreads } from '../../src/engine/cores.js';
import { createEngine } from '../../src/index.js';

const all = availableParallelism();
/** A system with these files. */
const system = (files: Record<string, string>) => (path: string) => {
  if (!(path in files)) throw new Error('ENOENT');
  return files[path];
};
const v1 = (quota: number) => ({
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': `${quota}\n`,
  '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
});

test('without a limit, all that the system grants', () => {
  assert.is(availableCores(system({})), all);
  assert.is(availableCores(system({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' })), all);
  assert.is(availableCores(system(v1(-1))), all);
  assert.is(availableCores(system({ '/sys/fs/cgroup/cpu.max': '99900000 100000\n' })), all);
});

test('a container’s share, rounded up; never none', () => {
  assert.is(availableCores(system({ '/sys/fs/cgroup/cpu.max': '50000 100000\n' })), 1);
  assert.is(availableCores(system({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' })), Math.min(2, all));
  assert.is(availableCores(system(v1(100_000))), 1);
  assert.is(availableCores(system(v1(200_000))), Math.min(2, all));
});

test('an engine that is asked for a thousand threads says how many it has, and why', async () => {
  const cores = availableCores();
  await using engine = await createEngine({ threads: 1000 });
  const { threads, threadsReason } = engine.capabilities();
  assert.is(threads, Math.min(1000, mostThreads(cores)));
  if (threads < 1000)
    assert.is(threadsReason, `1000 were asked for, and ${threads} are the most on ${cores} core${cores === 1 ? '' : 's'}`);
  await using small = await createEngine({ threads: 1 });
  assert.is(small.capabilities().threadsReason, undefined);
});

test.run();
