/** Calls when a signal aborts. However many wait for one signal, it has a single listener: Node warns of more than ten as of a leak. */
interface Waiting {
  calls: Set<() => void>;
  listener: () => void;
}
const bySignal = new WeakMap<AbortSignal, Waiting>();

/** @returns what ends the waiting */
export function onAbort(signal: AbortSignal | undefined, call: () => void): Disposable {
  if (!signal) return { [Symbol.dispose]() {} };
  let waiting = bySignal.get(signal);
  if (!waiting) {
    const calls = new Set<() => void>();
    const listener = () => {
      for (const each of [...calls]) each();
    };
    waiting = { calls, listener };
    bySignal.set(signal, waiting);
    signal.addEventListener('abort', listener);
  }
  const { calls, listener } = waiting;
  const own = () => call();
  calls.add(own);
  return {
    [Symbol.dispose]() {
      calls.delete(own);
      if (calls.size > 0 || bySignal.get(signal)?.calls !== calls) return;
      signal.removeEventListener('abort', listener);
      bySignal.delete(signal);
    },
  };
}
