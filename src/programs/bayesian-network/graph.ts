/** A directed graph without cycles over n variables, and which variable can be reached from which. */
export class Graph {
  readonly #edges: Uint8Array;
  /** words of 32 variables, `#words` a variable: those that can be reached from it */
  readonly #reach: Int32Array;
  readonly #words: number;
  /** how many parents each variable has */
  readonly inDegree: Int32Array;

  /** @param parents of each variable, without a cycle */
  constructor(parents: readonly (readonly number[])[]) {
    const n = parents.length;
    this.n = n;
    this.#edges = new Uint8Array(n * n);
    this.#words = Math.ceil(n / 32);
    this.#reach = new Int32Array(n * this.#words);
    this.inDegree = Int32Array.from(parents, (of) => of.length);
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

  /** A copy of all edges, for `parentsIn`. */
  edges(): Uint8Array {
    return this.#edges.slice();
  }

  /** Adds the edge, or takes it away. */
  toggle(from: number, to: number): void {
    this.#edges[from * this.n + to] ^= 1;
    if (!this.has(from, to)) {
      this.inDegree[to]--;
      this.#close();
    } else {
      this.inDegree[to]++;
      for (let v = 0; v < this.n; v++) if (v === from || this.reaches(v, from)) this.#join(v, to);
    }
  }

  /** Whatever the child reaches, and itself, is reached from the parent. */
  #join(parent: number, child: number): void {
    const words = this.#words;
    this.#reach[parent * words + (child >> 5)] |= 1 << (child & 31);
    for (let w = 0; w < words; w++) this.#reach[parent * words + w] |= this.#reach[child * words + w];
  }

  /** From the children up: whoever has all children done is reached by their reach. */
  #close(): void {
    const { n } = this;
    this.#reach.fill(0);
    for (const v of order(n, (from, to) => this.has(from, to)).reverse())
      for (let c = 0; c < n; c++) if (this.has(v, c)) this.#join(v, c);
  }
}

/** Of each variable its parents, ascending, by a copy of a graph's edges. */
export function parentsIn(edges: Uint8Array, n: number): number[][] {
  return Array.from({ length: n }, (_, to) => {
    const found: number[] = [];
    for (let from = 0; from < n; from++) if (edges[from * n + to]) found.push(from);
    return found;
  });
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
