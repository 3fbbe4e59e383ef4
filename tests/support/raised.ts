import { expect } from 'vitest';
import type { Issue } from '~/contract/shapes/view.ts';
import type { ProcessCluster, ServerProgram } from './process-cluster.ts';
import { waitFor } from './wait.ts';

/** Issues of a real cluster: waited for, looked at, and mended by what they offer. */
export class Raised {
  readonly #startedAt = Date.now();

  /** `server`: whose word counts; the first one's. */
  constructor(
    readonly cluster: ProcessCluster,
    readonly options: { readonly server?: ServerProgram } = {},
  ) {}

  async all(): Promise<Issue[]> {
    return (await this.cluster.get('/cluster/issues', this.options)).body;
  }

  /** Resolves to it when it is there, about the object of this name, where one is given. Whatever it is, it says since when, what, and what to do. */
  async issue(code: string, name?: string): Promise<Issue> {
    let last: Issue[] = [];
    const found = await waitFor(async () => (last = await this.all()).find((one) => one.code === code && (name === undefined || one.object.name === name)), { timeoutMs: 45_000, what: `the issue ${code}` }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; there is ${JSON.stringify(last.map(({ id, sentence }) => [id, sentence]))}`);
    });
    expect(found.since, code).toBeGreaterThan(this.#startedAt - 5000);
    expect(found.since, code).toBeLessThanOrEqual(Date.now() + 1000);
    expect(found.sentence, code).toMatch(/^.{20,}[.]$/s);
    expect(found.wayOut, code).toMatch(/^.{20,}[.`]$/s);
    return found;
  }

  cleared(code: string): Promise<unknown> {
    return waitFor(async () => (await this.all()).every((one) => one.code !== code), { timeoutMs: 45_000, what: `${code} to clear` });
  }

  /** Does what the issue offers; `wanted` is the operation. */
  async mend({ code, repair }: Issue, wanted: string): Promise<void> {
    expect(repair?.operation, code).toBe(wanted);
    const { operation, input: { instance, replicaset, ...rest } } = repair!;
    const [noun, verb] = operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).split('.');
    const subject = instance ?? replicaset;
    const { status, body } = await this.cluster.post(`/${noun}/${subject === undefined ? '' : `${String(subject)}/`}${verb}`, rest);
    expect(status, JSON.stringify(body)).toBe(200);
  }

  /** Runs Lua on an instance; resolves to what it returns. */
  async lua(alias: string, code: string): Promise<unknown[]> {
    const { status, body } = await this.cluster.post(`/instance/${alias}/eval`, { code, timeoutMs: 20_000 });
    if (status !== 200 || !body.data.ok) throw new Error(`${alias}: ${JSON.stringify(body)}`);
    return body.data.values;
  }

  async view(alias: string) {
    const { body } = await this.cluster.get('/cluster/overview');
    return body.instances.find((one: { alias: string; configured: boolean }) => one.alias === alias && one.configured);
  }
}
