/**
 * The words behind a text's part in a score. A model of terms is a sum, and what a family makes of that sum is shared among the terms in
 * proportion to their parts; the rest, and what is usual in texts, is one entry without a term, so that all together are the
 * feature's contribution.
 */
import type { TermPart } from './text-model.js';

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

/** @param of the sum over the training rows: its mean and deviation */
export function wordsOf(
  parts: readonly TermPart[],
  text: Uint8Array,
  contribution: number,
  of: { model: { parts: { bias: Float64Array } }; output: number; mean: number; scale: number },
): Words[] {
  if (parts.length === 0) return [];
  const shift = parts.reduce((sum, { part }) => sum + part, of.model.parts.bias[of.output]) - of.mean;
  const size = Math.max(Math.abs(shift), LEAST_SHIFT * of.scale);
  // A family may turn the sum around, where it says little; then no term is to be told.
  const worth = Math.max(0, (contribution * Math.sign(shift)) / size);
  const strongest = [...parts]
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part) || a.first - b.first || a.end - b.end)
    .slice(0, worth > 0 ? TERMS : 0);
  let rest = contribution;
  const words = strongest.map(({ term, part, first, end }): Words => {
    const own = Math.fround(worth * part);
    rest -= own;
    return { term, contribution: own, snippet: snippetOf(text, first, end) };
  });
  return [...words, { term: null, contribution: Math.fround(rest), snippet: null }];
}

/** The text around a place, cut between characters. */
function snippetOf(text: Uint8Array, first: number, end: number): string {
  let from = Math.max(0, first - AROUND);
  while (from > 0 && (text[from] & 0xc0) === 0x80) from--;
  let to = Math.min(text.length, end + AROUND);
  while (to < text.length && (text[to] & 0xc0) === 0x80) to++;
  const piece = new TextDecoder('utf-8', { ignoreBOM: true }).decode(text.subarray(from, to));
  return `${from > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`;
}
