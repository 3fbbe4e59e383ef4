/** A bank: money moves between accounts and neither appears nor vanishes, so each reading of all accounts has the same sum. */
import { say, those, type History } from '../history/operation.ts';
import { verdict, type Verdict } from './verdict.ts';

export type Bank = { readonly accounts: readonly string[]; readonly total: number; readonly mayOwe: boolean };

export function checkBank(history: History, { accounts, total, mayOwe }: Bank): Verdict {
  const readings = those(history, 'balances').filter(({ outcome }) => outcome === 'ok');
  const problems = readings.flatMap((reading) => {
    const missing = accounts.filter((account) => !(account in reading.value));
    const alien = Object.keys(reading.value).filter((account) => !accounts.includes(account));
    const sum = Object.values(reading.value).reduce((left, right) => left + right, 0);
    const owing = mayOwe ? [] : Object.keys(reading.value).filter((account) => reading.value[account]! < 0);
    return [
      ...(missing.length > 0 ? [`accounts ${missing.join(', ')} are missing: ${say(reading)}`] : []),
      ...(alien.length > 0 ? [`accounts ${alien.join(', ')} are nobody's: ${say(reading)}`] : []),
      ...(sum === total ? [] : [`the sum is ${sum} and not ${total}: ${say(reading)}`]),
      ...(owing.length > 0 ? [`accounts ${owing.join(', ')} are below zero: ${say(reading)}`] : []),
    ];
  });
  return verdict('bank', problems, { readings: readings.length, transfers: those(history, 'transfer').length });
}
