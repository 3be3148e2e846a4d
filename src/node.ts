/**
 * What the entry for Node, Deno and Bun brings, loaded when it is first asked for: a process that only answers, or only prints its help,
 * does without fitting.
 */
import { createEngine } from './engine/create.js';
import { defaultEngine, provideDefaultEngine } from './engine/default.js';
import { provide } from './profile/entry.js';

const tables = () => import('./profile/tables.js');

provideDefaultEngine(() => createEngine());
provide({
  fit: async (...args) => (await import('./profile/fit.js')).fitSections(...args),
  schemaOf: async (...args) => (await tables()).schemaOf(...args),
  profile: async function* (...args) {
    yield* (await tables()).profileTables(...args);
  },
  evaluate: async (...args) => (await tables()).evaluateTable(...args),
  engine: defaultEngine,
  engineOf: async (...args) => (await import('./engine/create-edge.js')).createEdgeEngine(...args),
});
