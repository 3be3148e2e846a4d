/**
 * A description as one page of HTML: no script, nothing fetched (its own policy forbids it), light and dark, everything of the user's data
 * escaped. Each picture says in words what it shows, and has its numbers beside it.
 */
import type { ColumnDescription, Description } from '../score/describe.js';
import type { NumberStatistics } from '../table/statistics.js';
import { version } from '../version.js';
import {
  associationText,
  count,
  measuresText,
  overview,
  percent,
  useText,
  valueText,
  withheldText,
} from './describe-values.js';

/** A text of the user's data in HTML, without characters that could turn what stands around it. */
export const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const STYLE = `:root{color-scheme:light dark;--ground:light-dark(#f6f3ee,#16181d);--card:light-dark(#fff,#1f232b);--ink:light-dark(#22252b,#e9e6e0);
--soft:light-dark(#5d6270,#a5abb8);--line:light-dark(#ddd6cb,#363c48);--up:light-dark(#1f6f63,#57c2ae);--down:light-dark(#b4532a,#ef9a6b);
--accent:light-dark(#3a4e8c,#9db2f5);font:16px/1.5 system-ui,sans-serif}
*{box-sizing:border-box}body{margin:0 auto;max-width:68rem;padding:1.5rem 1rem 3rem;background:var(--ground);color:var(--ink)}
h1{margin:0;font:600 2.2rem/1.1 Georgia,serif;letter-spacing:-.02em;overflow-wrap:anywhere}h2{margin:0 0 .75rem;font-size:1.1rem}
h3{margin:0;font-size:1.05rem;overflow-wrap:anywhere}header p{color:var(--soft);overflow-wrap:anywhere}a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
section,article{margin-bottom:1rem;padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
article h3 small{color:var(--soft);font-weight:400}li,dd,th[scope=row]{overflow-wrap:anywhere}th[scope=row]{min-width:8rem}td{white-space:nowrap}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--soft)}
th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}td.n,th.n{text-align:right}
dl{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.5rem 0}dt{color:var(--soft);font-size:.85rem}dd{margin:0}
figure{margin:.75rem 0}svg{display:block;width:100%;height:7rem}svg rect{fill:var(--accent)}
.ends{display:flex;justify-content:space-between;color:var(--soft);font-size:.85rem}.reason{color:var(--down)}
.bar{display:block;height:.8rem;min-width:1px;border-radius:.2rem;background:var(--accent)}.bar.minus{background:var(--down)}
.bar.plus{background:var(--up)}td.wide-bar{width:40%;min-width:5rem}summary{cursor:pointer;color:var(--soft)}footer{color:var(--soft);font-size:.9rem}`;

