/** A report for the terminal: a table with bars. */
import type { Move } from './compare.js';
import type { Report } from './suite.js';

export const seconds = (s: number): string =>
  s < 1e-3 ? `${(s * 1e6).toFixed(1)} µs` : s < 1 ? `${(s * 1e3).toFixed(s < 0.01 ? 2 : 1)} ms` : `${s.toFixed(2)} s`;
export const short = (n: number): string => {
  const [scale, suffix] = n >= 1e9 ? [1e9, ' G'] : n >= 1e6 ? [1e6, ' M'] : n >= 1e3 ? [1e3, ' k'] : [1, ' '];
  return `${(n / scale).toFixed(n / scale < 10 ? 1 : 0)}${suffix}`;
};
const bar = (share: number, width = 20) => {
  const filled = Math.max(0, Math.min(width, Math.round(share * width)));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
};

export function textOf({ limits, results, scaling, peers, ...about }: Report, moves: Move[] = []): string {
  const lines = [
    `cameo ${about.version}, ${about.runtime}, ${about.cpu}, kernels ${about.build}, ${about.threads} threads, ${about.date}`,
    '',
    'The machine, through WebAssembly',
  ];
  const threads =
    about.threads > 1
      ? ([
          [1, limits.one],
          [about.threads, limits.all],
        ] as const)
      : ([[1, limits.one]] as const);
  for (const [n, { flops, bandwidth }] of threads) {
    lines.push(`  ${n} thread${n > 1 ? 's' : ''}: multiply-add ${short(flops)}FLOPS`);
    for (const { bytes, read, copy } of bandwidth) {
      lines.push(`    ${`${short(bytes)}B a thread`.padEnd(18)} read ${short(read)}B/s, copy ${short(copy)}B/s`);
    }
  }
  lines.push(`  round trip to a worker ${seconds(limits.roundTrip)}, barrier of all ${seconds(limits.barrier)}`);
  const widths = [26, 20];
  for (const n of [...new Set(results.map((r) => r.threads))]) {
    lines.push(
      '',
      `On ${n} thread${n > 1 ? 's' : ''}: the middle call, the 99th of 100, the first; what binds, and the share of it`,
    );
    for (const r of results.filter((result) => result.threads === n)) {
      const times = `${seconds(r.median).padStart(9)} ${seconds(r.p99).padStart(9)} ${seconds(r.cold).padStart(9)}`;
      const rate = `${short(r.rate)}${r.unit}/s`.padStart(18);
      lines.push(
        `  ${r.name.padEnd(widths[0])} ${r.size.padEnd(widths[1])} ${times} ±${(50 * r.spread).toFixed(0).padStart(2)} % ${rate}  ` +
          `${bar(r.share)} ${(100 * r.share).toFixed(0).padStart(3)} % of ${r.limit}`,
      );
    }
  }
  if (scaling.length > 0) lines.push('', 'Scoring users of 20 columns, 100 units');
  for (const s of scaling) {
    lines.push(
      `  ${String(s.users).padStart(9)} users, ${s.threads} threads ${seconds(s.seconds).padStart(9)}  ${seconds(s.seconds / s.users).padStart(9)} a user, ` +
        `${short(s.linear / s.users)}B of linear memory a user at the peak`,
    );
  }
  if (peers.length > 0) lines.push('', 'Against others, in turns, on the same data and with the same result');
  for (const { work, peer, ours, theirs, least } of peers) {
    const ratio = theirs / ours;
    const aim = least === undefined ? '' : `, at least ${least}: ${ratio >= least ? 'yes' : 'NO'}`;
    lines.push(`  ${work.padEnd(34)} ${seconds(ours).padStart(9)}, ${peer} ${seconds(theirs)}   ${ratio.toFixed(2)} ×${aim}`);
  }
  if (moves.length > 0) {
    const moved = moves.filter(({ moved }) => moved !== 'alike');
    lines.push('', `Against the older report: ${moved.length} of ${moves.length} moved by more than the noise of both`);
    for (const { what, ratio, noise, moved: how } of moved) {
      lines.push(`  ${what.padEnd(60)} ${how}: ${ratio.toFixed(2)} of the time, noise ${(100 * noise).toFixed(0)} %`);
    }
  }
  return `${lines.join('\n')}\n`;
}
