/**
 * Keeps the measured break-even sizes in a file of the user's cache folder, so that each device is measured once:
 *
 *     { "<adapter, build of the kernels, threads, version>": { "predict": 5840896, "moments": null } }
 *
 * null: the device won at no size that was tried. Where the file cannot be written, every process measures for itself.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { version } from '../version.js';
import type { AdapterInfo } from '../webgpu/adapter.js';
import { BreakEvens, type Measured } from './break-evens.js';

/** The path of the file. */
export function breakEvenPath(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === 'win32' && LOCALAPPDATA) || join(homedir(), '.cache');
  return join(base, 'cameo', 'webgpu.json');
}

export class BreakEvenBook extends BreakEvens {
  readonly #key: string;
  #read: Promise<void> | undefined;

  constructor(adapter: AdapterInfo, build: string, threads: number) {
    super();
    const { vendor, architecture, description } = adapter;
    this.#key = [vendor, architecture, description, build, `${threads} threads`, version].join(' / ');
  }

  override load(): Promise<void> {
    this.#read ??= readFile(breakEvenPath(), 'utf8').then(
      (text) => void Object.assign(this.measured, entriesOf(text)[this.#key]),
      () => {},
    );
    return this.#read;
  }

  protected override async save(): Promise<void> {
    const path = breakEvenPath();
    const all = entriesOf(await readFile(path, 'utf8').catch(() => '{}'));
    all[this.#key] = { ...all[this.#key], ...this.measured };
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, `${JSON.stringify(all, null, 2)}\n`);
    await rename(temporary, path);
  }
}

/** The entries that have the right form; whatever else is in the file is left out. */
function entriesOf(text: string): Record<string, Measured> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        Object.fromEntries(
          Object.entries(entry ?? {}).filter(([, size]) => size === null || (typeof size === 'number' && size >= 0)),
        ),
      ]),
    );
  } catch {
    return {};
  }
}
