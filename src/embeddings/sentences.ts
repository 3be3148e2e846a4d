/** Sentences as numbers of words. Words are numbered by how often they come, those that come equally often by their code units. */
import { errors } from '../errors.js';
import { Tokenizer, Tokens } from '../programs/text/tokenizer.js';
import type { TokenText } from './skip-gram.js';

/** Texts, which are cut into words (programs/text/tokenizer.ts), or lists of words. */
export type Sentences = readonly (string | readonly string[])[];

export interface NumberedSentences extends TokenText {
  words: string[];
}

/** Calls back with each sentence's words. */
function eachSentence(sentences: Sentences, see: (words: readonly string[]) => void): void {
  if (typeof sentences === 'string' || !Array.isArray(sentences))
    throw errors.invalid('Sentences must be a list of texts or of lists of words.');
  const tokenizer = new Tokenizer('word', false);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const tokens = new Tokens();
  for (const [s, sentence] of sentences.entries()) {
    if (typeof sentence === 'string') {
      const text = encoder.encode(sentence);
      [tokens.length, tokens.count] = [0, 0];
      tokenizer.read(text, 0, text.length, tokens);
      const { bytes, starts, ends, count } = tokens;
      see(Array.from({ length: count }, (_, t) => decoder.decode(bytes.subarray(starts[t], ends[t]))));
      continue;
    }
    if (!Array.isArray(sentence) || !sentence.every((word) => typeof word === 'string'))
      throw errors.shape(`Sentence ${s}`, 'a text or a list of words', typeof sentence);
    see(sentence);
  }
}

/**
 * @param minCount words that come less often are left out, as if they were not there
 * @throws CameoError 'argument' for what are no sentences, 'data' where no words are left
 */
export function numberSentences(sentences: Sentences, minCount: number): NumberedSentences {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const found: number[] = [];
  eachSentence(sentences, (words) => {
    for (const word of words) {
      let number = numbers.get(word);
      if (number === undefined) {
        number = counts.length;
        numbers.set(word, number);
        counts.push(0);
      }
      counts[number]++;
      found.push(number);
    }
    found.push(-1);
  });
  if (counts.length === 0) throw errors.noTerms('none of them has a word');
  const all = [...numbers].filter(([, number]) => counts[number] >= minCount);
  if (all.length === 0) throw errors.noTerms(`none of the ${counts.length} words comes ${minCount} times ('minCount')`);
  all.sort(([a, i], [b, j]) => counts[j] - counts[i] || (a < b ? -1 : 1));
  const place = new Int32Array(counts.length).fill(-2);
  for (const [k, [, number]] of all.entries()) place[number] = k;
  const tokens = Int32Array.from(found, (number) => (number < 0 ? -1 : place[number])).filter((token) => token >= -1);
  return { tokens, words: all.map(([word]) => word), counts: Float64Array.from(all, ([, number]) => counts[number]) };
}
