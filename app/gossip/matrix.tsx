'use client';
import { healthOfState, matrixRows, nameOf, rttText, type Cell, type Column, type Observer } from '~/app/lib/gossip.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import styles from './gossip.module.css';

/** Observers down, members across. Wide ones scroll in their own box. */
export function Matrix({ observers, columns }: { observers: readonly Observer[]; columns: readonly Column[] }) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Matrix of observers and members" data-testid="matrix">
      <table className={styles.matrix}>
        <caption className={styles.hidden}>How each observer sees each member</caption>
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>Observer</th>
            {columns.map(({ uuid, name }) => <th key={uuid} scope="col" title={name}><span>{name}</span></th>)}
          </tr>
        </thead>
        <tbody>
          {matrixRows(observers, columns).map(({ observer, cells }) => (
            <tr key={observer.uuid} data-observer={nameOf(observer)} data-heard={observer.heard}>
              <th scope="row" title={nameOf(observer)}><span>{nameOf(observer)}</span></th>
              {observer.heard ? (
                cells.map((cell, index) => <MatrixCell key={columns[index]!.uuid} cell={cell} from={nameOf(observer)} to={columns[index]!.name} />)
              ) : (
                <td colSpan={Math.max(1, columns.length)} className={styles.unheard}><span><HealthShapes.unknown size={14} /> <b>Not heard.</b> {observer.sentence}</span></td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MatrixCell({ cell, from, to }: { cell: Cell; from: string; to: string }) {
  switch (cell.kind) {
    case 'self':
      return <td className={styles.self} title={`${from} itself`}>self</td>;
    case 'absent':
      return <td className={styles.self} title={`${from} does not know ${to}`}>not known</td>;
    case 'seen': {
      const { state, rttMs, incarnation } = cell;
      const health = healthOfState[state];
      const Shape = HealthShapes[health];
      const trip = rttMs === null ? null : rttText(rttMs);
      return (
        <td data-member={to} data-state={state} title={`${from} sees ${to} as ${state}, incarnation ${incarnation}${trip === null ? ', round trip never measured' : `, round trip ${trip}`}`}>
          <span className={styles.cell} data-health={health}>
            <Shape size={13} />
            <span className="number">{state === 'alive' ? (trip ?? 'alive') : state}</span>
          </span>
        </td>
      );
    }
  }
}
