/** Agent clock minus server clock, from pings: of the last few the one with the shortest round trip, whose halves differ least. */

type Sample = { readonly offsetMs: number; readonly roundTripMs: number };

const samplesMax = 5;

export class ClockOffset {
  readonly #samples: Sample[] = [];

  /** `sentAt` and `receivedAt` by the server's clock, `agentAt` by the agent's, in between. */
  add({ sentAt, agentAt, receivedAt }: { sentAt: number; agentAt: number; receivedAt: number }): void {
    const roundTripMs = receivedAt - sentAt;
    if (roundTripMs < 0) return;
    this.#samples.push({ offsetMs: Math.round(agentAt - (sentAt + receivedAt) / 2), roundTripMs });
    if (this.#samples.length > samplesMax) this.#samples.shift();
  }

  get ms(): number | null {
    const best = this.#samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs)[0];
    return best?.offsetMs ?? null;
  }
}
