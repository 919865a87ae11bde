/** `41.5 %`: a part of the users, from 0 to 1. `30 %` has no zero behind the point; what would read as nothing is `<0.1 %`. */
export function formatShare(share: number): string {
  const percent = Number((share * 100).toFixed(1));
  return percent === 0 && share > 0 ? '<0.1 %' : `${percent} %`;
}

/** `1,240,000`: a count of devices. */
export const formatCount = (number: number): string =>
  String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
