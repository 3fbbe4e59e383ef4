/**
 * A decimal number, exact. It is kept as sign, digits and scale, never as a double, so that money and
 * what Tarantool's `decimal` module made come back digit for digit, trailing zeros included.
 */

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Far beyond what Tarantool itself can hold (38 digits). On the wire, what is beyond stays a raw extension. */
export const decimalDigitsMax = 1000;
export const decimalScaleMax = 400;

export class Decimal {
  private constructor(
    readonly negative: boolean,
    /** Decimal digits without leading zeros, `'0'` for nought. */
    readonly digits: string,
    /** How many of the digits stand after the point; negative: how many zeros follow the digits. */
    readonly scale: number,
  ) {}

  /** Reads `-12.50`, `.5`, `1e-7`. Throws RangeError for anything else and beyond the limits above. */
  static from(text: string | number | bigint): Decimal {
    const [, sign, whole = '', fraction = '', exponent = '0'] = pattern.exec(String(text)) ?? [];
    if (sign === undefined || whole + fraction === '') throw new RangeError(`not a decimal number: ${String(text).slice(0, 100)}`);
    const made = Decimal.of(sign === '-', whole + fraction, fraction.length - Number(exponent));
    if (!made) throw new RangeError(`a decimal has at most ${decimalDigitsMax} digits: ${String(text).slice(0, 100)}`);
    return made;
  }

  /** From its parts, or undefined beyond the limits. `digits` holds only decimal digits. */
  static of(negative: boolean, digits: string, scale: number): Decimal | undefined {
    const significant = digits.replace(/^0+(?=.)/, '');
    if (significant.length > decimalDigitsMax || Math.abs(scale) > decimalScaleMax) return undefined;
    return new Decimal(negative, significant, scale);
  }

  /** Plain notation, never an exponent: `-12.50`. */
  toString(): string {
    const sign = this.negative ? '-' : '';
    if (this.scale <= 0) return sign + (this.digits === '0' ? '0' : this.digits + '0'.repeat(-this.scale));
    const padded = this.digits.padStart(this.scale + 1, '0');
    return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`;
  }

  /** A string: JSON numbers would lose digits. */
  toJSON(): string {
    return this.toString();
  }

  /** The nearest double; digits beyond 15 to 17 are lost. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** Below 0, 0 or above 0, by value: `1.50` equals `1.5`, `-0` equals `0`. */
  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [mine, theirs] = [this.#scaledTo(scale), other.#scaledTo(scale)];
    if (mine === theirs) return 0;
    return mine < theirs ? -1 : 1;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  #scaledTo(scale: number): bigint {
    const magnitude = BigInt(this.digits) * 10n ** BigInt(scale - this.scale);
    return this.negative ? -magnitude : magnitude;
  }
}
