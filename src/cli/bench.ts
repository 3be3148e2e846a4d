/** `cameo bench`: what the engine does on this machine, against what the machine can do. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../bench/suite.js';
import { errors } from '../errors.js';
import { PendingFile } from '../io/pending-file.js';
import { tellClear, tellProgress } from './link.js';
import { type EngineFlags, withEngine } from './options.js';

interface Flags extends EngineFlags {
  full?: boolean;
  json?: boolean;
  quiet?: boolean;
  output?: string;
  compare?: string;
}

export function benchCommand(signal: AbortSignal): Command {
  const command = new Command('bench').description('Measure the hot programs against the limits of this machine.');
  return withEngine(command)
    .option('--full', 'all sizes, up to ten million users (minutes)')
    .option('-o, --output <folder>', 'write bench.json and bench.html there')
    .option('--compare <report>', 'mark what moved against an older bench.json')
    .option('--json', 'print the report as one JSON object')
    .option('--quiet', 'no progress')
    .action(async ({ full, output, compare, json, quiet, threads, reproducible }: Flags) => {
      // Loaded when it is asked for: other commands start without it.
      const [{ runSuite }, { textOf }, { compareReports }] = await Promise.all([
        import('../bench/suite.js'),
        import('../bench/text.js'),
        import('../bench/compare.js'),
      ]);
      const old = compare === undefined ? undefined : await readReport(compare);
      const onStep = quiet || json ? undefined : (note: string) => tellProgress({ stage: 'bench', done: 0, total: 0, note });
      const report = await runSuite({ threads, reproducible, short: !full, signal, onStep }).finally(tellClear);
      const moves = old && compareReports(old, report);
      if (output !== undefined) await writeReport(output, report);
      process.stdout.write(json ? `${JSON.stringify(moves ? { ...report, moves } : report)}\n` : textOf(report, moves));
    });
}

/** The two files of a report, whole or not at all. */
export async function writeReport(folder: string, report: Report, name = 'bench'): Promise<void> {
  const { htmlOf } = await import('../bench/html.js');
  for (const [ending, text] of [
    ['json', `${JSON.stringify(report, null, 1)}\n`],
    ['html', htmlOf(report)],
  ]) {
    const path = join(folder, `${name}.${ending}`);
    await mkdir(dirname(path), { recursive: true }).catch((cause) => Promise.reject(errors.fileWrite(path, cause)));
    await using file = await PendingFile.create(path);
    await file.write(new TextEncoder().encode(text));
    await file.commit();
  }
}

/** @throws CameoError 'file' for what is no report */
export async function readReport(path: string): Promise<Report> {
  let report: unknown;
  try {
    report = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw errors.fileRead(path, cause instanceof SyntaxError ? new Error('it is not JSON') : cause);
  }
  if (!Array.isArray((report as Report | null)?.results))
    throw errors.fileRead(path, new Error('it is no report of cameo bench'));
  return report as Report;
}
