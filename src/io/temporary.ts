/**
 * Temporary files and folders: what they are called, which of them this thread has, and how those of dead processes are cleared.
 *
 *     .cameo-HOST-PID-START-RANDOM.tmp     HOST   8 hexadecimal digits of the running system and its space of process numbers
 *                                          START  when the process started, in ticks since the system did; 0 where that is not told
 *                                          RANDOM 12 hexadecimal digits
 *
 * Who wrote one can thus be asked for. On the same host it is dead when no process has its number and its start. Another host (a
 * container that shares the folder, a machine that shares the disk) cannot be asked: there a file counts as left behind when nobody has
 * touched it for an hour; who lives touches its own every minute.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errors } from '../errors.js';

const NAME = /^\.?cameo-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}(\.|$)/;
const HOUR_MS = 3_600_000;
const TOUCH_MS = 60_000;

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

let known: string | undefined;
/** The running system, and in it the space of process numbers, of which each container has its own. */
function host(): string {
  known ??= createHash('sha256')
    .update(attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), hostname()))
    .update(attempt(() => readlinkSync('/proc/self/ns/pid'), ''))
    .digest('hex')
    .slice(0, 8);
  return known;
}

/** When a process started: the 22nd field of its line, counted after the name in brackets, which may hold anything. '0' where Linux's /proc is not. */
const startOf = (pid: number | 'self'): string => {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
};

/** Whether a process of this host lives; in doubt it does. */
function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const found = startOf(pid); // numbers are given out again
  return start === '0' || found === '0' || found === start;
}

const mine = new Set<string>();
let listener: ((path: string, there: boolean) => void) | undefined;
let touching: NodeJS.Timeout | undefined;

/** Tells of each temporary path before it is made, and when it is no more: for somebody who cleans up after this thread. */
export function onTemporary(tell: typeof listener): void {
  listener = tell;
}

/** A new name in a folder, for a file beside its place; `release` it when it has been renamed or removed. */
export const temporaryIn = (folder: string): string => claim(join(folder, `.${stem()}.tmp`));

/** The same for a folder among the system's temporary ones, where nothing needs to be hidden. It is not made yet. */
export const temporaryFolder = (): string => claim(join(tmpdir(), stem()));

/** Makes one; `discard` it after use. @throws CameoError 'file' */
export async function makeTemporaryFolder(): Promise<string> {
  const path = temporaryFolder();
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    release(path);
    const { code } = cause as NodeJS.ErrnoException;
    throw errors.fileWrite(
      tmpdir(),
      new Error(`${code}. It is where temporary files go: name another folder by TMPDIR`, { cause }),
    );
  }
  return path;
}

const stem = () => `cameo-${host()}-${process.pid}-${startOf('self')}-${randomBytes(6).toString('hex')}`;

function claim(path: string): string {
  mine.add(path);
  listener?.(path, true);
  touching ??= setInterval(() => {
    const now = new Date();
    for (const each of mine) utimes(each, now, now).catch(() => {});
  }, TOUCH_MS).unref();
  return path;
}

export function release(path: string): void {
  mine.delete(path);
  listener?.(path, false);
  if (mine.size > 0) return;
  clearInterval(touching);
  touching = undefined;
}

/** Removes a temporary file or folder; one that cannot be removed is left to who comes next. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {});
  release(path);
}

/** The same at once, for the end of a process. */
export function discardNow(path: string): void {
  attempt(() => rmSync(path, { recursive: true, force: true }), undefined);
}

/** Removes what dead processes have left in a folder. What cannot be looked at or removed stays. */
export async function clearStale(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  for (const name of found) {
    const [, of, pid, start] = NAME.exec(name) ?? [];
    const path = join(folder, name);
    if (of === undefined || mine.has(path)) continue;
    const stale = of === host() ? !lives(Number(pid), start) : await untouched(path);
    if (stale) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether nobody has touched a file for an hour. */
async function untouched(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there !== undefined && Date.now() - there.mtimeMs > HOUR_MS;
}
