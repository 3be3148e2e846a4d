/**
 * What a page and its translation must have in common: headings, lines of code, names in `code`, links, rows of tables and figures.
 * Sections are compared by their order, since their headings are translated.
 */
interface Line {
  number: number;
  text: string;
}

interface Section {
  heading: Line;
  /** lines of code, comments taken off */
  code: Line[];
  /** rows of tables with their heads, without the lines of dashes */
  rows: Line[];
  prose: Line[];
}

/** The names of the two files. */
interface Names {
  page: string;
  translation: string;
}

const withoutComment = (line: string) => line.replace(/(^|\s+)(#|\/\/)\s.*$/, '').trim();

/** A page as its sections: what stands before the first `##` is one too. */
function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [{ heading: { number: 1, text: '' }, code: [], rows: [], prose: [] }];
  let inCode = false;
  for (const [i, text] of markdown.split('\n').entries()) {
    const number = i + 1;
    const section = sections[sections.length - 1];
    const code = withoutComment(text);
    if (text.startsWith('```')) {
      inCode = !inCode;
      if (inCode) section.code.push({ number, text });
    } else if (inCode && code !== '') section.code.push({ number, text: code });
    else if (inCode) continue;
    else if (/^##+ /.test(text)) sections.push({ heading: { number, text }, code: [], rows: [], prose: [] });
    else if (!text.startsWith('|')) section.prose.push({ number, text });
    else if (!/^[| -]+$/.test(text)) section.rows.push({ number, text });
  }
  return sections;
}

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
/** A page in Chinese leads to the other pages in Chinese. */
const linksIn = (text: string) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link.replace('.zh.md', '.md'));
const plain = (text: string) => text.replace(/`[^`]*`/g, ' ').replace(/\]\([^)]*\)/g, '] ');
/** Numbers as they are written, thousands in commas: 12,330 and .934 and 1e-6. */
const figuresIn = (text: string) =>
  [...plain(text).matchAll(/(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e-?\d+)?/g)].map(([figure]) => figure.replace(/,$/, ''));
/** The names in the first cell; a bar inside a cell is written `\|`. */
const rowIn = (text: string) => [namesIn(text.split(/(?<!\\)\|/)[1]).join(', ')].filter((names) => names !== '');

/** What the lines of one page hold and those of the other do not: each a sentence with the place. */
function missing(
  what: string,
  from: Line[],
  file: string,
  to: Line[],
  other: string,
  of: (text: string) => string[],
): string[] {
  const there = new Set(to.flatMap(({ text }) => of(text)));
  return from.flatMap(({ number, text }) =>
    of(text)
      .filter((thing) => !there.has(thing))
      .map((thing) => `${other} lacks the ${what} "${thing}" of ${file}:${number}: ${text.trim().slice(0, 120)}`),
  );
}

/** Row by row: the names in the first cell are the same, and the figures of all. */
function rowDifferences(a: Section, b: Section, { page, translation }: Names): string[] {
  if (a.rows.length !== b.rows.length) {
    // Those without a name are told apart by their figures.
    const known = (text: string) => [[...rowIn(text), ...figuresIn(text).sort()].join(' ')];
    return [
      `${page}:${a.heading.number} has ${a.rows.length} rows of tables, ${translation}:${b.heading.number} has ${b.rows.length}`,
      ...missing('row', a.rows, page, b.rows, translation, known),
      ...missing('row', b.rows, translation, a.rows, page, known),
    ];
  }
  return a.rows.flatMap((row, i) => {
    const other = b.rows[i];
    const differs = (what: string, of: (text: string) => string[]) => {
      const [ours, theirs] = [of(row.text).join(' '), of(other.text).join(' ')];
      return ours === theirs
        ? []
        : [`${translation}:${other.number} has the ${what} ${theirs}; ${page}:${row.number} has ${ours}`];
    };
    return [...differs('row', rowIn), ...differs('figures', (text) => figuresIn(text).sort())];
  });
}

function sectionDifferences(a: Section, b: Section, names: Names): string[] {
  const { page, translation } = names;
  const lacks = (what: string, of: (text: string) => string[], lines: (section: Section) => Line[]) =>
    missing(what, lines(a), page, lines(b), translation, of);
  const differs = (what: string, of: (text: string) => string[], lines: (section: Section) => Line[]) => [
    ...lacks(what, of, lines),
    ...missing(what, lines(b), translation, lines(a), page, of),
  ];
  const rows = ({ rows }: Section) => rows;
  const all = ({ heading, rows, prose }: Section) => [heading, ...rows, ...prose];
  const found = [
    ...differs(
      'line of code',
      (text) => [text],
      ({ code }) => code,
    ),
    ...differs('row', rowIn, rows),
    ...differs('name', namesIn, all),
    ...differs('link', linksIn, all),
    // A translation may have in digits what is a word here.
    ...lacks('figure', figuresIn, ({ prose }) => prose),
  ];
  const level = ({ heading }: Section) => heading.text.split(' ')[0];
  if (level(a) !== level(b))
    found.push(`${translation}:${b.heading.number} is ${level(b)}, ${page}:${a.heading.number} is ${level(a)}`);
  const order = ({ code }: Section) => code.map(({ text }) => text).join('\n');
  if (found.length === 0 && order(a) !== order(b))
    found.push(
      `the lines of code from ${translation}:${b.heading.number} on have another order than from ${page}:${a.heading.number} on`,
    );
  return found.length > 0 ? found : rowDifferences(a, b, names);
}

/** What one page has and its translation lacks, or the other way round: sentences with both files and the line. */
export function differencesOf(names: Names, texts: Names): string[] {
  const [ours, theirs] = [sectionsOf(texts.page), sectionsOf(texts.translation)];
  if (ours.length === theirs.length) return ours.flatMap((section, i) => sectionDifferences(section, theirs[i], names));
  const list = (sections: Section[]) => sections.map(({ heading }) => `  line ${heading.number}: ${heading.text}`).join('\n');
  return [`the headings of ${names.page} and ${names.translation} are not as many:\n${list(ours)}\nand\n${list(theirs)}`];
}
