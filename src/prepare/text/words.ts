/**
 * The words behind a text's part in a score. A model of terms is a sum, and what a family makes of that sum is shared among the terms in
 * proportion to their parts; the rest, and what is usual in texts, is one entry without a term, so that all together are the
 * feature's contribution.
 */
import type { Place, TermPart, TextModel } from './text-model.js';

export interface Words {
  /** null for all other words, and what is usual */
  term: string | null;
  contribution: number;
  /** the text around it */
  snippet: string | null;
}

/** Terms that are told, at most; and bytes of text beside each. */
const TERMS = 5;
const AROUND = 40;
/** Where a text says as much for as against, its sum tells little of what a term is worth: shares are as of this many deviations at least. */
const LEAST_SHIFT = 0.25;

/** A feature that is a sum of terms: which of the model's outputs, and its mean and deviation over the training rows. */
interface OfTerms {
  model: TextModel;
  output: number;
  mean: number;
  scale: number;
}

/**
 * What the terms of a text have to do with what its feature adds to a score; nothing where no term is known.
 * @param contribution of the feature
 */
export function wordsOf(text: Uint8Array, contribution: number, { model, output, mean, scale }: OfTerms): Words[] {
  const parts = model.termsOf(text, output);
  if (parts.length === 0) return [];
  const shift = parts.reduce((sum, { part }) => sum + part, model.parts.bias[output]) - mean;
  const size = Math.max(Math.abs(shift), LEAST_SHIFT * scale);
  // A family may turn the sum around, where it says little; then no term is to be told.
  const worth = Math.max(0, (contribution * Math.sign(shift)) / size);
  const strongest = worth > 0 ? strongestOf(parts) : [];
  const places = model.placesOf(
    text,
    strongest.map(({ number }) => number),
  );
  let rest = contribution;
  const words = strongest.map(({ number, part }): Words => {
    const own = Math.fround(worth * part);
    rest -= own;
    return { term: model.parts.terms[number], contribution: own, snippet: snippetOf(text, places.get(number) as Place) };
  });
  return [...words, { term: null, contribution: Math.fround(rest), snippet: null }];
}

/** By falling size; of equal ones that which comes first. */
const strongestOf = (parts: readonly TermPart[]): TermPart[] =>
  [...parts].sort((a, b) => Math.abs(b.part) - Math.abs(a.part)).slice(0, TERMS);

/** The text around a place, cut between characters. */
function snippetOf(text: Uint8Array, { first, end }: Place): string {
  let from = Math.max(0, first - AROUND);
  while (from > 0 && (text[from] & 0xc0) === 0x80) from--;
  let to = Math.min(text.length, end + AROUND);
  while (to < text.length && (text[to] & 0xc0) === 0x80) to++;
  const piece = new TextDecoder('utf-8', { ignoreBOM: true }).decode(text.subarray(from, to));
  return `${from > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`;
}
