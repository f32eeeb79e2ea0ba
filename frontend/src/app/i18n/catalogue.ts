/** What another language has to say, given what English says: the same names, with texts of its own. */
export type Catalogue<English> = English extends string
  ? string
  : English extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof English]: Catalogue<English[Name]> };
