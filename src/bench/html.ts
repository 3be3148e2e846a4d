/**
 * A report as one HTML file without scripts: a roofline (Williams, Waterman and Patterson, "Roofline: An Insightful Visual Performance
 * Model", 2009), how scoring scales, the peers, and every number.
 */
import type { Limits } from './limits.js';
import type { Report, Result } from './suite.js';
import { seconds, short } from './text.js';

const plain = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 360, 64, 44];
const COLORS = ['#2a6f97', '#c8553d', '#588157', '#8d5a97', '#b07d12', '#3d5a80', '#7a4419', '#386641'];

/** A scale of powers of ten from the data. */
function log(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (v: number) => from + ((Math.log10(v) - low) / (high - low)) * (to - from);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { at, ticks, low: 10 ** low, high: 10 ** high };
}

function plot(
  title: string,
  x: ReturnType<typeof log>,
  y: ReturnType<typeof log>,
  names: [string, string],
  ofY: (v: number) => string,
  body: string,
) {
  const grid = [
    ...x.ticks.map(
      (t) =>
        `<line class="grid" x1="${x.at(t)}" x2="${x.at(t)}" y1="8" y2="${HEIGHT - BOTTOM}"/><text x="${x.at(t)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tick(t)}</text>`,
    ),
    ...y.ticks.map(
      (t) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y.at(t)}" y2="${y.at(t)}"/><text x="${LEFT - 6}" y="${y.at(t) + 4}" text-anchor="end">${ofY(t)}</text>`,
    ),
  ];
  return `<figure><figcaption>${plain(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${plain(title)}">${grid.join('')}${body}
<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${plain(names[0])}</text>
<text transform="translate(12 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${plain(names[1])}</text></svg></figure>`;
}
const tick = (t: number) => (t >= 1000 ? short(t).replace(' ', '') : String(Number(t.toPrecision(1))));

/** Operations a second over operations a byte: roofs from registers and each level of memory, and where each case stands below them. */
function roofline(threads: number, { flops, bandwidth }: Limits, all: readonly Result[]): string {
  const points = all.filter((r) => r.threads === threads && r.bytes > 0);
  const intensity = (r: Result) => r.flops / r.bytes;
  const x = log(
    [...points.map(intensity), flops / bandwidth[0].read, flops / bandwidth[bandwidth.length - 1].read],
    LEFT,
    WIDTH - 8,
  );
  const y = log([...points.map((r) => r.flopsPerSecond), flops], HEIGHT - BOTTOM, 8);
  const roofs = bandwidth.map(({ bytes, read }, level) => {
    const knee = Math.min(x.high, flops / read);
    const from = Math.max(x.low, y.low / read);
    const label = `<text class="roof" x="${x.at(from) + 4 + 52 * level}" y="${y.at(from * read) - 4 - 40 * level}">${short(bytes)}B</text>`;
    return `<line class="roof" x1="${x.at(from)}" y1="${y.at(from * read)}" x2="${x.at(knee)}" y2="${y.at(knee * read)}"/>${label}`;
  });
  const top = `<line class="roof" x1="${x.at(Math.max(x.low, flops / bandwidth[0].read))}" y1="${y.at(flops)}" x2="${x.at(x.high)}" y2="${y.at(flops)}"/>`;
  const names = [...new Set(points.map((r) => r.name))];
  const dots = points.map((r) => {
    const title = `<title>${plain(`${r.name}, ${r.size}: ${short(r.flopsPerSecond)}FLOPS, ${(100 * r.share).toFixed(0)} % of ${r.limit}`)}</title>`;
    return `<circle cx="${x.at(intensity(r))}" cy="${y.at(r.flopsPerSecond)}" r="5" fill="${COLORS[names.indexOf(r.name) % COLORS.length]}">${title}</circle>`;
  });
  const legend = names
    .map((name, i) => `<span><i style="background:${COLORS[i % COLORS.length]}"></i>${plain(name)}</span>`)
    .join('');
  const title = `Roofline, ${threads} thread${threads > 1 ? 's' : ''}`;
  return `${plot(title, x, y, ['operations a byte', 'operations a second'], short, roofs.join('') + top + dots.join(''))}<p class="legend">${legend}</p>`;
}

function scaling({ scaling: steps }: Report): string {
  if (steps.length < 2) return '';
  const most = Math.max(...steps.map((s) => s.threads));
  const grown = steps.filter((s) => s.threads === most);
  const x = log(
    grown.map((s) => s.users),
    LEFT,
    WIDTH - 8,
  );
  const y = log(
    grown.map((s) => s.seconds),
    HEIGHT - BOTTOM,
    8,
  );
  const line = grown.map((s, i) => `${i ? 'L' : 'M'}${x.at(s.users)} ${y.at(s.seconds)}`).join(' ');
  const dots = grown.map(
    (s) =>
      `<circle cx="${x.at(s.users)}" cy="${y.at(s.seconds)}" r="4" fill="${COLORS[0]}"><title>${s.users} users: ${seconds(s.seconds)}</title></circle>`,
  );
  const body = `<path d="${line}" fill="none" stroke="${COLORS[0]}" stroke-width="2"/>${dots.join('')}`;
  const rows = steps.map((s) => [
    String(s.users),
    String(s.threads),
    seconds(s.seconds),
    seconds(s.seconds / s.users),
    `${short(s.linear / s.users)}B`,
  ]);
  return `${plot(`Scoring users, ${most} threads`, x, y, ['users', 'time'], seconds, body)}
${table(['users', 'threads', 'time', 'a user', 'linear memory a user'], rows)}`;
}

