/**
 * n-grams of tokens: runs of neighbouring words, from n = least to most; of characters of scripts without spaces always one and two, since
 * most of their words have one or two.
 */
import { JOIN, type Tokens } from './tokenizer.js';

export type NgramRange = readonly [least: number, most: number];

const CHARACTERS = 2;
const MIX = 0x9e3779b1;

/** Calls with each n-gram of the tokens from `first` on: tokens.bytes[start, end), a hash, and which tokens, `count` from `token` on. */
export function eachNgram(
  tokens: Tokens,
  first: number,
  [least, most]: NgramRange,
  call: (start: number, end: number, hash: number, token: number, count: number) => void,
): void {
  const { starts, ends, hashes, joins, count } = tokens;
  for (let i = first; i < count; i++) {
    const word = joins[i] === JOIN.word;
    const longest = word ? most : CHARACTERS;
    const shortest = word ? least : 1;
    const follows = word ? JOIN.word : JOIN.next;
    let hash = hashes[i];
    for (let n = 1; ; ) {
      if (n >= shortest) call(starts[i], ends[i + n - 1], hash, i, n);
      if (++n > longest || i + n > count || joins[i + n - 1] !== follows) break;
      hash = Math.imul(hash, MIX) ^ hashes[i + n - 1];
    }
  }
}
