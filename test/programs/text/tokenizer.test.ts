/** Tokens against a reading by the runtime's own regular expressions, and texts that are none. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TermCounter } from '../../../src/programs/text/count-terms.js';
import { murmur3 } from '../../../src/programs/text/murmur3.js';
import { type Analyzer, JOIN, Tokenizer, Tokens } from '../../../src/programs/text/tokenizer.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function tokensOf(bytes: Uint8Array, analyzer: Analyzer, plain = false): { text: string; join: number }[] {
  const tokens = new Tokens();
  new Tokenizer(analyzer, plain).read(bytes, 0, bytes.length, tokens);
  return Array.from({ length: tokens.count }, (_, i) => ({
    // What is written is UTF-8, whatever was read.
    text: fatal.decode(tokens.bytes.subarray(tokens.starts[i], tokens.ends[i])),
    join: tokens.joins[i],
  }));
}

const SPACELESS = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const CHARACTER = `(?:(?=[${SPACELESS}])[\\p{L}\\p{N}_])`;
const RUN = new RegExp(`((?:${CHARACTER}\\p{M}*)+)|((?:(?!${CHARACTER})[\\p{L}\\p{N}_]\\p{M}*)+)`, 'gu');
const lower = (text: string) => [...text].map((c) => (c === 'ς' ? 'σ' : [...c.toLowerCase()][0])).join('');

/** Words by the runtime's tables. */
function words(text: string): { text: string; join: number }[] {
  return [...text.matchAll(RUN)].flatMap(([, characters, word]): { text: string; join: number }[] => {
    if (characters)
      return [...characters.matchAll(/\P{M}\p{M}*/gu)].map(([c], i) => ({
        text: lower(c),
        join: i === 0 ? JOIN.first : JOIN.next,
      }));
    return word.replace(/\p{M}/gu, '').length > 1 && [...word.replace(/\p{M}/gu, '')].length > 1
      ? [{ text: lower(word), join: JOIN.word }]
      : [];
  });
}

/** Characters whose place in Unicode has long been the same. */
const POOL = [..."abcXYZ09_ -.,!'\t\n\u00a0éÉßøŁİıÅǅΣσςΩЖйїאבعربहिन्दीไทยก็中文好カード한국어①²½Ⅷ😀👍🏽❤️\u0301\ufeff\ufffd𝒜𠮷"];
const texts = fc.array(fc.constantFrom(...POOL), { maxLength: 60 }).map((chars) => chars.join(''));

test('words are those of the regular expression', () => {
  fc.assert(
    fc.property(texts, (text) => assert.equal(tokensOf(encoder.encode(text), 'word'), words(text))),
    { numRuns: 2000 },
  );
});

test('characters are all, with several white spaces as one', () => {
  fc.assert(
    fc.property(texts, (text) => {
      // U+FEFF is a white space of JavaScript's, and of no one else's.
      const spaced = text.replace(/[\t\n \xa0\u3000]{2,}/g, ' ');
      assert.equal(
        tokensOf(encoder.encode(text), 'char').map((token) => token.text),
        [...spaced].map(lower),
      );
    }),
    { numRuns: 2000 },
  );
});

test('bytes of any kind read as the decoder of the web has them', () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(
      ...[
        [0xe2, 0x82],
        [0xf0, 0x9f, 0x98],
        [0xed, 0xa0, 0x80],
        [0xc0, 0xaf],
        [0xf4, 0x90, 0x80, 0x80],
        [0xef, 0xbb, 0xbf],
      ].map((b) => Uint8Array.from(b)),
    ),
    texts.map((text) => encoder.encode(text)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const text = decoder.decode(bytes);
      for (const analyzer of ['word', 'char'] as const)
        assert.equal(tokensOf(bytes, analyzer), tokensOf(encoder.encode(text), analyzer));
    }),
    { numRuns: 3000 },
  );
});

test('n-grams are counted as they come, against a map', () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (documents, most) => {
      const counter = new TermCounter({ analyzer: 'word', ngramRange: [1, most], stripAccents: false });
      const bytes = documents.map((text) => encoder.encode(text));
      const offsets = [0];
      for (const { length } of bytes) offsets.push((offsets.at(-1) as number) + length);
      const all = Uint8Array.from(bytes.flatMap((own) => [...own]));
      const found = counter.count(all, offsets);
      const names = Array.from(found.ends, (end, k) => fatal.decode(found.bytes.subarray(found.ends[k - 1] ?? 0, end)));
      const frequencies = new Map<string, number>();
      documents.forEach((text, d) => {
        const expected = new Map<string, number>();
        const tokens = words(text);
        tokens.forEach((token, i) => {
          const word = token.join === JOIN.word;
          let term = '';
          for (let n = 0; n < (word ? most : 2) && i + n < tokens.length; n++) {
            if (n > 0 && tokens[i + n].join !== (word ? JOIN.word : JOIN.next)) break;
            term += `${n > 0 && word ? ' ' : ''}${tokens[i + n].text}`;
            expected.set(term, (expected.get(term) ?? 0) + 1);
          }
        });
        const own = new Map<string, number>();
        for (let i = found.indptr[d]; i < found.indptr[d + 1]; i++) own.set(names[found.terms[i]], found.counts[i]);
        assert.equal(own, expected);
        for (const term of own.keys()) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
      });
      assert.equal(new Map(names.map((name, k) => [name, found.frequencies[k]])), frequencies);
    }),
    { numRuns: 1000 },
  );
});

test('10 MB in one text, of words, of one word, of spaces, of emoji, of broken bytes', () => {
  const length = 10_000_000;
  const filled = (piece: string | number[]) => {
    const bytes = typeof piece === 'string' ? encoder.encode(piece) : Uint8Array.from(piece);
    return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length]);
  };
  const cases: [bytes: Uint8Array, terms: number, most: number][] = [
    [filled('words and others '), 6, 600_000],
    [filled('a'), 1, 1],
    [filled(' '), 0, 0],
    [filled('😀'), 0, 0],
    [filled([0xff, 0x80, 0xe2]), 0, 0],
    [filled('好'), 2, 3_400_000],
  ];
  const counter = new TermCounter({ analyzer: 'word', ngramRange: [1, 2], stripAccents: true });
  for (const [bytes, terms, most] of cases) {
    const { ends, counts } = counter.count(bytes, [0, length]);
    assert.is(ends.length, terms);
    assert.ok(counts.every((count) => count <= most));
    if (terms > 0) assert.ok(counts.some((count) => count > most / 2));
  }
  // A counter that has read all that is as good as new.
  assert.is(counter.count(encoder.encode('one two'), [0, 7]).ends.length, 3);
});

test('MurmurHash3 has the values of its author’s test', () => {
  assert.is(murmur3(encoder.encode('')), 0);
  assert.is(murmur3(encoder.encode('hello')) >>> 0, 0x248bfa47);
  assert.is(murmur3(encoder.encode('hello, world')) >>> 0, 0x149bbb7f);
  assert.is(murmur3(encoder.encode('The quick brown fox jumps over the lazy dog')) >>> 0, 0x2e4ff723);
});

test.run();
