import type { Event } from '~/contract/shapes/view.ts';

/** An event before the database has given it its number. */
export type EventDraft = Omit<Event, 'id'>;
