/** `31.0 %`: a part of the users, from 0 to 1. */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `1,240,000`: a count of devices. */
export const formatCount = (number: number): string =>
  String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
