/** A uuid as a value of its own, since Tarantool's `uuid` fields refuse strings: extension type 2, 16 bytes. */

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export class Uuid {
  private constructor(
    /** Lower case, with dashes. */
    readonly text: string,
  ) {}

  /** From text with dashes, either case. Throws RangeError for anything else. */
  static from(text: string): Uuid {
    const lower = text.toLowerCase();
    if (!pattern.test(lower)) throw new RangeError(`not a uuid: ${text.slice(0, 100)}`);
    return new Uuid(lower);
  }

  /** From exactly 16 bytes. */
  static ofBytes(bytes: Uint8Array): Uuid {
    if (bytes.length !== 16) throw new RangeError(`a uuid has 16 bytes, not ${bytes.length}`);
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
    return new Uuid(
      `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    );
  }

  toBytes(): Buffer {
    return Buffer.from(this.text.replaceAll('-', ''), 'hex');
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }

  equals(other: Uuid): boolean {
    return this.text === other.text;
  }
}
