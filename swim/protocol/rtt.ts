/** Smoothed round-trip time and its variation, after RFC 6298 (srtt and rttvar, time-out srtt + 4 var). */

export class RoundTrip {
  #srttMs: number;
  #varMs: number;

  constructor(firstMs: number) {
    this.#srttMs = firstMs;
    this.#varMs = firstMs / 2;
  }

  get srttMs(): number {
    return this.#srttMs;
  }

  get timeoutMs(): number {
    return this.#srttMs + 4 * this.#varMs;
  }

  add(sampleMs: number): void {
    this.#varMs += (Math.abs(sampleMs - this.#srttMs) - this.#varMs) / 4;
    this.#srttMs += (sampleMs - this.#srttMs) / 8;
  }
}
