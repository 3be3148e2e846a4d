/** Programs that tests start beside this Node: where they are, or why they are not. scripts/runtimes.mjs and .ci/run bring them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';

export const RUNTIMES = fileURLToPath(new URL('../../../build/runtimes/node_modules/', import.meta.url));

const PATHS: Record<string, string> = {
  deno: `${RUNTIMES}deno/deno`,
  bun: `${RUNTIMES}bun/bin/bun`,
  workerd: `${RUNTIMES}workerd/bin/workerd`,
  node22: `${RUNTIMES}node22/bin/node`,
  node24: `${RUNTIMES}node24/bin/node`,
  node26: `${RUNTIMES}node26/bin/node`,
};

const commandOf = (name: string) => (name === 'node' ? process.execPath : PATHS[name]);
const ABSENT = 'it is not in build/runtimes (node scripts/runtimes.mjs)';

/** The command of a runtime, or undefined with the reason printed. */
export function runtime(name: string): string | undefined {
  const path = commandOf(name);
  if (existsSync(path)) return path;
  console.log(`${name} is not tested: ${ABSENT}`);
  return undefined;
}

/** A test that is skipped, and says why. */
export function skip(title: string, reason: string): void {
  console.log(`skipped: ${title}: ${reason}`);
  test.skip(title, () => {});
}

/** A test in a runtime; where that is not there, a skipped one. */
export function inRuntime(name: string, title: string, run: (command: string) => void | Promise<void>): void {
  const path = commandOf(name);
  if (existsSync(path)) test(`${title} in ${name}`, () => run(path));
  else skip(`${title} in ${name}`, ABSENT);
}

/** Environment that gives WebGPU an adapter where there is no GPU: SwiftShader for Dawn, lavapipe for Deno. */
export function vulkan(name: string): NodeJS.ProcessEnv {
  const driver = name === 'deno' ? '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json' : '/usr/lib/chromium/vk_swiftshader_icd.json';
  return { ...process.env, XDG_RUNTIME_DIR: '/tmp', ...(existsSync(driver) ? { VK_ICD_FILENAMES: driver } : {}) };
}
