/** One thing that was looked at in what is served. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A check that held. */
export const passed = (name: string, detail: string): Check => ({ name, ok: true, detail });

/** A check that did not hold; `detail` says what was expected and what was found. */
export const failed = (name: string, detail: string): Check => ({ name, ok: false, detail });
