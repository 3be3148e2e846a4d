/**
 * What was measured of the WebGPU device, in a file of the user's cache folder, so that it is measured once per device:
 *
 *     { "<adapter, build of the kernels, threads, version>": { "predict": 5840896, "moments": null } }
 *
 * null: the device won at no size that was tried. Where the file cannot be written, every process measures for itself.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { version } from '../version.js';
import type { TwinName } from '../webgpu/accelerator.js';
import type { AdapterInfo } from '../webgpu/gpu.js';

export type Measured = Partial<Record<TwinName, number | null>>;

/** Where the file stands. */
export function breakEvenPath(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === 'win32' && LOCALAPPDATA) || join(homedir(), '.cache');
  return join(base, 'cameo', 'webgpu.json');
}

export class BreakEvenBook {
  readonly measured: Measured = {};
  readonly #key: string;
  #asked = new Map<TwinName, Promise<number>>();
  #read: Promise<void> | undefined;

  constructor(adapter: AdapterInfo, build: string, threads: number) {
    const { vendor, architecture, description } = adapter;
    this.#key = [vendor, architecture, description, build, `${threads} threads`, version].join(' / ');
  }

  /** The size for a program: known, or measured now. */
  of(program: TwinName, measure: () => Promise<number>): Promise<number> {
    const asked = this.#asked.get(program) ?? this.#find(program, measure);
    this.#asked.set(program, asked);
    return asked;
  }

  /** What is known without measuring. */
  load(): Promise<void> {
    this.#read ??= readFile(breakEvenPath(), 'utf8').then(
      (text) => void Object.assign(this.measured, entriesOf(text)[this.#key]),
      () => {},
    );
    return this.#read;
  }

  async #find(program: TwinName, measure: () => Promise<number>): Promise<number> {
    await this.load();
    if (!(program in this.measured)) {
      const size = await measure();
      this.measured[program] = Number.isFinite(size) ? size : null;
      await this.#write().catch(() => {}); // then it is measured again another time
    }
    return this.measured[program] ?? Number.POSITIVE_INFINITY;
  }

  async #write(): Promise<void> {
    const path = breakEvenPath();
    const all = entriesOf(await readFile(path, 'utf8').catch(() => '{}'));
    all[this.#key] = { ...all[this.#key], ...this.measured };
    await mkdir(dirname(path), { recursive: true });
    const beside = `${path}.${process.pid}`;
    await writeFile(beside, `${JSON.stringify(all, null, 2)}\n`);
    await rename(beside, path);
  }
}

/** What of the file has the right form. */
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
