/** The command as a process that is signalled, with pipes that stop. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';

export const MAIN = resolve('dist/src/command/main.js');
export const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type Signal = keyof typeof CODES;

export interface Started {
  child: ChildProcess;
  /** what it has printed on standard error so far */
  stderr: () => string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** @param stdin what stands there, kept open; @param read whether its output is read */
export function start(
  args: readonly string[],
  { cwd, env, read = true }: { cwd: string; env?: NodeJS.ProcessEnv; read?: boolean },
): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  if (read) child.stdout.resume();
  child.stdin.on('error', () => {});
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
    child.on('exit', (code, signal) => done({ code, signal }));
  });
  return { child, stderr: () => stderr, ended };
}

export const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Waits for something to be so, half a minute at the most. */
export async function until(what: () => unknown, why: string): Promise<void> {
  for (let tries = 0; tries < 1500; tries++) {
    if (await what()) return;
    await sleep(20);
  }
  throw new Error(`this never came: ${why}`);
}

/** A pipe with a name, and somebody who writes to it and then waits with it open. */
export function namedPipe(path: string): {
  write: (bytes: string) => Promise<void>;
  writer: () => Writable | null;
  end: () => void;
} {
  spawnSync('mkfifo', [path]);
  let holder: ChildProcess | undefined;
  return {
    // The shell opens it when somebody reads: what it says then is the sign.
    write: (bytes) =>
      new Promise((done) => {
        holder = spawn('sh', ['-c', 'exec 3>"$0"; printf %s "$1" >&3; echo open; exec sleep 60', path, bytes]);
        holder.stdout?.once('data', () => done());
      }),
    writer: () => holder?.stdin ?? null,
    end: () => holder?.kill('SIGKILL'),
  };
}
