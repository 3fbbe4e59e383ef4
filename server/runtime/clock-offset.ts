/** Agent clock minus server clock, from pings: of the last few the one with the shortest round trip, whose halves differ least. One that contradicts those before it shows that a clock was set: they are forgotten. */

type Sample = { readonly offsetMs: number; readonly roundTripMs: number };

const samplesMax = 5;
/** How far two clocks may drift apart while the samples are kept. */
const driftMs = 50;

export class ClockOffset {
  #samples: Sample[] = [];

  /** `sentAt` and `receivedAt` by the server's clock, `agentAt` by the agent's, in between. */
  add({ sentAt, agentAt, receivedAt }: { sentAt: number; agentAt: number; receivedAt: number }): void {
    const roundTripMs = receivedAt - sentAt;
    if (roundTripMs < 0) return;
    const sample = { offsetMs: Math.round(agentAt - (sentAt + receivedAt) / 2), roundTripMs };
    this.#samples = [...this.#samples.filter((old) => agree(old, sample)), sample].slice(-samplesMax);
  }

  get ms(): number | null {
    const best = this.#samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs)[0];
    return best?.offsetMs ?? null;
  }
}

/** The truth is within half a round trip of each. */
const agree = (a: Sample, b: Sample) => Math.abs(a.offsetMs - b.offsetMs) <= (a.roundTripMs + b.roundTripMs) / 2 + driftMs;
