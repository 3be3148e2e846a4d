/** What tests that start servers share: a port, and the wait for the first answer. */
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** A port that is free now. */
export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Returns when the address answers, whatever it says; throws when the process ends before or ten seconds pass. */
export async function answers(child: ChildProcess, url: string, why: () => string = () => ''): Promise<void> {
  for (let tries = 0; ; tries++) {
    const there = await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
    if (there) return;
    if (tries === 100 || child.exitCode !== null) throw new Error(`the server does not answer: ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
