/**
 * safetensors (https://huggingface.co/docs/safetensors): a format of tensors without code.
 *
 *     u64 header length │ header, JSON padded with spaces to 8 bytes │ tensors, one after the other
 *     header: { "__metadata__": { text: text }, name: { dtype, shape, data_offsets: [begin, end] } }
 *
 * No npm package reads and writes it and is kept up, hence this file. To notice a byte that changed anywhere, the
 * metadata carries `sha256` of the whole file, computed with 64 zeros in its own place.
 */
import { errors } from './errors.js';

export type Tensor = { shape: number[]; values: Float32Array | Float64Array };
export interface Safetensors {
  metadata: Record<string, string>;
  tensors: Record<string, Tensor>;
}

const TYPES = { F32: Float32Array, F64: Float64Array } as const;
const ZEROS = '0'.repeat(64);
const CHECKSUM = /"sha256":"([0-9a-f]{64})"/;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** The file's bytes: a copy, the same for the same contents. Tensors are written in the order of their names. */
export async function writeSafetensors({ metadata, tensors }: Safetensors): Promise<Uint8Array> {
  const { sha256: _, ...rest } = metadata;
  const names = Object.keys(tensors).sort();
  let end = 0;
  // Made of entries, here as below: a name may be '__proto__', which must not be assigned.
  const entries = names.map((name) => {
    const { shape, values } = tensors[name];
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: values instanceof Float32Array ? 'F32' : 'F64', shape, data_offsets: [begin, end] }];
  });
  const header = { __metadata__: { sha256: ZEROS, ...rest }, ...Object.fromEntries(entries) };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const text = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(32);
  text.set(json);
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  const start = 8 + text.length;
  let at = start;
  for (const name of names) {
    const { values } = tensors[name];
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  // By its name: any other text may hold zeros too.
  const place = (CHECKSUM.exec(new TextDecoder('latin1').decode(bytes.subarray(8, start))) as RegExpExecArray).index + 10;
  bytes.set(new TextEncoder().encode(await sha256(bytes)), 8 + place);
  return bytes;
}

/**
 * The contents of a file, copied and aligned.
 * @throws CameoError 'model' for anything that is not whole: every length and offset is checked before use
 */
export async function readSafetensors(given: Uint8Array): Promise<Safetensors> {
  // A Uint8Array of its own: slice of a Node Buffer is a view.
  const bytes = new Uint8Array(given);
  const fail = (what: string, expected: string, found: unknown) => errors.modelFile(what, expected, String(found));
  if (bytes.length < 16) throw fail('length', 'at least 16 bytes', bytes.length);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) throw fail('header length', `at most ${bytes.length - 8} bytes`, length);
  const start = 8 + Number(length);
  // latin1 keeps byte and character numbers the same; it serves only to find the checksum.
  const found = CHECKSUM.exec(new TextDecoder('latin1').decode(bytes.subarray(8, start)));
  if (!found) throw fail('checksum', 'sha256 in the metadata', 'none');
  const cleared = bytes.slice();
  cleared.fill(48, 8 + found.index + 10, 8 + found.index + 74);
  const sum = await sha256(cleared);
  if (sum !== found[1])
    throw fail('checksum', `${found[1].slice(0, 12)}…`, `${sum.slice(0, 12)}…, so the file was cut or changed`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    throw fail('header', 'JSON', 'something else');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw fail('header', 'an object', 'something else');
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>;
  if (typeof metadata !== 'object' || metadata === null || Object.values(metadata).some((v) => typeof v !== 'string')) {
    throw fail('metadata', 'texts by name', 'something else');
  }
  const read = ([name, entry]: [string, unknown]): [string, Tensor] => {
    const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
    const whole = (v: unknown): v is number[] => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (dtype !== 'F32' && dtype !== 'F64') throw fail(`type of tensor '${name}'`, 'F32 or F64', dtype);
    if (!whole(shape)) throw fail(`shape of tensor '${name}'`, 'whole numbers', 'something else');
    if (!whole(data_offsets) || data_offsets.length !== 2)
      throw fail(`place of tensor '${name}'`, 'two whole numbers', 'something else');
    const [begin, end] = data_offsets;
    const size = sizeOf(shape) * TYPES[dtype].BYTES_PER_ELEMENT;
    if (begin > end || start + end > bytes.length || end - begin !== size) {
      throw fail(`tensor '${name}'`, `${size} bytes within the file`, `bytes ${begin} to ${end} of ${bytes.length - start}`);
    }
    const copy = bytes.slice(start + begin, start + end);
    return [name, { shape, values: new TYPES[dtype](copy.buffer, 0, sizeOf(shape)) }];
  };
  return { metadata: metadata as Record<string, string>, tensors: Object.fromEntries(Object.entries(entries).map(read)) };
}
