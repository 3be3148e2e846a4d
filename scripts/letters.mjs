/**
 * Makes src/programs/text/letters.ts: what kind of character each code point is, its lower case, and its letter without an accent, from the
 * Unicode data of the Node that runs this. The result is kept in the repository, so that a word is the same word in every runtime.
 *
 *     node scripts/letters.mjs
 */
import { writeFileSync } from 'node:fs';

const LAST = 0x10ffff;
/** Scripts that are written without spaces between words. */
const SPACELESS = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const character = new RegExp(SPACELESS.map((script) => `\\p{Script_Extensions=${script}}`).join('|'), 'u');
// Those of Python's str.isspace.
const space = (text) => /\p{White_Space}/u.test(text) || (text >= '\x1c' && text <= '\x1f');

function kindOf(text) {
  if (/[\p{L}\p{N}_]/u.test(text)) return character.test(text) ? 'characters' : 'words';
  if (/\p{M}/u.test(text)) return 'marks';
  return space(text) ? 'spaces' : undefined;
}

/** The simple mapping: one code point, or none. */
function lowerOf(code) {
  if (code === 0x130) return 0x69; // toLowerCase has two code points for it
  if (code === 0x3c2) return 0x3c3; // the sigma at the end of a word is the same letter
  const lower = [...String.fromCodePoint(code).toLowerCase()];
  return lower.length === 1 ? lower[0].codePointAt(0) : code;
}

/** Latin and Greek letters without their accents, and full-width forms as the narrow ones. Others' marks make other letters. */
function plainOf(code) {
  const lower = String.fromCodePoint(lowerOf(code));
  const wide = code >= 0xff01 && code <= 0xff5e;
  if (!wide && !/[\p{Script=Latin}\p{Script=Greek}]/u.test(lower)) return lowerOf(code);
  const bare = [...lower.normalize('NFKD').replace(/\p{M}/gu, '')];
  return bare.length === 1 ? lowerOf(bare[0].codePointAt(0)) : lowerOf(code);
}

const kinds = { words: [], characters: [], marks: [], spaces: [] };
const lower = [];
const plain = [];
for (let code = 0; code <= LAST; code++) {
  if (code >= 0xd800 && code < 0xe000) continue;
  const kind = kindOf(String.fromCodePoint(code));
  if (kind) kinds[kind].push(code);
  if (lowerOf(code) !== code) lower.push([code, lowerOf(code) - code]);
  if (plainOf(code) !== lowerOf(code)) plain.push([code, plainOf(code) - code]);
}

/** Runs as 'gap count', in base 36. */
function runs(codes) {
  const out = [];
  let end = 0;
  for (let i = 0; i < codes.length; ) {
    let n = 1;
    while (codes[i + n] === codes[i] + n) n++;
    out.push(codes[i] - end, n);
    end = codes[i] + n;
    i += n;
  }
  return out.map((n) => n.toString(36)).join(' ');
}

/** Runs as 'gap count step change', in base 36. */
function changes(pairs) {
  const out = [];
  let end = 0;
  for (let i = 0; i < pairs.length; ) {
    const [first, change] = pairs[i];
    const step = pairs[i + 1]?.[1] === change && pairs[i + 1][0] - first <= 2 ? pairs[i + 1][0] - first : 1;
    let n = 1;
    while (pairs[i + n]?.[0] === first + n * step && pairs[i + n][1] === change) n++;
    out.push(first - end, n, step, change);
    end = first + (n - 1) * step + 1;
    i += n;
  }
  return out.map((n) => n.toString(36)).join(' ');
}

const wrapped = (text) =>
  (text.match(/.{1,118}(?: |$)/g) ?? []).map((line, i, all) => `  '${line}'${i + 1 < all.length ? ' +' : ';'}`).join('\n');
const constant = (name, comment, text) => `/** ${comment} */\nexport const ${name} =\n${wrapped(text)}\n`;

writeFileSync(
  new URL('../src/programs/text/letters.ts', import.meta.url),
  `/**
 * Made by scripts/letters.mjs from Unicode ${process.versions.unicode}: do not change by hand. A model's words are told by this table and not by the runtime's.
 * Numbers are in base 36; a gap counts from the end of the run before.
 */

export const UNICODE = '${process.versions.unicode}';

${constant('WORDS', "Letters, numbers and '_' of scripts with spaces between words: 'gap count' a run.", runs(kinds.words))}
${constant('CHARACTERS', `The same of ${SPACELESS.join(', ')}.`, runs(kinds.characters))}
${constant('MARKS', 'What belongs to the character before it.', runs(kinds.marks))}
${constant('SPACES', "Those of Python's str.isspace.", runs(kinds.spaces))}
${constant('LOWER', "Lower case: 'gap count step change' a run.", changes(lower))}
${constant('PLAIN', 'Lower case without accents, where it differs from lower case.', changes(plain))}`,
);
