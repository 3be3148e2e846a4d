/** The page: a CSV in, a model, what matters, and any user's profile with its reasons. */
import {
  CameoError,
  createEngine,
  type Engine,
  type ExplanationEntry,
  Profiler,
  type Progress,
  type Row,
  type Table,
  tableFromCSV,
} from 'cameo/browser';
import { syntheticShop } from '../synthetic-shop.js';
import { describe, suggestId } from './suggest.js';

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [form, stop, progress, rowInput] = [
  $<HTMLFormElement>('form'),
  $<HTMLButtonElement>('stop'),
  $<HTMLProgressElement>('progress'),
  $<HTMLInputElement>('row'),
];
const [target, id] = [$<HTMLSelectElement>('target'), $<HTMLSelectElement>('id')];
const number = new Intl.NumberFormat('en');

let engine: Promise<Engine> | undefined;
let table: Table | undefined;
let profiler: Profiler | undefined;
let running: AbortController | undefined;

/** The engine starts with the first table. */
async function start(): Promise<Engine> {
  engine ??= createEngine();
  const { threads, device, build } = (await engine).capabilities();
  const workers = threads > 0 ? `${threads} Web Workers` : 'one thread (this page is not cross-origin isolated)';
  $('engine').textContent = `WebAssembly (${build}) on ${workers}${device === 'webgpu' ? ', WebGPU' : ''}.`;
  return engine;
}

function showError(error: unknown) {
  const known = error instanceof CameoError;
  if (!known) console.error(error);
  $('error').textContent = known ? error.message : 'This did not work. The console says more.';
}

/** Reads a CSV, whose first line names the columns. */
async function openText(text: string, name: string) {
  try {
    table = await tableFromCSV(text, { name });
  } catch (error) {
    $('table').textContent = error instanceof CameoError ? error.message : 'This file cannot be read.';
    return;
  }
  const names = table.columns.map((column) => column.name);
  if (names.length < 2 || table.rows < 20) {
    $('table').textContent = `${name} has no header with two columns and 20 rows below it.`;
    return;
  }
  const notes = (table.notes ?? []).map(({ column, message }) => ` ${column ?? 'The file'}: ${message}.`);
  $('table').textContent = `${name}: ${number.format(table.rows)} rows, ${names.length} columns.${notes.join('')}`;
  const option = (value: string, text = value) => new Option(text, value);
  target.replaceChildren(...names.map((column) => option(column)));
  target.value = names[names.length - 1];
  chosen = false;
  suggest();
  $('ask').hidden = false;
  $('result').hidden = true;
  $('error').textContent = '';
  $('train').focus();
  start().catch(showError);
}

/** Whether the user's column was chosen by hand. */
let chosen = false;

/** Offers the columns that may name the user, with what is suggested, unless one was chosen; and says what is chosen, by its whole name. */
function suggest() {
  if (!table) return;
  const { rows, columns } = table;
  const suggestion = suggestId(table, target.value);
  const before = id.value;
  const option = ({ name }: { name: string }) => new Option(`${name}${name === suggestion?.name ? ' (suggested)' : ''}`, name);
  id.replaceChildren(new Option('the row number', ''), ...columns.map(option));
  id.value = chosen ? before : (suggestion?.name ?? '');
  const said = (name: string) => {
    const column = columns.find((other) => other.name === name);
    return column ? describe(column, rows) : 'Rows are numbered from 1.';
  };
  $('target-hint').textContent = said(target.value);
  const why = suggestion?.name === id.value ? ` Suggested, since ${suggestion.why}.` : '';
  $('id-hint').textContent = `${said(id.value)}${why}`;
}
target.addEventListener('change', suggest);
id.addEventListener('change', () => {
  chosen = true;
  suggest();
});

async function openFile(file: File | undefined) {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    $('table').textContent = `${file.name} is not UTF-8. Save it as UTF-8.`;
    return;
  }
  await openText(text, file.name);
}

const drop = $('drop');
$<HTMLInputElement>('file').addEventListener('change', (event) => openFile((event.target as HTMLInputElement).files?.[0]));
$('file').addEventListener('keydown', (event) => {
  if (event.key === 'Enter') (event.target as HTMLInputElement).click();
});
for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragenter' || type === 'dragover');
  });
}
drop.addEventListener('drop', (event) => openFile(event.dataTransfer?.files[0]));
$('sample').addEventListener('click', () => openText(syntheticShop(), 'a made-up shop'));

const STAGES: Partial<Record<Progress['stage'], string>> = {
  prepare: 'preparing',
  train: 'training',
  evaluate: 'evaluating',
  'cross-validate': 'cross-validating',
  profile: 'profiling',
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!table || running) return;
  running = new AbortController();
  $('error').textContent = '';
  progress.hidden = stop.hidden = false;
  progress.removeAttribute('value');
  const begun = performance.now();
  try {
    const fitted = await Profiler.fit(
      await start(),
      { table },
      {
        target: target.value,
        id: id.value || undefined,
        signal: running.signal,
        onProgress: ({ stage, done, total, note }) => {
          if (total > 0) progress.value = done / total;
          $('status').textContent = `${STAGES[stage] ?? stage} ${done}${total ? ` of ${total}` : ''}${note ? `, ${note}` : ''}`;
        },
      },
    );
    profiler?.dispose();
    profiler = fitted;
    $('status').textContent = `Done in ${((performance.now() - begun) / 1000).toFixed(1)} s.`;
    showResult(fitted);
  } catch (error) {
    if (error instanceof CameoError && error.code === 'aborted') $('status').textContent = 'Stopped.';
    else showError(error);
  } finally {
    running = undefined;
    progress.hidden = stop.hidden = true;
  }
});
stop.addEventListener('click', () => running?.abort());

