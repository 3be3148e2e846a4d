/** Files in each encoding read as the same table as in UTF-8, and one in another encoding than was said is named with the option that reads it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/index.js';
import { guessEncoding, utf8Of } from '../../src/io/encoding.js';
import { folder } from '../support/command.js';
import { encode } from '../support/encode.js';

const cwd = folder();
const write = (name: string, bytes: string | Uint8Array) => {
  writeFileSync(join(cwd, name), bytes);
  return join(cwd, name);
};
const csv = (words: string[]) =>
  `名,amount\n${Array.from({ length: 200 }, (_, i) => `${words[i % words.length]},${i / 4}`).join('\n')}\n`;
const CHINESE = csv([
  '很快，好吃，味道足，量大',
  '没有送水没有送水没有送水',
  '非常好，配送员态度也不错',
  '菜品一般，价格有点贵',
]);
const TRADITIONAL = csv([
  '很快，好吃，味道足，量大',
  '沒有送水沒有送水',
  '非常好，態度也不錯',
  '菜色普通，價格有點貴，還會再來',
]);
const JAPANESE = csv(['とても美味しかったです', '配達が早くて助かりました', '値段が高いと思います', 'サービスはまあまあ']);
const WESTERN = csv(['Müller größer', 'café crème – 5 €', 'niño “año”', 'Ærø']).replace('名', 'Name');
const LATIN = csv(['Müller größer', 'café crème', 'niño año', 'Ærø']).replace('名', 'Name');

const files: [label: string, text: string, option: string][] = [
  ['gbk', CHINESE, 'gbk'],
  ['gb18030', CHINESE, 'gb18030'],
  ['big5', TRADITIONAL, 'big5'],
  ['shift_jis', JAPANESE, 'shift-jis'],
  ['windows-1252', WESTERN, 'windows-1252'],
  ['latin1', LATIN, 'latin-1'],
  ['utf-16le', CHINESE, 'utf-16'],
  ['utf-16be', CHINESE, 'utf-16be'],
];

for (const [label, text, option] of files) {
  test(`${option} reads as UTF-8 does, gzipped too`, async () => {
    const expected = JSON.stringify(await readTable(write('utf8.csv', text)));
    const bytes = encode(text, label);
    assert.is(JSON.stringify(await readTable(write('other.csv', bytes), { encoding: option })), expected);
    assert.is(JSON.stringify(await readTable(write('other.csv.gz', gzipSync(bytes)), { encoding: option })), expected);
  });
}

test('marks at the head and the zeros of UTF-16 tell the encoding; a mark is no part of the first name', async () => {
  const expected = JSON.stringify(await readTable(write('utf8.csv', CHINESE)));
  for (const [name, label, mark] of [
    ['bom', 'utf-8', '\ufeff'],
    ['le', 'utf-16le', '\ufeff'],
    ['be', 'utf-16be', '\ufeff'],
  ]) {
    const bytes = label === 'utf-8' ? mark + CHINESE : encode(mark + CHINESE, label);
    assert.is(JSON.stringify(await readTable(write(`${name}.csv`, bytes))), expected, name);
  }
  for (const label of ['utf-16le', 'utf-16be']) {
    const text = csv(['mostly', 'ASCII', 'with 中文']);
    assert.is(
      JSON.stringify(await readTable(write('bare.csv', encode(text, label)))),
      JSON.stringify(await readTable(write('utf8.csv', text))),
    );
  }
});

const refused = async (bytes: Uint8Array, message: RegExp, encoding?: string, name = 'odd.csv') => {
  const path = write(name, bytes);
  try {
    await readTable(path, { encoding });
  } catch (error) {
    assert.match((error as Error).message, message);
    assert.not.match((error as Error).message, /[^\x20-\x7e]/);
    return;
  }
  assert.unreachable(`not refused: ${message}`);
};

test('a file that is not UTF-8 is named as what it looks like, with the option that would read it and the line', async () => {
  for (const [label, text] of files.slice(0, 5)) {
    const guess = label === 'gbk' ? 'gb18030' : label;
    await refused(
      encode(text, label),
      new RegExp(`odd.csv': line [12] is not UTF-8. It looks like ${guess}: --encoding ${guess} would read it so`),
    );
  }
  const late = `${'a,b\n'.repeat(100_000)}é,b\n`;
  await refused(encode(late, 'latin1'), /line 100001 is not UTF-8. It looks like windows-1252: --encoding windows-1252/);
  // A word of Chinese alone could be Korean by its bytes.
  await refused(encode(csv(['菜品', '菜品']), 'gbk'), /It looks like gb18030/);
  // Even the encoding of Korean, which the option takes too.
  const korean = csv(['정말 맛있어요', '배달이 빨라요', '가격이 비싸요']).replace('名', 'name');
  await refused(encode(korean, 'euc-kr'), /It looks like euc-kr/);
  assert.ok(await readTable(write('korean.csv', encode(korean, 'euc-kr')), { encoding: 'euc-kr' }));
});

test('what is no text, is cut, or is not what was said, is named so', async () => {
  const utf8 = Buffer.from(CHINESE);
  await refused(Buffer.concat([utf8, Buffer.of(0xe4, 0x0a), utf8]), /line 202 is damaged UTF-8/);
  await refused(utf8.subarray(0, utf8.lastIndexOf('贵') + 1), /is damaged UTF-8/);
  await refused(encode(LATIN, 'latin1'), /it is not gbk throughout/, 'gbk');
  await refused(Buffer.from('a,b\n1,\0\n'), /line 1 is no text: it has bytes of zero/);
  await refused(Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /UTF-32/);
  await refused(Buffer.from('a,b\n1,2\n'), /Option 'encoding' must be utf-8, utf-16, latin-1.*found 'klingon'/, 'klingon');
});

test('JSON in another encoding reads with the option, and is named without', async () => {
  const json = `${Array.from({ length: 50 }, (_, i) => JSON.stringify({ 名: '很快好吃味道足', n: i })).join('\n')}\n`;
  const expected = JSON.stringify(await readTable(write('utf8.jsonl', json)));
  assert.is(JSON.stringify(await readTable(write('gbk.jsonl', encode(json, 'gbk')), { encoding: 'gbk' })), expected);
  assert.is(JSON.stringify(await readTable(write('le.jsonl', encode(`\ufeff${json}`, 'utf-16le')))), expected);
  await refused(encode(json, 'gbk'), /is not UTF-8. It looks like gb18030: --encoding gb18030/, undefined, 'odd.jsonl');
});

test('bytes that Python wrote: what encoders elsewhere write is what is read here', async () => {
  // '€5 – café', '中文，好', '繁體中文', 'ｶﾅ漢字かな' by bytes(text, encoding).hex() of Python 3.11
  const written: [hex: string, encoding: string, text: string][] = [
    ['8035209620636166e9', 'windows-1252', '€5 – café'],
    ['d6d0cec4a3acbac3', 'gbk', '中文，好'],
    ['8139ee39d6d0', 'gb18030', '㐀中'],
    ['c163c5e9a4a4a4e5', 'big5', '繁體中文'],
    ['b6c58abf8e9a82a982c8', 'shift-jis', 'ｶﾅ漢字かな'],
  ];
  for (const [hex, encoding, text] of written) {
    const path = write('python.csv', Buffer.concat([Buffer.from('t,n\n'), Buffer.from(hex, 'hex'), Buffer.from(',1\n')]));
    const { columns } = await readTable(path, { encoding });
    assert.equal(columns[0].kind === 'category' && columns[0].categories, [text], encoding);
  }
});

test('text of any pieces is the same in UTF-8', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 }),
      async ([label, text], pieces) => {
        const bytes = encode(text.repeat(8), label);
        const source = async function* () {
          for (let at = 0, i = 0; at < bytes.length; at += pieces[i++ % pieces.length])
            yield bytes.slice(at, at + pieces[i % pieces.length]);
        };
        const parts: Uint8Array[] = [];
        for await (const part of utf8Of(source(), 'x', label)) parts.push(part);
        assert.is(Buffer.concat(parts).toString(), text.repeat(8));
      },
    ),
    { numRuns: 30 },
  );
});

test('a guess needs something that stands out', () => {
  assert.is(guessEncoding(Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) & 255)), undefined);
  assert.is(guessEncoding(new TextEncoder().encode('plain')), undefined);
});

test.run();
