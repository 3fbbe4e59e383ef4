import type { ClusterUpdate } from '~/contract/shapes/view.ts';

/** The stream of the cluster as one browser gets it: every message with its moment and its size. */

export type Told = { readonly at: number; readonly bytes: number; readonly update: ClusterUpdate };

export class Follower {
  readonly told: Told[] = [];
  readonly #ended = new AbortController();
  #failure: Error | null = null;

  constructor(url: string, token: string) {
    void this.#read(`${url}/api/v1/cluster/watch`, token).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** What has come since then. */
  since(at: number): Told[] {
    if (this.#failure) throw this.#failure;
    return this.told.filter((one) => one.at >= at);
  }

  end(): void {
    this.#ended.abort();
  }

  async #read(url: string, token: string): Promise<void> {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: this.#ended.signal });
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined && data !== '') this.told.push({ at: performance.now(), bytes: block.length, update: JSON.parse(data) as ClusterUpdate });
      }
    }
    throw new Error('the stream has ended');
  }
}
