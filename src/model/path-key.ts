/** What a case-insensitive, normalising disk makes of a path: two paths with equal keys are one file there. */
export const pathKey = (path: string): string =>
  path.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
