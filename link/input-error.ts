import * as z from 'zod';
import { CoterieError, problemOf, type Problem } from '~/contract/errors.ts';

const issuesMax = 10;

/** What zod found wrong, as one sentence a person can act on and a list a form can use. Values are never repeated: they may be secret. */
export function inputError(error: z.core.$ZodError): CoterieError {
  const issues = error.issues.slice(0, issuesMax).map(({ path, message }) => ({ field: path.map(String).join('.'), message }));
  const more = error.issues.length > issuesMax ? `; and ${error.issues.length - issuesMax} more` : '';
  const sentence = issues.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
  return new CoterieError('BAD_INPUT', `${sentence}${more}`, { issues });
}

/** What is told of anything that was thrown, an input that zod refused among it. */
export const problemIn = (error: unknown): Problem => problemOf(error instanceof z.ZodError ? inputError(error) : error);