const METRICS: Record<string, string> = {
  rocAuc: 'ROC AUC',
  averagePrecision: 'average precision',
  accuracy: 'accuracy',
  f1: 'F1',
  r2: 'R²',
  mae: 'mean absolute error',
  rmse: 'root mean squared error',
};

function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A bar with its name and number; a signed one grows from the middle. */
function bar(name: string, detail: string, value: number, most: number, signed: boolean): HTMLElement {
  const [item, label, track, fill] = [element('li'), element('span', 'name', name), element('span', 'bar'), element('i')];
  if (detail) label.append(element('i', '', ` = ${detail}`));
  const share = most > 0 ? (100 * Math.abs(value)) / most : 0;
  fill.style.width = `${signed ? share / 2 : Math.max(0, share)}%`;
  fill.style.left = signed ? `${value < 0 ? 50 - share / 2 : 50}%` : '0';
  if (value < 0) fill.classList.add('down');
  track.append(fill);
  item.append(label, track, element('span', 'number', `${signed && value > 0 ? '+' : ''}${value.toFixed(3)}`));
  return item;
}

function showResult({ summary }: Profiler) {
  const evaluation = { ...summary.evaluation } as Record<string, number>;
  const shown = Object.entries(METRICS).filter(([name]) => Number.isFinite(evaluation[name]));
  const tile = ([name, value]: [string, string]) => {
    const box = element('div');
    box.append(element('dt', '', name), element('dd', Number.isNaN(Number(value.replaceAll(',', ''))) ? 'words' : '', value));
    return box;
  };
  $('metrics').replaceChildren(
    ...shown.map(([name, text]) => tile([text, evaluation[name].toFixed(3)])),
    tile(['held-out rows', number.format(summary.testRows)]),
    ...Object.entries(summary.facts).map(([name, value]) => tile([name, String(value)])),
  );
  const importances = summary.importances.filter(({ mean }) => Number.isFinite(mean)).slice(0, 12);
  const most = Math.max(...importances.map(({ mean }) => Math.abs(mean)));
  const metric = { binary: 'ROC AUC', multiclass: 'accuracy', regression: 'R²' }[summary.task];
  $('importance-note').textContent = `How much ${metric} falls on the held-out rows when the column is shuffled.`;
  $('importances').replaceChildren(...importances.map(({ feature, mean }) => bar(feature, '', mean, most, false)));
  rowInput.max = String(table?.rows ?? 1);
  rowInput.value = '1';
  $('result').hidden = false;
  showUser();
  $('result').scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

/** A row of the table by column name. */
function rowAt({ columns }: Table, r: number): Row {
  const value = (column: Table['columns'][number]) =>
    column.kind === 'number' ? column.values[r] : (column.categories[column.codes[r]] ?? null);
  return Object.fromEntries(columns.map((column) => [column.name, value(column)]));
}

function showUser() {
  if (!table || !profiler) return;
  const r = Math.min(table.rows, Math.max(1, Math.round(Number(rowInput.value)) || 1)) - 1;
  const profile = profiler.profileOne(rowAt(table, r));
  const { name, task, classes } = profiler.target;
  const score = profile[`score_${name}`] as number;
  const regression = task === 'regression';
  const value = regression ? number.format(score) : `${(100 * score).toFixed(1)} %`;
  const label = task === 'binary' ? classes[1] : profile[`prediction_${name}`];
  const percentile = profile[`percentile_${name}`] as number | undefined;
  const line = (...parts: (string | Node)[]) => {
    const made = element('p');
    made.append(...parts);
    return made;
  };
  $('score').replaceChildren(
    line(profile.user_id === undefined || profile.user_id === null ? `Row ${r + 1}:` : `User ${profile.user_id}:`),
    line(element('b', '', value), regression ? ` is the ${name} to expect.` : ` is the probability of ${name} = ${label}.`),
    ...(percentile === undefined ? [] : [line(`That is more than for ${percentile.toFixed(0)} % of the users.`)]),
  );
  $('reason-note').textContent =
    `What each value adds, in ${regression ? `units of ${name}` : 'log-odds'}, compared with the average user.`;
  const reasons = (profile[`explanation_${name}`] as ExplanationEntry[])
    .filter(({ contribution }) => contribution !== 0)
    .slice(0, 8);
  const most = Math.max(...reasons.map(({ contribution }) => Math.abs(contribution)));
  const detail = ({ value, category, date }: ExplanationEntry) =>
    category ??
    date?.replace(/(T00:00)?:00\.000$/, '').replace('T', ' ') ??
    (value === null ? 'missing' : number.format(value));
  $('reasons').replaceChildren(
    ...reasons.map((reason) => bar(reason.feature, detail(reason), reason.contribution, most, true)),
  );
}

rowInput.addEventListener('input', showUser);
$('pick').addEventListener('submit', (event) => event.preventDefault());
for (const [button, step] of [
  ['previous', -1],
  ['next', 1],
] as const) {
  $(button).addEventListener('click', () => {
    const last = Number(rowInput.max);
    rowInput.value = String(Math.min(last, Math.max(1, Number(rowInput.value) + step)));
    showUser();
  });
}

$('save').addEventListener('click', async () => {
  if (!profiler) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([(await profiler.save()) as Uint8Array<ArrayBuffer>]));
  link.download = 'model.cameo';
  link.click();
  URL.revokeObjectURL(link.href);
});
