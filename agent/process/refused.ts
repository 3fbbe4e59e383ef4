import type { CoterieError } from '~/contract/errors.ts';
import { DatabaseError } from './control.ts';

/** What the database refuses is no defect of ours: `asError` makes of its words what whoever asked reads. */
export async function orRefused<T>(answer: Promise<T>, asError: (message: string) => CoterieError): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof DatabaseError ? asError(error.message) : error;
  }
}

/** `WRONG_EPOCH {"epoch":7}: sentence`, as lua/lease/refusal.lua says no: people read the sentence. */
export const sentenceOf = (message: string): string => message.replace(/^[A-Z_]+ \{.*?\}: /, '');
