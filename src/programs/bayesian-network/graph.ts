/** A directed graph without cycles over n variables, and which variable can be reached from which. */
export class Graph {
  readonly #edges: Uint8Array;
  /** words of 32 variables, `#words` a variable: those that can be reached from it */
  readonly #reach: Int32Array;
  readonly #words: number;

  /** @param parents of each variable, without a cycle */
  constructor(parents: readonly (readonly number[])[]) {
    const n = parents.length;
    this.n = n;
    this.#edges = new Uint8Array(n * n);
    this.#words = Math.ceil(n / 32);
    this.#reach = new Int32Array(n * this.#words);
    parents.forEach((of, child) => {
      for (const parent of of) this.#edges[parent * n + child] = 1;
    });
    this.#close();
  }
  readonly n: number;

  has(from: number, to: number): boolean {
    return this.#edges[from * this.n + to] === 1;
  }

  /** Whether a path of one edge or more leads from one to the other. */
  reaches(from: number, to: number): boolean {
    return ((this.#reach[from * this.#words + (to >> 5)] >> (to & 31)) & 1) === 1;
  }

  /** Whether a path of two edges or more does. */
  reachesAround(from: number, to: number): boolean {
    for (let c = 0; c < this.n; c++) if (c !== to && this.has(from, c) && this.reaches(c, to)) return true;
    return false;
  }

  /** Ascending. */
  parents(of: number): number[] {
    const found: number[] = [];
    for (let p = 0; p < this.n; p++) if (this.has(p, of)) found.push(p);
    return found;
  }

  /** Adds the edge, or takes it away. */
  toggle(from: number, to: number): void {
    this.#edges[from * this.n + to] ^= 1;
    this.#close();
  }

  /** From the children up: whoever has all children done is reached by their reach. */
  #close(): void {
    const { n } = this;
    const words = this.#words;
    this.#reach.fill(0);
    for (const v of order(n, (from, to) => this.has(from, to)).reverse()) {
      for (let c = 0; c < n; c++) {
        if (!this.has(v, c)) continue;
        this.#reach[v * words + (c >> 5)] |= 1 << (c & 31);
        for (let w = 0; w < words; w++) this.#reach[v * words + w] |= this.#reach[c * words + w];
      }
    }
  }
}

/** Variables, every parent before its children; fewer than n where there is a cycle, since nothing in it or below can come first. */
export function order(n: number, has: (from: number, to: number) => boolean): number[] {
  const waiting = new Int32Array(n);
  for (let from = 0; from < n; from++) for (let to = 0; to < n; to++) if (has(from, to)) waiting[to]++;
  const found: number[] = [];
  for (let v = 0; v < n; v++) if (waiting[v] === 0) found.push(v);
  for (let at = 0; at < found.length; at++)
    for (let to = 0; to < n; to++) if (has(found[at], to) && --waiting[to] === 0) found.push(to);
  return found;
}
