/**
 * The messages of an Arrow IPC stream, and of an Arrow file, which is such a stream between two marks with a footer at its end.
 *
 *     stream   messages, then one of 0 bytes of metadata, without which it was cut
 *     message  u32 −1 · u32 bytes of metadata · metadata, a flatbuffer · body      (before Arrow 0.15 without the −1)
 *     file     'ARROW1' · 2 bytes · stream · footer · u32 bytes of it · 'ARROW1'
 *
 * A stream is read as it comes, a file once it is there. Nothing is believed before: a message that claims to be large takes no more memory
 * than the bytes that come.
 * See https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc.
 */
import { Damage, FlatTable, holds } from './flatbuffer.js';

export interface Message {
  kind: 'schema' | 'dictionary' | 'batch';
  header: FlatTable;
  /** begins a buffer of its own, and so is aligned */
  body: Uint8Array<ArrayBuffer>;
}

const KINDS = [undefined, 'schema', 'dictionary', 'batch'] as const;
const MAGIC = 'ARROW1';
const CONTINUES = 0xffffffff;
/** The numbers of the versions of metadata that are read: 4 and 5, since Arrow 0.8. */
const VERSIONS = [3, 4];
/** More than any file has that is no attack, and less than what a buffer may be. */
const LARGEST = { metadata: 2 ** 28, body: 2 ** 31 - 1 };
const CUT = 'it ends in the middle: the rest is missing';

/** @throws Damage */
export async function* messagesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const source = new Source(input);
  try {
    yield* read(source);
  } finally {
    await source.close();
  }
}

async function* read(source: Source): AsyncGenerator<Message> {
  const first = await source.peek(MAGIC.length);
  holds(first.length > 0, 'it is empty');
  const text = String.fromCharCode(...first);
  holds(!text.startsWith('FEA1'), 'it is Feather of version 1; write version 2, which is Arrow');
  if (text === MAGIC) return yield* messagesOfFile(await source.rest());
  for (let message = await readMessage(source); message; message = await readMessage(source)) yield message;
}

/** By the footer, as all readers of files do: polars writes a schema before the batches that is no message. */
async function* messagesOfFile(bytes: Uint8Array): AsyncGenerator<Message> {
  const end = bytes.length - MAGIC.length;
  holds(end >= MAGIC.length + 4 && String.fromCharCode(...bytes.subarray(end)) === MAGIC, CUT);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end - 4, true);
  holds(size <= end - 4, 'its footer claims to be longer than the file');
  const footer = FlatTable.root(bytes.subarray(end - 4 - size, end - 4));
  const schema = footer.table(1);
  holds(schema !== undefined, 'its footer has no schema');
  yield { kind: 'schema', header: schema, body: new Uint8Array() };
  // No two may be the same bytes: a short footer could name a long batch many times.
  let left = end - 4 - size;
  for (const [kind, field] of [['dictionary', 2] as const, ['batch', 3] as const]) {
    for (const [offset] of footer.pairs(field, 24)) {
      const source = new Source([bytes.subarray(offset, end - 4 - size)]);
      const message = await readMessage(source);
      left -= source.position;
      holds(message?.kind === kind && left >= 0, 'its footer does not fit what is before it');
      yield message;
    }
  }
}

/** The next message; undefined for the mark of the end. */
async function readMessage(source: Source): Promise<Message | undefined> {
  let size = await source.u32();
  if (size === CONTINUES) size = await source.u32();
  if (size === 0) return undefined;
  holds(size <= LARGEST.metadata, 'it is no Arrow, or damaged: a message claims more metadata than there can be');
  const message = FlatTable.root(await source.take(size));
  holds(VERSIONS.includes(message.i16(0)), 'its metadata is of a version that is not known');
  const kind = KINDS[message.u8(1)];
  const header = message.table(2);
  holds(kind !== undefined && header !== undefined, 'it holds a message that is no part of a table');
  const length = message.size(3);
  holds(length <= LARGEST.body, 'a batch is larger than 2 GiB; write smaller ones');
  return { kind, header, body: await source.take(length) };
}

/** Bytes that arrive in pieces, taken in other pieces. */
class Source {
  position = 0;
  readonly #input: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #pieces: Uint8Array[] = [];
  #there = 0;

  constructor(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#input = Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
  }

  /** The next bytes, which stay: fewer at the end. */
  async peek(count: number): Promise<Uint8Array> {
    await this.#fetch(count);
    return this.#copy(Math.min(count, this.#there));
  }

  /** The next bytes: a copy. @throws Damage where they are not all there */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#fetch(count);
    if (this.#there < count) throw new Damage(CUT);
    const bytes = this.#copy(count);
    let left = count;
    let used = 0;
    while (used < this.#pieces.length && this.#pieces[used].length <= left) left -= this.#pieces[used++].length;
    this.#pieces.splice(0, used);
    if (left > 0) this.#pieces[0] = this.#pieces[0].subarray(left);
    this.#there -= count;
    this.position += count;
    return bytes;
  }

  async u32(): Promise<number> {
    return new DataView((await this.take(4)).buffer).getUint32(0, true);
  }

  /** All bytes that are left. */
  async rest(): Promise<Uint8Array> {
    await this.#fetch(Number.POSITIVE_INFINITY);
    return this.take(this.#there);
  }

  async close(): Promise<void> {
    await this.#input.return?.();
  }

  async #fetch(count: number): Promise<void> {
    while (this.#there < count) {
      const { value, done } = await this.#input.next();
      if (done) return;
      this.#pieces.push(value);
      this.#there += value.length;
    }
  }

  #copy(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const piece of this.#pieces) {
      if (at >= count) break;
      const part = piece.subarray(0, count - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
