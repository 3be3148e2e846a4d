// Which part of the sources may import which, and what of it does not hold (`npm run lint`). docs/architecture.md draws what comes of it.
import { builtinModules } from 'node:module';
import { cruise } from 'dependency-cruiser';

/**
 * The rooms of src/ from the ground up; those of one line stand side by side. A file imports from its own room and from rooms below it.
 * The ground are the files right in src/, without the entries.
 */
export const ROOMS = [
  ['ground'],
  ['wasm'],
  ['metrics'],
  ['programs'],
  ['scheduler'],
  ['webgpu'],
  ['engine'],
  ['table'],
  ['events'],
  ['prepare'],
  ['embeddings'],
  ['models', 'recommend'],
  ['score'],
  ['profile'],
  ['io'],
  ['bench'],
  ['entries'],
  ['cli'],
];
const ENTRIES = 'index|node|edge|browser';

/** Paths of a room's files. */
function pathOf(room) {
  if (room === 'ground') return `^src/(?!(?:${ENTRIES})[.])[^/]+$`;
  return room === 'entries' ? `^src/(?:${ENTRIES})[.]ts$` : `^src/${room}/`;
}
const pathsOf = (rooms) => rooms.map(pathOf);
/** The room of a file of src/. */
export const roomOf = (file) => ROOMS.flat().find((room) => new RegExp(pathOf(room)).test(file));

/** Files, threads, sockets: all that is built into Node. */
const NODE = `^(node:)?(${builtinModules.join('|')})$`;
const STORES = 'node_modules/(@duckdb|apache-arrow|arrow-js-ffi|pg|pg-cursor)/';

/** These hold for imports of types too. */
const RULES = [
  {
    name: 'no circles',
    comment: 'Files that import each other can only be understood together.',
    from: {},
    to: { circular: true },
  },
  ...ROOMS.slice(0, -1).flatMap((level, at) =>
    level.map((room) => ({
      name: 'imports go down',
      comment: 'A room knows only what lies below it, in the order of ROOMS in scripts/dependencies.mjs.',
      from: { path: pathOf(room) },
      to: { path: pathsOf([...level.filter((beside) => beside !== room), ...ROOMS.slice(at + 1).flat()]) },
    })),
  ),
  {
    name: 'sources stand alone',
    comment: 'What is published knows no tests, benchmarks or examples.',
    from: { path: '^src/' },
    to: { path: '^(test|bench|examples|scripts|integrations)/' },
  },
  {
    name: 'files are at the border',
    comment: 'Readers and writers are for the command, a service and the entries; what is inside takes tables and events.',
    from: { path: '^src/', pathNot: pathsOf(['io', 'cli', 'service', 'entries']) },
    to: { path: pathOf('io') },
  },
  {
    name: 'models know no files',
    comment: 'What learns takes plain data: it reaches no file, no database and no type of Arrow.',
    from: { path: pathsOf(['models', 'recommend']) },
    to: { path: [NODE, STORES], reachable: true },
  },
];

/** These hold for what is there when the program runs, without types. */
const RUN_TIME_RULES = [
  {
    name: 'the edge is light',
    comment:
      "cameo/edge runs where there is only WebAssembly: nothing of Node and, of packages, valibot and TypeScript's helpers alone.",
    from: { path: '^src/edge[.]ts$' },
    to: { path: [NODE, 'node_modules/(?!valibot/|tslib/)'], reachable: true },
  },
];

/** Files below folders of a checkout with what they import: dependency-cruiser's result. @param types whether imports of types count */
export async function importsOf(checkout, folders, types = true, rules = []) {
  const forbidden = rules.map((rule) => ({ severity: 'error', ...rule }));
  const options = {
    baseDir: checkout,
    ruleSet: { forbidden },
    validate: true,
    tsPreCompilationDeps: types,
    doNotFollow: { path: 'node_modules/' },
  };
  const resolving = { extensions: ['.ts', '.js'], conditionNames: ['import', 'node', 'default'] };
  return (await cruise(folders, options, resolving)).output;
}

const UNLISTED = {
  name: 'rooms are listed',
  comment: 'A folder of src/ has its place in ROOMS in scripts/dependencies.mjs, from which its direction follows.',
};

/** What does not hold: the rule, the file, and the way from it to what is refused. */
export async function violationsOf(checkout) {
  const all = await importsOf(checkout, ['src'], true, RULES);
  const atRunTime = await importsOf(checkout, ['src'], false, RUN_TIME_RULES);
  const strangers = all.modules.map(({ source }) => source).filter((file) => file.startsWith('src/') && !roomOf(file));
  const found = [all, atRunTime].flatMap(({ summary }) =>
    summary.violations.map(({ rule, from, to, cycle, via }) => ({
      ...[...RULES, ...RUN_TIME_RULES].find(({ name }) => name === rule.name),
      from,
      way: (cycle ?? via ?? [{ name: to }]).map(({ name }) => name),
    })),
  );
  return [...found, ...strangers.map((from) => ({ ...UNLISTED, from, way: [] }))].map(({ name, comment, from, way }) => ({
    rule: name,
    comment,
    from,
    way,
  }));
}
