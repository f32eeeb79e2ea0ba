const parameter = "rev";

/** The revision that an address names; undefined when it names none. */
export function revisionOf(address: string): number | undefined {
  const value = new URL(address).searchParams.get(parameter);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The address of this page with a revision, or without one. */
export function addressWith(revision: number | undefined): string {
  const url = new URL(location.href);
  if (revision === undefined) url.searchParams.delete(parameter);
  else url.searchParams.set(parameter, String(revision));
  return url.href;
}
