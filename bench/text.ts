/** Texts against scikit-learn: TF-IDF of the reviews of clothes, and logistic regression on what comes of it, on one thread. */
import { createEngine, LogisticRegression, TfidfVectorizer } from '../src/index.js';
import { columnOf } from '../src/table/columns.js';
import { lacking, reviewTable, textsOf } from '../test/support/reviews.js';
import { line, same, scikitLearn, seconds } from './support.js';

export async function text(): Promise<void> {
  if (lacking('women')) return void console.log(`texts: ${lacking('women')}`);
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const table = await reviewTable('women');
  const of = (name: string) => textsOf(columnOf(table, 'Text', name));
  const [titles, reviews] = [of('Title'), of('Review Text')];
  const texts = titles.map((title, r) => `${title} ${reviews[r]}`);
  const y = Uint8Array.from(of('Recommended IND'), Number);
  const megabytes = texts.reduce((sum, own) => sum + new TextEncoder().encode(own).length, 0) / 1e6;
  for (const [what, ngramRange] of [
    ['words', [1, 1]],
    ['words and pairs', [1, 2]],
  ] as const) {
    const vectorizer = new TfidfVectorizer({ engine, ngramRange });
    const x = await vectorizer.fitTransform(texts);
    const model = new LogisticRegression({ engine });
    await model.fit(x, y);
    const shown = await model.decisionFunction(x);
    const loss = (z: Float64Array, w: readonly number[]) =>
      z.reduce((sum, value, r) => sum + Math.log1p(Math.exp(y[r] === 1 ? -value : value)), 0) +
      w.reduce((sum, value) => sum + value * value, 0) / 2;
    const ours = loss(shown, model.coef[0]);
    const peer = scikitLearn('text', { texts: { texts }, y: [y], how: { ngrams: ngramRange } }, ([nnz, sum, theirs]) => {
      same([nnz, sum], [x.values.length, x.values.reduce((a, b) => a + b, 0)], 0.5, 'TF-IDF');
      // No higher than scikit-learn's, but for its own tolerance.
      if (ours > theirs * 1.0005) throw new Error(`logistic regression: loss ${theirs} there, ${ours} here`);
    });
    const transform = await seconds(() => new TfidfVectorizer({ engine, ngramRange }).fitTransform(texts), 3);
    line(`TF-IDF, ${what}, ${megabytes.toFixed(1)} MB of reviews`, transform, peer?.transform, 3);
    line(`logistic regression on ${x.columns} sparse columns`, await seconds(() => model.fit(x, y), 3), peer?.fit, 1);
  }
}
