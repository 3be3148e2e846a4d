/**
 * Text of any encoding as UTF-8, in pieces. A mark at the head, or the zeros of UTF-16, say what a file is; otherwise it is UTF-8, or what
 * the caller says. Bytes that are not UTF-8 end the reading with the line and the encoding that they look like: of that a guess is good
 * enough for a message, and not for data.
 *
 * The platform's TextDecoder knows the encodings (https://encoding.spec.whatwg.org). It is always asked to stream: Node 20 reads
 * Windows-1252 as Latin-1 otherwise.
 */
import { errors } from '../errors.js';

/** Names of people for labels of the standard. */
const LABELS: Record<string, string> = {
  'latin-1': 'latin1',
  'utf-16': 'utf-16le',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  gb2312: 'gbk',
  sjis: 'shift_jis',
  'shift-jis': 'shift_jis',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp950: 'big5',
};

/** The label of an encoding. @throws CameoError 'argument' for one that the platform does not know */
export function encodingOf(name: string): string {
  const lower = name.trim().toLowerCase();
  const label = LABELS[lower] ?? lower;
  try {
    return new TextDecoder(label, { fatal: true }).encoding;
  } catch {
    const known = 'utf-8, utf-16, latin-1, windows-1252, gbk, gb18030, big5, shift-jis or another of the Encoding Standard';
    throw errors.option('encoding', known, `'${name}'`);
  }
}

/** The encoding that the first bytes tell, and how long its mark is; undefined where they tell none. */
export function encodingOfHead(head: Uint8Array): { encoding: string; mark: number } | undefined {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: c === 0 && d === 0 ? 'utf-32' : 'utf-16le', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 };
  // Without a mark: text has ASCII, of which UTF-16 makes a zero in each pair.
  const zeros = [0, 0];
  const length = Math.min(head.length, 1024) & ~1;
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 1]++;
  if (zeros[1] > length / 8 && zeros[0] === 0) return { encoding: 'utf-16le', mark: 0 };
  if (zeros[0] > length / 8 && zeros[1] === 0) return { encoding: 'utf-16be', mark: 0 };
  return undefined;
}

/** Bytes that the encoding is seen from. */
const HEAD = 1 << 16;

/**
 * The bytes of a text as UTF-8, without a mark at their head.
 * @param name of the file, for messages
 * @param given the encoding that the caller names; a mark in the file goes before it
 * @throws CameoError 'file' for bytes that the encoding does not have
 */
export async function* utf8Of(source: AsyncIterable<Uint8Array>, name: string, given?: string): AsyncGenerator<Uint8Array> {
  const chunks = withHead(source)[Symbol.asyncIterator]();
  const { value: head } = await chunks.next();
  if (!head) return;
  const told = encodingOfHead(head);
  if (told?.encoding === 'utf-32') throw errors.encoding(name, 1, 'UTF-32, which cannot be read; save it as UTF-8');
  const encoding =
    told && (told.mark > 0 || given === undefined) ? told.encoding : given === undefined ? 'utf-8' : encodingOf(given);
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  let line = 1;
  let before: Uint8Array = new Uint8Array(0);
  let chunk: Uint8Array = head.subarray(told?.mark ?? 0);
  for (;;) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw encoding === 'utf-8' ? notUtf8(name, line, before, chunk) : otherBytes(name, encoding);
    }
    if (text.includes('\0')) throw errors.encoding(name, line, 'no text: it has bytes of zero');
    yield encoding === 'utf-8' ? chunk : encoder.encode(text);
    if (encoding === 'utf-8') {
      line += countLines(chunk, chunk.length);
      before = chunk.slice(-3);
    }
    const next = await chunks.next();
    if (next.done) break;
    chunk = next.value;
  }
  try {
    decoder.decode();
  } catch {
    throw encoding === 'utf-8' ? notUtf8(name, line, before, new Uint8Array(0)) : otherBytes(name, encoding);
  }
}

/** The same bytes, the first piece long enough to judge by. */
async function* withHead(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  let begun = false;
  for await (const chunk of source) {
    if (begun) {
      yield chunk;
      continue;
    }
    const both = new Uint8Array(head.length + chunk.length);
    both.set(head);
    both.set(chunk, head.length);
    head = both;
    begun = head.length >= HEAD;
    if (begun) yield head;
  }
  if (!begun && head.length > 0) yield head;
}

const countLines = (bytes: Uint8Array, end: number): number => {
  let lines = 0;
  for (let i = bytes.indexOf(10); i >= 0 && i < end; i = bytes.indexOf(10, i + 1)) lines++;
  return lines;
};

const otherBytes = (name: string, encoding: string) => errors.encoding(name, undefined, `not ${encoding} throughout`);

/** @param before the last bytes of what was read, which a character may have begun in */
function notUtf8(name: string, line: number, before: Uint8Array, chunk: Uint8Array) {
  const bytes = new Uint8Array(before.length + chunk.length);
  bytes.set(before);
  bytes.set(chunk, before.length);
  const { at, good, bad } = invalidUtf8(bytes);
  const found = line + countLines(bytes, at) - countLines(before, before.length);
  if (good > 4 * bad) return errors.encoding(name, found, 'damaged UTF-8: most of it is well-formed and this is not');
  const guess = guessEncoding(bytes);
  return errors.encoding(name, found, 'not UTF-8', guess);
}

