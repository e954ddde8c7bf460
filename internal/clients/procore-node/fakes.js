// Starts the fake Procore that the tests talk to: the command that PROCOREBOX names, or the one of this
// checkout.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startFakes(...args) {
  const [command, ...rest] = process.env.PROCOREBOX
    ? [process.env.PROCOREBOX]
    : ['go', 'run', '../../../examples/procorebox'];
  const child = spawn(command, [...rest, 'fakes', '--procore', '127.0.0.1:0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // go run has a child of its own, which must get the signal too
  });
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      process.kill(-child.pid, 'SIGINT');
    });
  const env = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`the fakes ended with ${code}`)));
  });
  return { env, stop };
}
