/**
 * Word2Vec beside gensim at the same settings on the women's reviews: whether the ten nearest words of the 500 commonest are the same, as far as two
 * seeds of gensim agree about them, and how many raw words a second one thread learns from.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, Word2Vec } from '../src/index.js';
import { Tokenizer, Tokens } from '../src/programs/text/tokenizer.js';
import { lacking, reviewTable, textsOf } from '../test/support/reviews.js';
import { PEERS } from './support.js';

const SETTINGS = {
  vectorSize: 100,
  window: 5,
  minCount: 5,
  negative: 5,
  sample: 0.001,
  nsExponent: 0.75,
  alpha: 0.025,
  minAlpha: 0.0001,
  epochs: 5,
};
const WORDS = 500;
const NEAREST = 10;

/** The Python that has gensim: $CAMEO_PYTHON, the peers' or python3; undefined when none has it. */
const gensim = () =>
  [process.env.CAMEO_PYTHON, join(PEERS, 'venv/bin/python'), 'python3'].find(
    (name) => name && spawnSync(name, ['-c', 'import gensim']).status === 0,
  );

/** Title and text of each review, as lists of words. */
async function sentences(): Promise<string[][]> {
  const { columns } = await reviewTable('women');
  const [titles, texts] = ['Title', 'Review Text'].map((name) => textsOf(columns.filter((column) => column.name === name)[0]));
  const tokenizer = new Tokenizer('word', false);
  const tokens = new Tokens();
  return texts.map((review, r) => {
    const text = new TextEncoder().encode(`${titles[r]} ${review}`);
    [tokens.length, tokens.count] = [0, 0];
    tokenizer.read(text, 0, text.length, tokens);
    return new TextDecoder().decode(tokens.bytes.subarray(0, tokens.length)).split(' ').filter(Boolean);
  });
}

/** Mean share of the lists' words that are in both. */
function overlap(a: readonly (readonly string[])[], b: readonly (readonly string[])[]): number {
  const shares = a.map((list, k) => list.filter((word) => b[k].includes(word)).length / NEAREST);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

interface Peer {
  words: string[];
  neighbours: string[][][];
  speeds: number[];
}

function peer(corpus: readonly string[][], python: string): Peer {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    const file = join(folder, 'sentences.txt');
    writeFileSync(file, corpus.map((words) => words.join(' ')).join('\n'));
    const options = JSON.stringify({ ...SETTINGS, seeds: [1, 2], words: WORDS, n: NEAREST });
    return JSON.parse(execFileSync(python, ['bench/peers/word2vec.py', file, options], { encoding: 'utf8', maxBuffer: 1e9 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function word2vec(): Promise<void> {
  if (lacking('women')) return console.log(`word2vec: skipped, ${lacking('women')}`);
  const corpus = await sentences();
  const raw = SETTINGS.epochs * corpus.reduce((sum, words) => sum + words.length, 0);
  const ours: string[][][] = [];
  const speeds: number[] = [];
  let words: readonly string[] = [];
  await using engine = await createEngine({ threads: 0 });
  for (const seed of [1, 2]) {
    const model = new Word2Vec({ ...SETTINGS, engine, seed });
    const begun = performance.now();
    await model.fit(corpus);
    speeds.push((raw / (performance.now() - begun)) * 1000);
    words = model.words.slice(0, WORDS);
    ours.push(words.map((word) => model.mostSimilar(word, NEAREST).map((found) => found.word)));
  }
  const fast = (list: readonly number[]) => `${Math.round(Math.max(...list) / 1000)} k raw words/s`;
  console.log(`word2vec: cameo, one thread ${fast(speeds)}; two of its seeds agree in ${overlap(ours[0], ours[1]).toFixed(3)}`);
  const python = gensim();
  if (!python) return console.log('word2vec: no Python with gensim to compare with');
  const theirs = peer(corpus, python);
  if (theirs.words.join() !== words.join()) throw new Error('word2vec: gensim has other words');
  const [a, b] = theirs.neighbours;
  const mean = [a, b].flatMap((list) => ours.map((own) => overlap(own, list))).reduce((sum, x) => sum + x / 4, 0);
  const share = `${NEAREST} nearest of ${WORDS} words: cameo and gensim ${mean.toFixed(3)}, two seeds of gensim ${overlap(a, b).toFixed(3)}`;
  console.log(`word2vec: ${share}; gensim, one thread ${fast(theirs.speeds)}`);
}
