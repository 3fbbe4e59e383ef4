import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { RouterRow } from '~/contract/shapes/router-view.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { routerRows, type RoutersInput } from '~/core/standing/routers.ts';
import type { Report } from '~/core/view/report.ts';
import { Followed } from './failover/followed.ts';

/** Routers as the reports tell of them, for those who look and for those who watch. */
export type RoutersComponents = { readonly name: string; readonly config: () => ClusterConfig | null; readonly reports: () => ReadonlyMap<string, Report>; readonly now: () => number };

export class Routers {
  readonly followed: Followed<RouterRow[]>;
  readonly #components: RoutersComponents;

  constructor(components: RoutersComponents, { boot }: { readonly boot: string }) {
    this.#components = components;
    this.followed = new Followed({ look: async () => routerRows(this.input()), now: components.now, boot, size: (rows) => rows.length });
  }

  input(): RoutersInput {
    const { name, config, reports, now } = this.#components;
    return { config: config() ?? emptyConfig(name), reports: reports(), now: now() };
  }

  end(): void {
    this.followed.end();
  }
}
