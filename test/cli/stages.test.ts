/** Stages of a job: one is on at a time, and they add up. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STAGES, Stages } from '../../src/cli/stages.js';

test('each moment belongs to the stage that was on, and the stages add up to the whole', () => {
  let now = 1000;
  const stages = new Stages(true, () => now);
  const pass = (ms: number) => {
    now += ms;
  };
  stages.show({ stage: 'read', done: 0, total: 0 });
  pass(500);
  stages.show({ stage: 'read', done: 1, total: 1 });
  pass(250);
  stages.enter('profile');
  pass(100);
  stages.enter('write');
  pass(30);
  stages.show({ stage: 'profile', done: 4096, total: 8000 });
  pass(100);
  stages.enter('write');
  pass(20);
  stages.enter(undefined);
  const { total, ...seconds } = stages.timings();
  assert.equal(Object.keys(seconds), [...STAGES]);
  assert.equal([seconds.read, seconds.profile, seconds.write], [0.75, 0.2, 0.05]);
  assert.is(total, 1);
});

test.run();
