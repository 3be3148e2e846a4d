/** Runs the command as a user does: a process of its own, in a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve('dist/src/command/main.js');

/** An empty folder. */
export const folder = () => mkdtempSync(join(tmpdir(), 'cameo-test-'));

export interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

export function cameo(
  args: readonly string[],
  {
    cwd,
    env,
    input,
    interrupt,
    seconds,
  }: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    input?: Uint8Array /** Ctrl-C half a second after this is true */;
    interrupt?: () => boolean;
    /** it is killed after, and its code is null then */
    seconds?: number;
  } = {},
): Promise<Ended> {
  return new Promise((done, failed) => {
    const timeout = seconds === undefined ? undefined : seconds * 1000;
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, timeout, killSignal: 'SIGKILL' });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    const timer = setInterval(() => {
      if (!interrupt?.()) return;
      clearInterval(timer);
      setTimeout(() => child.kill('SIGINT'), 500);
    }, 20);
    child.on('error', failed);
    child.on('close', (code) => {
      clearInterval(timer);
      done({ code, stdout: Buffer.concat(out), stderr });
    });
    child.stdin.on('error', () => {}); // a command that refuses its arguments does not read
    child.stdin.end(input);
  });
}
