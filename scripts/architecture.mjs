// `npm run docs:architecture`: draws the rooms of src/ and who uses whom into docs/architecture.md, from the imports of the code.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { importsOf, ROOMS, roomOf } from './dependencies.mjs';

const PAGE = 'docs/architecture.md';
const [BEGIN, END] = ['<!-- drawn by npm run docs:architecture -->', '<!-- end of the drawing -->'];

/** What is in each room, in a line. */
const ABOUT = {
  ground: 'errors, options, parts of files, math, random',
  wasm: 'linear memory, the four builds of the kernels',
  metrics: 'how good an answer is',
  programs: 'whole computations over a shard',
  scheduler: 'shards to workers, inline or in threads',
  webgpu: 'twins of programs',
  engine: 'memory, kernels and workers as one',
  table: 'columns, events, sections; Arrow',
  events: 'behaviour, preferences, pairs',
  prepare: 'what columns become: features, targets',
  embeddings: 'vectors of words and items',
  models: 'families that learn a target',
  recommend: 'recommenders that rank items',
  score: 'one target: fit, evaluate, explain',
  profile: 'the profiler and its model file',
  io: 'readers and writers',
  bench: 'cameo bench',
  entries: 'cameo, cameo/edge, cameo/browser',
  cli: 'the command',
};
/** Rooms that data goes through, from input to output. */
const WAY = ['io', 'table', 'events', 'prepare', 'models', 'recommend', 'score', 'profile'];

/** Which rooms each room imports from. */
async function roomsOf(checkout) {
  const { modules } = await importsOf(checkout, ['src']);
  const uses = new Map(ROOMS.flat().map((room) => [room, new Set()]));
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(source), roomOf(resolved)];
      if (from && to && from !== to) uses.get(from).add(to);
    }
  }
  return uses;
}

/** The graph without the edges that follow from others. */
function reduced(uses) {
  const reach = (room, seen = new Set()) => {
    for (const next of uses.get(room)) {
      if (seen.has(next)) continue;
      seen.add(next);
      reach(next, seen);
    }
    return seen;
  };
  const follows = (room, target) => [...uses.get(room)].some((other) => other !== target && reach(other).has(target));
  return new Map([...uses].map(([room, targets]) => [room, [...targets].filter((target) => !follows(room, target))]));
}

/** The drawing as Mermaid, the ground below. */
export async function draw(checkout) {
  const uses = await roomsOf(checkout);
  const there = ROOMS.flat().filter((room) =>
    [...uses].some(([name, targets]) => (name === room ? targets.size > 0 : targets.has(room))),
  );
  const lines = there.map((room) => `  ${room}["<b>${room}</b><br/>${ABOUT[room]}"]`);
  for (const [room, targets] of reduced(uses)) {
    for (const target of [...targets].sort((a, b) => there.indexOf(a) - there.indexOf(b)))
      lines.push(`  ${target} --> ${room}`);
  }
  lines.push('  classDef way stroke-width:3px', `  class ${WAY.join(',')} way`);
  return `${BEGIN}\n\`\`\`mermaid\nflowchart BT\n${lines.join('\n')}\n\`\`\`\n${END}`;
}

/** The page with the drawing in its place. */
export async function pageOf(checkout, page) {
  const [before, rest] = page.split(BEGIN);
  return before + (await draw(checkout)) + rest.split(END)[1];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(PAGE, await pageOf('.', readFileSync(PAGE, 'utf8')));
  console.log(`${PAGE} is drawn`);
}
