/**
 * Writes the same part of MessagePack. Two styles: `wide` is exactly what Tarantool 2.6.0 writes (fixed widths, so the
 * recorded packets come out byte for byte), `short` takes the narrowest legal width, which Tarantool reads as well.
 */

export type Style = 'wide' | 'short';

export class Writer {
  readonly style: Style;
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(style: Style, capacityBytes = 1536) {
    this.style = style;
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was written so far; a later write may move it. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** The narrowest form, in both styles: keys, statuses, types. */
  uint(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value <= 0xff) this.#tagged(0xcc, 1, value);
    else if (value <= 0xffff) this.#tagged(0xcd, 2, value);
    else this.#tagged(0xce, 4, value);
  }

  port(value: number): void {
    if (this.style === 'short') this.uint(value);
    else this.#tagged(0xcd, 2, value);
  }

  word(value: number): void {
    if (this.style === 'short') this.uint(value);
    else this.#tagged(0xce, 4, value);
  }

  big(value: bigint): void {
    if (this.style === 'short' && value <= 0xffff_ffffn) return this.uint(Number(value));
    this.byte(0xcf);
    this.uint64(value);
  }

  mapSize(size: number): void {
    this.byte(0x80 | size);
  }

  arraySize(size: number): void {
    if (this.style === 'short' && size < 16) this.byte(0x90 | size);
    else this.#tagged(0xdc, 2, size);
  }

  uuid(bytes: Uint8Array): void {
    this.byte(0xc4);
    this.byte(bytes.length);
    this.raw(bytes);
  }

  bin(bytes: Uint8Array): void {
    if (this.style === 'short' && bytes.length <= 0xff) this.#tagged(0xc4, 1, bytes.length);
    else this.#tagged(0xc5, 2, bytes.length);
    this.raw(bytes);
  }

  #tagged(tag: number, width: 1 | 2 | 4, value: number): void {
    const at = this.#reserve(1 + width);
    this.#view.setUint8(at, tag);
    if (width === 1) this.#view.setUint8(at + 1, value);
    else if (width === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
  }

  /** May replace the buffer: call it before touching that. */
  #reserve(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) this.#grow();
    return start;
  }

  #grow(): void {
    const bigger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    bigger.set(this.#bytes);
    this.#bytes = bigger;
    this.#view = new DataView(bigger.buffer);
  }
}
