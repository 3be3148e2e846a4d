/**
 * The terms of documents, counted shard by shard over the workers. A term's number depends on the order of the documents alone, and what is
 * made of it not even on that: vocabularies are sorted.
 */
import type { Engine } from '../../engine/engine.js';
import type { Analysis, TermCounts } from '../../programs/text/count-terms.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { CsrMatrix } from '../../table/csr-matrix.js';
import { TextDictionary } from '../../table/text-dictionary.js';
import { Layout } from '../../wasm/memory.js';
import type { EncodedDocuments } from './documents.js';

/** Bytes of text in a shard, and documents, at most: where one document has more, it is a shard. */
const SHARD_BYTES = 2 ** 20;
const SHARD_DOCUMENTS = 16384;

export interface Corpus {
  /** in the order in which they first come */
  terms: string[];
  /** the terms' numbers by their code points, ascending */
  sorted: Int32Array;
  /** documents that each term is in */
  frequencies: Float64Array;
  /** how often each comes in all */
  totals: Float64Array;
  /** i32[documents + 1]; of each document its terms' numbers, each once, and how often they come */
  indptr: Int32Array;
  numbers: Int32Array;
  counts: Int32Array;
}

interface Shard {
  first: number;
  documents: number;
}

function shardsOf(offsets: Float64Array): Shard[] {
  const documents = offsets.length - 1;
  const shards: Shard[] = [];
  for (let first = 0, d = 0; first < documents; first = d) {
    for (d = first + 1; d < documents && d - first < SHARD_DOCUMENTS && offsets[d + 1] - offsets[first] <= SHARD_BYTES; ) d++;
    shards.push({ first, documents: d - first });
  }
  return shards;
}

/** @throws CameoError 'memory' for a document that does not fit into the engine's memory, 'aborted' */
export async function countCorpus(
  engine: Engine,
  { bytes, offsets }: EncodedDocuments,
  analysis: Analysis,
  run: RunOptions,
): Promise<Corpus> {
  const merged = new Merged(offsets.length - 1);
  const shards = shardsOf(offsets);
  const length = ({ first, documents }: Shard) => offsets[first + documents] - offsets[first];
  const slot = new Layout(0);
  const own = {
    offsets: slot.take(shards.reduce((most, { documents }) => Math.max(most, documents), 0) * 8 + 8),
    text: slot.take(shards.reduce((most, shard) => Math.max(most, length(shard)), 0)),
  };
  const results = engine.map(
    'countTerms',
    shards,
    (shard, base) => {
      const { first, documents } = shard;
      const to = engine.f64(base + own.offsets, documents + 1);
      for (let d = 0; d <= documents; d++) to[d] = offsets[first + d] - offsets[first];
      engine.u8(base + own.text, length(shard)).set(bytes.subarray(offsets[first], offsets[first + documents]));
      return { ...analysis, text: base + own.text, offsets: base + own.offsets, documents };
    },
    { ...run, slotBytes: slot.bytes },
  );
  for await (const { value } of results) merged.add(value);
  return merged.corpus();
}

/** Counts of shards under the numbers of one dictionary. */
class Merged {
  readonly #dictionary = new TextDictionary();
  readonly #parts: { numbers: Int32Array; counts: Int32Array }[] = [];
  readonly #frequencies: number[] = [];
  readonly #indptr: Int32Array;
  #documents = 0;

  constructor(documents: number) {
    this.#indptr = new Int32Array(documents + 1);
  }

  add({ bytes, ends, frequencies, indptr, terms, counts }: TermCounts): void {
    const own = new Int32Array(ends.length);
    for (let k = 0, first = 0; k < ends.length; first = ends[k++]) {
      const number = this.#dictionary.code(bytes, first, ends[k]);
      own[k] = number;
      this.#frequencies[number] = (this.#frequencies[number] ?? 0) + frequencies[k];
    }
    const before = this.#indptr[this.#documents];
    for (let d = 1; d < indptr.length; d++) this.#indptr[this.#documents + d] = before + indptr[d];
    this.#documents += indptr.length - 1;
    const numbers = new Int32Array(terms.length);
    for (let i = 0; i < terms.length; i++) numbers[i] = own[terms[i]];
    this.#parts.push({ numbers, counts });
  }

  corpus(): Corpus {
    const { texts: terms } = this.#dictionary.finish();
    const sorted = this.#dictionary.sorted();
    const length = this.#indptr[this.#indptr.length - 1];
    const numbers = new Int32Array(length);
    const counts = new Int32Array(length);
    const totals = new Float64Array(terms.length);
    let at = 0;
    for (const part of this.#parts) {
      numbers.set(part.numbers, at);
      counts.set(part.counts, at);
      at += part.counts.length;
    }
    for (let i = 0; i < length; i++) totals[numbers[i]] += counts[i];
    const frequencies = Float64Array.from(this.#frequencies);
    return { terms, sorted, frequencies, totals, indptr: this.#indptr, numbers, counts };
  }
}

/**
 * The counts as rows.
 * @param columnOf each term's column, −1 for none; two terms of one column are an error here
 */
export function rowsOf({ indptr, numbers, counts }: Corpus, columnOf: Int32Array, columns: number): CsrMatrix {
  const rows = indptr.length - 1;
  // By columns first, and from there by rows again: each row's columns then ascend.
  const starts = new Int32Array(columns + 1);
  const own = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    own[r + 1] = own[r];
    for (let i = indptr[r]; i < indptr[r + 1]; i++) {
      const column = columnOf[numbers[i]];
      if (column < 0) continue;
      starts[column + 1]++;
      own[r + 1]++;
    }
  }
  for (let j = 0; j < columns; j++) starts[j + 1] += starts[j];
  const rowOf = new Int32Array(own[rows]);
  const countOf = new Int32Array(own[rows]);
  const next = starts.slice(0, columns);
  for (let r = 0; r < rows; r++) {
    for (let i = indptr[r]; i < indptr[r + 1]; i++) {
      const column = columnOf[numbers[i]];
      if (column < 0) continue;
      rowOf[next[column]] = r;
      countOf[next[column]++] = counts[i];
    }
  }
  const indices = new Int32Array(own[rows]);
  const values = new Float32Array(own[rows]);
  const to = own.slice(0, rows);
  for (let j = 0; j < columns; j++) {
    for (let i = starts[j]; i < starts[j + 1]; i++) {
      const at = to[rowOf[i]]++;
      indices[at] = j;
      values[at] = countOf[i];
    }
  }
  return new CsrMatrix({ indptr: own, indices, values, columns });
}
