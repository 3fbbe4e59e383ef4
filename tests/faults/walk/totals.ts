/** What a long walk says while it goes on. */
import { words } from '../scenario/timeline.ts';
import { figuresOf, type Figures, type Tried } from './trial.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en');

export class Totals {
  trials = 0;
  violations = 0;
  /** The harness failed, or a checker gave up. */
  undecided = 0;
  #sum: Figures = { faults: 0, moved: 0, acknowledged: 0, unknown: 0, refused: 0, lost: 0, kept: 0, masters: 0, twoMastersMs: 0, silentMs: 0 };

  /** What is to be said about it. */
  add(tried: Tried): string {
    this.trials += 1;
    if (tried.violated) this.violations += 1;
    else if (tried.problem !== null) this.undecided += 1;
    const { trial: { lab, options, scenario }, ran } = tried;
    const setup = `${lab}, ${'sharded' in options ? 'sharded, ' : ''}${options.copies} copies, ${options.provider}, ${options.durability}, lease ${options.leaseMs} ms, ${scenario.workload.name}`;
    const outcome = tried.violated ? 'VIOLATED' : tried.problem === null ? 'holds' : 'undecided';
    const head = `seed ${scenario.seed}: ${outcome} in ${number(tried.tookMs / 1_000)} s (${setup})`;
    if (ran === null) return `${head}\n  ${tried.problem!.split('\n').slice(0, 3).join('\n  ')}`;
    const figures = figuresOf(ran);
    this.#sum = { ...addUp(this.#sum, figures), silentMs: Math.max(this.#sum.silentMs, figures.silentMs) };
    const said = ran.verdicts.filter(({ valid }) => valid !== true).flatMap(({ checker, problems }) => problems.map((problem) => `\n  ${checker}: ${problem}`)).join('');
    return `${head}: ${ran.happened.map(({ fault }) => words(fault)).join('; ')}: ${say(figures)}${said}`;
  }

  line(): string {
    return `so far: ${this.trials} scenarios, ${say(this.#sum)}; ${this.violations} violations, ${this.undecided} undecided`;
  }
}

const addUp = (a: Figures, b: Figures): Figures => ({
  faults: a.faults + b.faults, moved: a.moved + b.moved, acknowledged: a.acknowledged + b.acknowledged, unknown: a.unknown + b.unknown, refused: a.refused + b.refused, lost: a.lost + b.lost, kept: a.kept + b.kept,
  masters: a.masters + b.masters, twoMastersMs: a.twoMastersMs + b.twoMastersMs, silentMs: a.silentMs + b.silentMs,
});

const say = ({ faults, moved, acknowledged, unknown, refused, lost, kept, masters, twoMastersMs, silentMs }: Figures): string =>
  `${number(faults)} faults, ${moved === 0 ? '' : `${number(moved)} buckets moved, `}${number(acknowledged)} acknowledged, ${number(unknown)} unknown, ${number(refused)} refused, ${number(lost)} lost, ${number(kept)} kept aside, ${number(masters)} times a master, two at once ${twoMastersMs.toFixed(1)} ms, longest silence ${number(silentMs)} ms`;
