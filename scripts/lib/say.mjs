/** Progress for people: what is being done, how long it took; colours only where they help. */
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');

/** Runs `work`, with a line that says what it is; resolves to its result. `work` may return a note through `note(text)`. */
export async function step(title, work) {
  const started = performance.now();
  if (colour) process.stdout.write(`  ${dim('…')} ${title}`);
  let remark = '';
  try {
    const result = await work((text) => (remark = text));
    const took = performance.now() - started;
    const time = took >= 100 ? dim(` ${(took / 1000).toFixed(1)} s`) : '';
    process.stdout.write(`${colour ? '\r\x1b[K' : ''}  ${green('✓')} ${title}${remark ? dim(` (${remark})`) : ''}${time}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`${colour ? '\r\x1b[K' : ''}  ${red('✗')} ${title}\n`);
    throw error;
  }
}

/** An end that needs no stack: the sentence says what is wrong and the way out. */
export class Stop extends Error {}

export function end(error) {
  process.stderr.write(`\n${error instanceof Stop ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}
