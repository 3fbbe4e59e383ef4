import { selection } from '~/tests/faults/walk/selection.ts';
import { tried } from '../support/tried-faults.ts';

/** Every class of faults that the master of three copies can meet, with a stateboard. `npm run faults` goes on from here at random. */
tried(selection.masters);
