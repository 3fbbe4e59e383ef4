/**
 * Where the focus has been, newest last. Dialogs, drawers and menus come from each other and rows go away meanwhile,
 * so the place to go back to is not the one from which something was opened, but the newest that is still there.
 */
export class FocusTrail<Place> {
  readonly #places: Place[] = [];

  constructor(private readonly placesMax = 16) {}

  note(place: Place): void {
    const known = this.#places.indexOf(place);
    if (known >= 0) this.#places.splice(known, 1);
    this.#places.push(place);
    if (this.#places.length > this.placesMax) this.#places.shift();
  }

  /** `take` says whether the focus went there. The place that took it; null when none did. */
  back(take: (place: Place) => boolean): Place | null {
    return this.#places.toReversed().find(take) ?? null;
  }
}
