/** Many wait for one signal by one listener. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onAbort } from '../../src/scheduler/on-abort.js';

/** How many listeners a signal has. */
function counted(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

test('a signal has one listener for all that wait, none when nobody does, and calls those that still wait', () => {
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  const called: number[] = [];
  const waiting = Array.from({ length: 30 }, (_, i) => onAbort(controller.signal, () => called.push(i)));
  assert.is(listeners(), 1);
  for (const each of waiting) each[Symbol.dispose]();
  assert.is(listeners(), 0);
  const again = Array.from({ length: 5 }, (_, i) => onAbort(controller.signal, () => called.push(i)));
  again[2][Symbol.dispose]();
  again[2][Symbol.dispose]();
  assert.is(listeners(), 1);
  controller.abort();
  assert.equal(called, [0, 1, 3, 4]);
  for (const each of again) each[Symbol.dispose]();
  assert.is(listeners(), 0);
  onAbort(undefined, () => assert.unreachable())[Symbol.dispose]();
});

test.run();