/** Where the first byte stands that no character has in UTF-8, and how many characters beyond ASCII are well-formed and how many are not. */
function invalidUtf8(bytes: Uint8Array): { at: number; good: number; bad: number } {
  let [at, good, bad] = [-1, 0, 0];
  for (let i = 0; i < bytes.length; ) {
    const c = bytes[i];
    const length = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    let more = 1;
    while (more < length && (bytes[i + more] & 0xc0) === 0x80) more++;
    if (length === 1) i++;
    else if (length > 1 && (more === length || i + more === bytes.length)) {
      good++;
      i += length;
    } else {
      // Bytes that go on with a character before the first of these are no fault.
      if (i >= 3 || (c & 0xc0) !== 0x80) {
        if (at < 0) at = i;
        bad++;
      }
      i++;
    }
  }
  return { at: at < 0 ? bytes.length : at, good, bad };
}

/** A way to write characters beyond ASCII in one or two bytes, and which of them ordinary text is made of. */
interface Scheme {
  name: string;
  /** whether these two bytes are one character, and a common one */
  pair(lead: number, trail: number): boolean | undefined;
  /** whether this byte is a character by itself */
  single?(byte: number): boolean;
}

const within = (byte: number, least: number, most: number) => byte >= least && byte <= most;
const SCHEMES: Scheme[] = [
  {
    // Level 1 of GB 2312, the 3755 common characters, and its signs.
    name: 'gb18030',
    pair: (a, b) =>
      within(a, 0x81, 0xfe) && within(b, 0x40, 0xfe) && b !== 0x7f
        ? b >= 0xa1 && (within(a, 0xb0, 0xd7) || within(a, 0xa1, 0xa3))
        : undefined,
  },
  {
    // Level 1, the 5401 common characters, and signs.
    name: 'big5',
    pair: (a, b) =>
      within(a, 0x81, 0xfe) && (within(b, 0x40, 0x7e) || within(b, 0xa1, 0xfe)) ? within(a, 0xa1, 0xc6) : undefined,
  },
  {
    // Kana, level 1 of the kanji, and signs.
    name: 'shift_jis',
    pair: (a, b) =>
      (within(a, 0x81, 0x9f) || within(a, 0xe0, 0xfc)) && within(b, 0x40, 0xfc) && b !== 0x7f
        ? within(a, 0x81, 0x83) || within(a, 0x88, 0x97)
        : undefined,
    single: (byte) => within(byte, 0xa1, 0xdf),
  },
  {
    // Hangul; level 1 of GB 2312 begins in the same place and goes on.
    name: 'euc-kr',
    pair: (a, b) =>
      within(a, 0xa1, 0xfe) && within(b, 0xa1, 0xfe) ? within(a, 0xb0, 0xc8) || within(a, 0xa1, 0xa3) : undefined,
  },
];
/** Windows-1252's letters and the signs that texts have. */
const WESTERN = (byte: number) =>
  (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7) ||
  [0x80, 0x85, 0xa0, 0xa3, 0xa7, 0xa9, 0xab, 0xae, 0xb0, 0xb4, 0xb5, 0xb7, 0xbb].includes(byte) ||
  within(byte, 0x91, 0x97);

/** What bytes that are not UTF-8 look like; undefined where nothing stands out. */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  const scores = SCHEMES.map((scheme): [string, number] => [scheme.name, share(bytes, scheme)]);
  scores.push(['windows-1252', westernShare(bytes)]);
  // Of equal ones the first: Korean reads as Chinese too, of which it would use a part only.
  const korean = scores.find(([name]) => name === 'euc-kr') as [string, number];
  korean[1] -= 0.02;
  const [name, score] = scores.sort((a, b) => b[1] - a[1])[0];
  if (score < 0.6) return undefined;
  return name === 'gb18030' && korean[1] > score - 0.05 && pairs(bytes) >= KOREAN ? 'euc-kr' : name;
}

/** Two thirds of the common Chinese characters stand where Hangul do: so many different ones and no other are Korean's. */
const KOREAN = 6;

/** Different characters of two bytes beyond ASCII. */
function pairs(bytes: Uint8Array): number {
  const met = new Set<number>();
  for (let i = 0; i + 1 < bytes.length; i++) if (bytes[i] >= 0x80) met.add((bytes[i] << 8) | bytes[++i]);
  return met.size;
}

/** Common characters among those beyond ASCII; what is no character counts five times. */
function share(bytes: Uint8Array, { pair, single }: Scheme): number {
  let [common, all] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte < 0x80) continue;
    if (single?.(byte)) {
      all++;
      continue;
    }
    if (i + 1 === bytes.length) break;
    const found = pair(byte, bytes[i + 1]);
    all += found === undefined ? 5 : 1;
    common += Number(found === true);
    if (found !== undefined) i++;
  }
  return all === 0 ? 0 : common / all;
}

/** Letters and signs of the West, one or two together among ASCII. */
function westernShare(bytes: Uint8Array): number {
  let [common, all] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    let end = i + 1;
    while (bytes[end] >= 0x80) end++;
    all += end - i;
    if (end - i <= 2) for (let k = i; k < end; k++) common += Number(WESTERN(bytes[k]));
    i = end;
  }
  return all === 0 ? 0 : common / all;
}
