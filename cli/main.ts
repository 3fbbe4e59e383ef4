import { CoterieError } from '~/contract/errors.ts';
import { exitCodeOf, type Shell } from './operation.ts';
import { CommanderError, programOf } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Entry of the command line client: the only place that touches the process. */

const version = '0.1.0';
const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
const shell: Shell = { terminal: processTerminal(), env: process.env, nowMs: Date.now, out: (text) => void process.stdout.write(text), colour };
const words = process.argv.slice(2);

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  const program = programOf(shell, { wanted: words.find((word) => !word.startsWith('-')), version });
  await program.command.parseAsync(process.argv);
  process.exitCode = program.exitCode();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof CoterieError) {
    process.stderr.write(`${error.message}\n${refusalsOf(error)}`);
    process.exitCode = exitCodeOf(error);
  } else {
    process.stderr.write(`A defect in coterie: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}

function refusalsOf(error: CoterieError): string {
  const refusals = error.data.refusals as { sentence: string; wayOut: string }[] | undefined;
  return (refusals ?? []).map(({ sentence, wayOut }) => `  ${sentence}\n  -> ${wayOut}\n`).join('');
}
