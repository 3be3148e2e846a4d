/**
 * Files that were altered, and a process of its own that reads them: what a reader of native code does to its process, it does to that one.
 *
 *     node altered.js FILE FIRST LAST   reads the alterations from FIRST to before LAST, and prints a line of JSON after each
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CameoError, readTable, type Table } from '../../src/index.js';
import { drawer } from '../../src/random.js';

/** What is written where something else stood: ends and signs of numbers. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/**
 * The alteration of a number: bytes changed, overwritten with extremes, taken out, doubled, or the end cut off. Half of the places are in the
 * last kilobyte, where files have their footer.
 */
export function altered(bytes: Uint8Array, seed: number): Buffer {
  const up = drawer(seed, 0);
  const place = () => (up(2) === 0 ? bytes.length - 1 - up(Math.min(1024, bytes.length)) : up(bytes.length));
  const copy = Buffer.from(bytes);
  const at = place();
  switch (up(7)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + up(8))]);
    case 2:
      return Buffer.concat([copy.subarray(0, at + 1 + up(8)), copy.subarray(at)]);
    case 3:
      copy.subarray(at, at + 1 + up(8)).fill(EXTREMES[up(EXTREMES.length)]);
      return copy;
    case 4:
      copy[at] ^= 1 << up(8);
      return copy;
    default:
      for (let left = 1 + up(4); left > 0; left--) copy[place()] = up(2) ? up(256) : EXTREMES[up(EXTREMES.length)];
      return copy;
  }
}

/** What is wrong with a table; undefined for one that is as tables are. */
function fault({ rows, columns }: Table): string | undefined {
  for (const column of columns) {
    const { length } = column.kind === 'number' ? column.values : column.codes;
    if (length !== rows) return `'${column.name}' has ${length} of ${rows} values`;
    if (column.kind === 'number') continue;
    const { codes, categories } = column;
    if (codes.some((code) => code < -1 || code >= categories.length)) return `'${column.name}' has a code without a category`;
    if (categories.some((text, i) => typeof text !== 'string' || (i > 0 && !(categories[i - 1] < text))))
      return `'${column.name}' has categories out of order`;
  }
  return undefined;
}

interface Line {
  seed: number;
  /** the error's code, or nothing where the table was read */
  refused?: string;
  /** what must not be */
  fault?: string;
}

async function readAltered(path: string, first: number, last: number): Promise<void> {
  const bytes = readFileSync(path);
  const ending = extname(path);
  for (let seed = first; seed < last; seed++) {
    // A name of its own: DuckDB keeps what it read, for as long as the file looks the same.
    const other = `${path}.${seed}${ending}`;
    writeFileSync(other, altered(bytes, seed));
    const line: Line = { seed };
    try {
      line.fault = fault(await readTable(other));
    } catch (error) {
      if (error instanceof CameoError) line.refused = error.code;
      else line.fault = String(error);
    }
    rmSync(other);
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/**
 * Reads the alterations of a file from 0 to before `count` in a process of its own.
 * @param seconds that one may take
 * @returns how many were read and refused, and what must not be, each with the alteration's number
 */
export async function tally(path: string, count: number, seconds = 10) {
  const found = { read: 0, refused: 0, faults: [] as string[] };
  for (let first = 0; first < count && found.faults.length < 5; ) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), path, String(first), String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((done) => child.on('close', (code, signal) => done(signal ?? code)));
    let hung = false;
    let timer: NodeJS.Timeout | undefined;
    const wait = (limit: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        hung = true;
        child.kill('SIGKILL');
      }, limit * 1000);
    };
    wait(60 + seconds); // it has to start
    for await (const text of createInterface({ input: child.stdout })) {
      const { seed, refused, fault } = JSON.parse(text) as Line;
      if (fault) found.faults.push(`${seed}: ${fault}`);
      else if (refused) found.refused++;
      else found.read++;
      first = seed + 1;
      wait(seconds);
    }
    const end = await ended;
    clearTimeout(timer);
    if (end !== 0) found.faults.push(`${first++}: ${hung ? `no end in ${seconds} s` : `ended with ${end}`}`);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, first, last] = process.argv.slice(2);
  await readAltered(path, Number(first), Number(last));
}
