/** Progress for people: what is being done, how long it takes; colours only where they help. */
const terminal = process.stdout.isTTY;
// The terminal may be closed while we stop what we have started: that must be stopped all the same.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
const colour = terminal && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const yellow = paint('33');

/** Until then nobody wonders. */
const quietMs = 2000;

/**
 * Runs `work`, with a line that says what it is; resolves to its result. `work` may return a note through `note(text)`.
 * `usually` says how long it takes where that is long: on a terminal the seconds are counted, in a log it is said once.
 */
export async function step(title, work, { usually = '' } = {}) {
  const started = performance.now();
  const hint = usually ? ` (${usually})` : '';
  const show = () => {
    const tookMs = performance.now() - started;
    process.stdout.write(`\r\x1b[K  ${dim('…')} ${title}${tookMs < quietMs ? '' : dim(`${hint} ${Math.round(tookMs / 1000)} s`)}`);
  };
  if (terminal) show();
  const ticking = terminal ? setInterval(show, 1000) : setTimeout(() => process.stdout.write(`  … ${title}${hint}\n`), quietMs);
  const over = (line) => {
    clearInterval(ticking);
    process.stdout.write(`${terminal ? '\r\x1b[K' : ''}  ${line}\n`);
  };
  let remark = '';
  try {
    const result = await work((text) => (remark = text));
    const took = performance.now() - started;
    const time = took >= 100 ? dim(` ${(took / 1000).toFixed(1)} s`) : '';
    over(`${green('✓')} ${title}${remark ? dim(` (${remark})`) : ''}${time}`);
    return result;
  } catch (error) {
    over(`${red('✗')} ${title}`);
    throw error;
  }
}

/** An end that needs no stack: the sentence says what is wrong and the way out. */
export class Stop extends Error {}

export function end(error) {
  // What the operating system refuses (a folder of somebody else, a full disk) says it in its message.
  const plain = error instanceof Stop || error.syscall !== undefined;
  process.stderr.write(`\n${plain ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}