export function pageOf(description: Description, name: string): string {
  const { columns, reading, warnings } = description;
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? ''
      : `<section><h2>${title}</h2><ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul></section>\n`;
  const notes = reading.map(({ column, message }) => `${column ?? 'the file'}: ${message}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}: what stands in it</title>
<style>${STYLE}</style></head><body>
<header><h1>${escaped(name)}</h1><p>${overview(description).map(escaped).join('<br>')}</p></header>
<main>
${list(
  'Warnings',
  warnings.map(({ message }) => message),
)}${list('Reading', notes)}<section><h2 id="all">Columns</h2>
<div class="wide" role="region" aria-labelledby="all" tabindex="0">${tableOf(description)}</div></section>
${columns.map((column, j) => cardOf(column, j, description.rows)).join('\n')}
</main>
<footer>${[withheldText(description), ...measuresText(description)].map((text) => `<p>${escaped(text)}</p>`).join('')}
<p>Made by cameo ${escaped(version)}. What is used and what is left out is what <code>cameo profile</code> does with this table.</p></footer>
</body></html>
`;
}

function tableOf({ columns, rows, target }: Description): string {
  const head = `<tr><th scope="col">column</th><th scope="col">used as</th><th scope="col" class="n">missing</th><th scope="col" class="n">distinct</th>${
    target ? `<th scope="col" class="n">with '${escaped(target.name)}'</th><td></td>` : ''
  }</tr>`;
  const body = columns.map((column, j) => {
    const { name, missing, distinct, association } = column;
    const side = association && association.value < 0 ? 'minus' : 'plus';
    const bar = association
      ? `<span class="bar ${side}" style="width:${(100 * Math.abs(association.value)).toFixed(1)}%"></span>`
      : '';
    const cells = target
      ? `<td class="n">${association ? `<abbr title="${association.measure.replace("'", '&#39;')}">${associationText(association)}</abbr>` : ''}</td><td class="wide-bar">${bar}</td>`
      : '';
    return `<tr><th scope="row"><a href="#c${j}" dir="auto">${escaped(name)}</a></th><td>${escaped(useText(column))}</td><td class="n">${
      missing ? percent(missing, rows).replace('<', '&lt;') : ''
    }</td><td class="n">${distinct === null ? '' : count(distinct)}</td>${cells}</tr>`;
  });
  return `<table><thead>${head}</thead><tbody>${body.join('')}</tbody></table>`;
}

function cardOf(column: ColumnDescription, j: number, rows: number): string {
  const { name, type, reason, missing, distinct, numbers, association } = column;
  const at = (value: number) => valueText(type, value);
  const facts: [string, string][] = [
    ...(missing === null || distinct === null
      ? []
      : ([
          ['missing', missing > 0 ? `${count(missing)} (${percent(missing, rows)})` : 'none'],
          ['distinct', count(distinct)],
        ] as [string, string][])),
    ...(numbers
      ? ([
          ['least', at(numbers.least)],
          ['quartiles', [numbers.lowerQuartile, numbers.median, numbers.upperQuartile].map(at).join(', ')],
          ['most', at(numbers.most)],
          ['mean', at(numbers.mean)],
          ...(type === 'date' ? [] : [['deviation', at(numbers.deviation)]]),
        ] as [string, string][])
      : []),
    ...(association
      ? ([[`${association.measure}, ${count(association.rows)} rows`, associationText(association)]] as [string, string][])
      : []),
  ];
  const list = facts.map(([term, text]) => `<div><dt>${escaped(term)}</dt><dd>${escaped(text)}</dd></div>`).join('');
  return `<article id="c${j}" aria-labelledby="n${j}"><h3 id="n${j}"><span dir="auto">${escaped(name)}</span> <small>${escaped(useText(column))}</small></h3>
${reason === null ? '' : `<p class="reason">Left out: ${escaped(reason)}.</p>`}<dl>${list}</dl>${
    numbers ? histogramOf(numbers, at) : valuesOf(column, rows - (missing ?? 0))
  }</article>`;
}

function histogramOf({ histogram, least, most }: NumberStatistics, at: (value: number) => string): string {
  if (histogram.length < 2) return '';
  const highest = Math.max(...histogram.map((bin) => bin.count));
  const width = 100 / histogram.length;
  const bars = histogram.map((bin, k) => {
    const height = (100 * bin.count) / highest;
    return `<rect x="${(k * width + 0.15 * (width / 5)).toFixed(2)}" y="${(100 - height).toFixed(2)}" width="${(0.94 * width).toFixed(2)}" height="${height.toFixed(2)}"></rect>`;
  });
  const fullest = histogram.find((bin) => bin.count === highest) as NumberStatistics['histogram'][number];
  const says = `Histogram from ${at(least)} to ${at(most)}; the fullest of ${histogram.length} bars is from ${at(fullest.from)} to ${at(fullest.to)}, with ${count(highest)} rows.`;
  const lines = histogram.map(
    (bin) =>
      `<tr><td class="n">${at(bin.from)}</td><td class="n">${at(bin.to)}</td><td class="n">${count(bin.count)}</td></tr>`,
  );
  return `<figure><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${escaped(says)}">${bars.join('')}</svg>
<div class="ends" aria-hidden="true"><span>${at(least)}</span><span>${at(most)}</span></div></figure>
<details><summary>Numbers of the histogram</summary><table><thead><tr><th scope="col" class="n">from</th><th scope="col" class="n">to</th><th scope="col" class="n">rows</th></tr></thead><tbody>${lines.join('')}</tbody></table></details>`;
}

function valuesOf({ values, others }: ColumnDescription, known: number): string {
  if (!values || !others) return '';
  const most = Math.max(1, ...values.map((value) => value.count));
  const lines = values.map(
    ({ value, count: n }) =>
      `<tr><th scope="row" dir="auto">${escaped(value)}</th><td class="n">${count(n)}</td><td class="n">${percent(n, known).replace('<', '&lt;')}</td><td class="wide-bar"><span class="bar" style="width:${((100 * n) / most).toFixed(1)}%"></span></td></tr>`,
  );
  const rest = others.distinct > 0 ? `<p>And ${count(others.distinct)} other values in ${count(others.count)} rows.</p>` : '';
  if (lines.length === 0) return rest;
  return `<div class="wide"><table><thead><tr><th scope="col">value</th><th scope="col" class="n">rows</th><th scope="col" class="n">share</th><td></td></tr></thead><tbody>${lines.join('')}</tbody></table></div>${rest}`;
}
