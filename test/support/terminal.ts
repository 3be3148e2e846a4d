/** The command on a terminal of its own, as util-linux's `script` gives one. */
import { spawn, spawnSync } from 'node:child_process';
import { MAIN } from './process.js';

export const TERMINAL = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

export interface Shown {
  code: number | null;
  /** all that was written, with what moves the cursor */
  raw: string;
  /** what one sees at the end: each line as it was last written */
  lines: string[];
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const RUBBED_OUT = '\r\x1b[K';

/** @param columns how wide the terminal is */
export function onTerminal(
  args: readonly string[],
  columns: number,
  { cwd, env, more = '' }: { cwd?: string; env?: NodeJS.ProcessEnv; more?: string } = {},
): Promise<Shown> {
  const command = [process.execPath, MAIN, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 40; ${command} ${more}`, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (data) => {
    raw += data;
  });
  return new Promise((done) => {
    child.on('close', (code) => {
      const lines = raw.replaceAll('\r\n', '\n').split('\n');
      done({ code, raw, lines: lines.map((line) => line.split(RUBBED_OUT).at(-1) as string) });
    });
  });
}

/** Each state of the line that is written over. */
export const statesOf = ({ raw }: Shown): string[] =>
  raw
    .replaceAll('\r\n', '\n')
    .split('\n')
    .flatMap((line) => line.split(RUBBED_OUT).slice(0, -1))
    .filter((state) => state !== '');
