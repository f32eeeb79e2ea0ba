/**
 * What build.mjs puts in: the id of this build, by the hash of all its files, and the addresses under /assets/ of all
 * that a page of it may load.
 */
declare const COLLABD_BUILD: string;
declare const COLLABD_ASSETS: readonly string[];

/** The id of the build that this worker belongs to. */
export const build: string = COLLABD_BUILD;

/** The addresses of its assets, each of which changes with its content. */
export const assets: readonly string[] = COLLABD_ASSETS;
