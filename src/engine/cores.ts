/** How many threads this process may run at once. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * The processors that the system grants, or fewer where a container is limited to a share of them, which Node counts only from version 24
 * on. Linux tells the share as microseconds of processor time in a period (man 7 cgroups).
 *
 * @param read the text of a file of the system, for tests
 */
export function availableCores(read = (path: string) => readFileSync(path, 'utf8')): number {
  const numbers = (...paths: string[]) => {
    try {
      return paths.flatMap((path) => read(path).trim().split(' ').map(Number));
    } catch {
      return [];
    }
  };
  const cores = availableParallelism();
  const [v1, v2] = ['/sys/fs/cgroup/cpu/cpu.cfs_', '/sys/fs/cgroup/cpu.max'];
  for (const [quota, period] of [numbers(v2), numbers(`${v1}quota_us`, `${v1}period_us`)])
    if (quota > 0 && period > 0) return Math.max(1, Math.min(cores, Math.ceil(quota / period))); // 'max' and −1: no limit
  return cores;
}

/** The bound of threads that are asked for by number: enough to try any number on any machine. */
export const mostThreads = (cores: number) => Math.max(16, 4 * cores);
