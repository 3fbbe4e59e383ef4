import { setFlagsFromString } from 'node:v8';

/**
 * Prisma compiles queries and runs migrations in WebAssembly. V8 would translate most of what runs at a start with its optimizing
 * compiler, which takes as much processor time as all the rest of the start; with ten times its usual budget (bytes that a function
 * has run) it does so only for what goes on running. Holds for modules that are made afterwards.
 */
export function optimizeWasmLate(): void {
  setFlagsFromString('--wasm-tiering-budget=18000000');
}
