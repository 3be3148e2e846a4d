/**
 * Networks in the Interchange Format for Bayesian networks (BIF 0.15, Cozman 1998), as the bnlearn repository, pgmpy, GeNIe and others
 * write them:
 *
 *     network asia { }
 *     variable smoke { type discrete [ 2 ] { yes, no }; }
 *     probability ( smoke ) { table 0.5, 0.5; }
 *     probability ( lung | smoke ) { (yes) 0.1, 0.9; (no) 0.01, 0.99; }
 *
 * In a `table` of a variable with parents its own state is the slowest and the last parent's the fastest; `default` is for combinations
 * that have no row. Properties are skipped.
 */
import { errors } from '../../errors.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';

export { readBif } from './bif-reader.js';

/** The network as text that `readBif` reads as the same: every number with all its digits. @throws CameoError 'argument' for a name that BIF cannot hold */
export function writeBif({ names, states, parents, tables }: DiscreteNetwork, name = 'unknown'): string {
  const lines = [`network ${written(name)} {`, '}'];
  names.forEach((own, i) => {
    const list = states[i].map(written).join(', ');
    lines.push(`variable ${written(own)} {`, `  type discrete [ ${states[i].length} ] { ${list} };`, '}');
  });
  names.forEach((own, i) => {
    const given = parents[i].map((p) => written(names[p])).join(', ');
    lines.push(`probability ( ${written(own)}${given && ` | ${given}`} ) {`);
    const many = states[i].length;
    for (let row = 0; row * many < tables[i].length; row++) {
      const values = [...tables[i].subarray(row * many, (row + 1) * many)].map(digits).join(', ');
      lines.push(
        given ? `  (${combination(parents[i], states, row).map(written).join(', ')}) ${values};` : `  table ${values};`,
      );
    }
    lines.push('}');
  });
  return `${lines.join('\n')}\n`;
}

/** The states of the parents in row `row` of a table. */
function combination(parents: readonly number[], states: DiscreteNetwork['states'], row: number): string[] {
  const found: string[] = [];
  for (const p of [...parents].reverse()) {
    found.unshift(states[p][row % states[p].length]);
    row = Math.floor(row / states[p].length);
  }
  return found;
}

const digits = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

const WORD = /^(?!\/[/*])[^\s\ufeff{}()[\]|,;"]+$/;

/** A word, in quotes where it is none. */
function written(text: string): string {
  if (WORD.test(text)) return text;
  if (/["\n]/.test(text)) throw errors.invalid('A name in BIF can hold neither a quote nor the end of a line; rename it.');
  return `"${text}"`;
}
