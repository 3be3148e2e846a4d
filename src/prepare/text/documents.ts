/** Documents as UTF-8 bytes, one behind the other. */
import { errors } from '../../errors.js';

/** Texts, or UTF-8 bytes; null and undefined are documents of no word. */
export type Documents = readonly (string | Uint8Array | null | undefined)[];

export interface EncodedDocuments {
  bytes: Uint8Array;
  /** f64[documents + 1]: where each begins */
  offsets: Float64Array;
}

/** Bytes that one array may have in every runtime. */
const MOST = 2 ** 31 - 1;

/** @throws CameoError 'argument' for what is no list of texts, 'memory' for more than 2 GiB */
export function encodeDocuments(documents: Documents): EncodedDocuments {
  if (typeof documents === 'string' || !Array.isArray(documents)) throw errors.invalid('Documents must be a list of texts.');
  const encoder = new TextEncoder();
  const offsets = new Float64Array(documents.length + 1);
  let length = 0;
  for (const [d, text] of documents.entries()) {
    if (text !== null && text !== undefined && typeof text !== 'string' && !(text instanceof Uint8Array))
      throw errors.shape(`Document ${d}`, 'a text, UTF-8 bytes, null or undefined', typeof text);
    length += text?.length ?? 0;
  }
  let bytes = new Uint8Array(Math.ceil(1.1 * length) + 64);
  let at = 0;
  for (const [d, text] of documents.entries()) {
    const most = at + (typeof text === 'string' ? 3 * text.length : (text?.length ?? 0));
    if (most > bytes.length) {
      if (most > MOST) throw errors.memory(most, MOST);
      const more = new Uint8Array(Math.min(MOST, 2 * most));
      more.set(bytes.subarray(0, at));
      bytes = more;
    }
    if (typeof text === 'string') at += encoder.encodeInto(text, bytes.subarray(at)).written;
    else if (text) {
      bytes.set(text, at);
      at += text.length;
    }
    offsets[d + 1] = at;
  }
  return { bytes: bytes.subarray(0, at), offsets };
}
