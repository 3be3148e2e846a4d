/**
 * How a file of comma-separated values is written, as far as its first bytes tell: the delimiter under which most rows have as many cells as
 * the first, and the escape under which quotes close.
 */
import { errors } from '../errors.js';
import { CsvParser, type Dialect, MAX_COLUMNS, QUOTE } from './csv.js';

const NAMES: Record<string, string> = { comma: ',', semicolon: ';', tab: '\t', '\\t': '\t', pipe: '|', space: ' ' };
const CANDIDATES = [',', ';', '\t', '|'];
const BACKSLASH = 0x5c;
/** Rows that are looked at, at most. */
const ROWS = 1000;

/** The byte of a delimiter. @throws CameoError 'argument' for what can be none */
export function delimiterOf(text: string): number {
  const delimiter = NAMES[text.toLowerCase()] ?? text;
  const code = delimiter.charCodeAt(0);
  if (delimiter.length !== 1 || code >= 128 || code === QUOTE || /[\w\r\n.+-]/.test(delimiter))
    throw errors.option('delimiter', "one sign such as ';', or 'comma', 'semicolon', 'tab', 'pipe' or 'space'", `'${text}'`);
  return code;
}

interface Look {
  /** cells of the first row */
  columns: number;
  /** rows with as many, and all */
  alike: number;
  rows: number;
  /** whether a row could not be read */
  broken: boolean;
}

/**
 * @param sample the file's first bytes: a copy of its own
 * @param whole whether these are all
 * @param name of the file: a `.tsv` is separated by tabs where both would do
 */
export function dialectOf(sample: Uint8Array, whole: boolean, name: string, delimiter?: string): Dialect {
  const candidates = delimiter === undefined ? CANDIDATES.map(delimiterOf) : [delimiterOf(delimiter)];
  if (/\.tsv(\.gz)?$/i.test(name)) candidates.sort((a, b) => Number(b === 9) - Number(a === 9));
  const escapes = sample.includes(BACKSLASH) && sample.includes(QUOTE) ? [QUOTE, BACKSLASH] : [QUOTE];
  let best: { dialect: Dialect; look: Look } | undefined;
  for (const escapedBy of escapes) {
    for (const delimiter of candidates) {
      const dialect = { delimiter, escapedBy };
      const look = lookAt(sample, whole, dialect);
      if (look.rows > 0 && (!best || better(look, best.look))) best = { dialect, look };
    }
  }
  return best?.dialect ?? { delimiter: candidates[0], escapedBy: QUOTE };
}

/** Several columns before one; what can be read before what cannot; then the share of rows that are alike, then columns. */
function better(a: Look, b: Look): boolean {
  if (a.columns > 1 !== b.columns > 1) return a.columns > 1;
  if (a.broken !== b.broken) return !a.broken;
  const [shareA, shareB] = [a.alike / a.rows, b.alike / b.rows];
  return shareA === shareB ? a.columns > b.columns : shareA > shareB;
}

function lookAt(sample: Uint8Array, whole: boolean, dialect: Dialect): Look {
  const look: Look = { columns: 0, alike: 0, rows: 0, broken: false };
  const parser = new CsvParser('', dialect, (_bytes, _bounds, cells) => {
    if (look.rows === ROWS) return;
    if (look.rows === 0) look.columns = cells;
    look.alike += Number(cells === look.columns);
    look.rows++;
  });
  try {
    // A copy, since escapes are taken out in place.
    parser.push(sample.slice());
    if (whole) parser.end();
  } catch {
    // What has too many columns has its delimiter found; the reading refuses it.
    if (parser.cells >= MAX_COLUMNS) return { columns: MAX_COLUMNS, alike: 1, rows: 1, broken: false };
    look.broken = true;
  }
  return look;
}