function peers({ peers: list }: Report): string {
  if (list.length === 0) return '<p>No peer was measured in this run: <code>npm run bench:peers</code> gets them.</p>';
  const most = Math.max(...list.map((p) => p.theirs / p.ours));
  const bars = list.map(({ work, peer, ours, theirs, least }) => {
    const ratio = theirs / ours;
    const aim = least === undefined ? '' : `, at least ${least}: ${ratio >= least ? 'yes' : 'no'}`;
    return `<li><span>${plain(work)}<br><small>${plain(peer)}</small></span><i style="width:${(60 * ratio) / most}%"></i><b>${ratio.toFixed(2)} ×</b><small>${aim}</small></li>`;
  });
  return `<p>How many times as long the others take, on the same data and with the same result.</p><ul class="bars">${bars.join('')}</ul>`;
}

const table = (head: string[], rows: string[][]) =>
  `<div class="wide"><table><thead><tr>${head.map((h) => `<th>${plain(h)}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.map((row) => `<tr>${row.map((v) => `<td>${plain(v)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`;

export function htmlOf(report: Report): string {
  const { limits, results, threads } = report;
  const rows = results.map((r) => [
    r.name,
    r.size,
    String(r.threads),
    seconds(r.median),
    seconds(r.p99),
    seconds(r.cold),
    `±${(50 * r.spread).toFixed(0)} %`,
    `${short(r.rate)}${r.unit}/s`,
    `${short(r.flopsPerSecond)}FLOPS`,
    `${(100 * r.share).toFixed(0)} % of ${r.limit}`,
  ]);
  const roofs = ([[1, limits.one], ...(threads > 1 ? [[threads, limits.all] as const] : [])] as const).flatMap(([n, roof]) => [
    [`${n}`, 'multiply-add in registers', `${short(roof.flops)}FLOPS`, ''],
    ...roof.bandwidth.map(({ bytes, read, copy }) => [
      `${n}`,
      `${short(bytes)}B a thread`,
      `read ${short(read)}B/s`,
      `copy ${short(copy)}B/s`,
    ]),
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>cameo: what this machine does</title>
<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;--line:light-dark(#ddd,#444);--soft:light-dark(#555,#aaa)}
body{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}h1{font:600 2rem/1.1 Georgia,serif}
figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor}
.grid{stroke:var(--line)}.roof{stroke:var(--soft);stroke-width:1.5}text.roof{stroke:none;fill:var(--soft)}
.legend span{display:inline-block;margin-right:1rem}.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.3rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
.bars{list-style:none;padding:0}.bars li{display:flex;align-items:center;gap:.6rem;margin:.3rem 0}.bars span{flex:0 0 17rem;line-height:1.2}
.bars b{white-space:nowrap}.bars i{height:.9rem;background:${COLORS[0]};border-radius:.2rem}small{color:var(--soft)}
@media(max-width:40rem){.bars span{flex-basis:9rem}}
</style></head><body>
<h1>What this machine does</h1>
<p>cameo ${plain(report.version)}, ${plain(report.runtime)}, ${plain(report.cpu)}, ${report.cores} cores, kernels ${plain(report.build)},
${threads} threads, ${plain(report.date)}. Round trip to a worker ${seconds(limits.roundTrip)}, barrier of all ${seconds(limits.barrier)}.</p>
<h2>Against the machine</h2>
${roofline(1, limits.one, results)}${threads > 1 ? roofline(threads, limits.all, results) : ''}
<h2>Scaling</h2>${scaling(report)}
<h2>Against others</h2>${peers(report)}
<h2>Every number</h2>
<p>The middle call, the 99th of 100, the first; half of the calls lie within the spread; the last column is the share of what the machine
allows, by operations or by bytes moved, whichever binds.</p>
${table(['what', 'size', 'threads', 'middle', '99th', 'first', 'spread', 'rate', 'operations', 'of the limit'], rows)}
<h3>Limits</h3><p>Multiply-adds of one thread: fixed SIMD ${short(limits.simd.fixed)}FLOPS${limits.simd.relaxed > 0 ? `, relaxed ${short(limits.simd.relaxed)}FLOPS` : ''}.</p>${table(['threads', 'what', '', ''], roofs)}
</body></html>
`;
}
