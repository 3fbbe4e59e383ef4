import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A PNG in few bytes, for a repository: at most 256 colours. Takes what Chromium writes: 8 bits a sample, RGB or RGBA, not interlaced. */

const coloursMax = 256;
/** Surfaces, lines and words: in the dark, two surfaces are hardly apart, and must stay so. */
const ownMax = 48;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function smallPng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')!.data;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = header[9] === 6 ? 4 : 3;
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((one) => one.data)));
  const colours = coloursIn(unfilter(data, { width, height, bytes }), bytes);
  const { palette, indexOf } = paletteOf(colours);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x]!)!;
  const head = Buffer.from(header);
  head[9] = 3;
  const plte = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', plte), chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Each row is told as what it differs by from its left and upper neighbours. */
function unfilter(data: Buffer, { width, height, bytes }: { width: number; height: number; bytes: number }): Buffer {
  const stride = width * bytes;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (stride + 1)]!;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < bytes ? 0 : out[at - bytes]!;
      const up = y === 0 ? 0 : out[at - stride]!;
      const corner = x < bytes || y === 0 ? 0 : out[at - stride - bytes]!;
      out[at] = data[y * (stride + 1) + 1 + x]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(left + up - corner - one)) as [number, number, number];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function coloursIn(pixels: Buffer, bytes: number): Uint32Array {
  const colours = new Uint32Array(pixels.length / bytes);
  for (let at = 0; at < colours.length; at += 1) colours[at] = pixels.readUIntBE(at * bytes, 3);
  return colours;
}

/** Those that are seen most keep their own; of the others, colours that are alike become the one of them that is seen most. */
function paletteOf(colours: Uint32Array): { palette: number[]; indexOf: Map<number, number> } {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const popular = [...counts].toSorted((a, b) => b[1] - a[1]).map(([colour]) => colour);
  for (let distance = 0; ; distance += 6) {
    const palette: number[] = [];
    const indexOf = new Map<number, number>();
    for (const [rank, colour] of popular.entries()) {
      const near = rank < ownMax ? -1 : palette.findIndex((one) => apart(one, colour) <= distance);
      if (near < 0 && palette.push(colour) > coloursMax) break;
      indexOf.set(colour, near < 0 ? palette.length - 1 : near);
    }
    if (palette.length <= coloursMax) return { palette, indexOf };
  }
}

const apart = (a: number, b: number): number => Math.max(...[16, 8, 0].map((shift) => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255))));

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
