/** `41.5 %`, without a zero behind the point; a share that would read as nothing is `<0.1 %`. */
export function percent(share: number): string {
  const value = Number((share * 100).toFixed(1));
  return value === 0 && share > 0 ? '<0.1 %' : `${value} %`;
}
