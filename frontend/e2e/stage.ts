import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { launch, Person } from "./people.ts";
import { Server } from "./server.ts";

/** What a test of a file works with; the browser is shared, the server and the people are its own. */
export interface Stage {
  server: Server;
  /** A new person; who they are and what they stored is theirs alone. */
  person(options?: BrowserContextOptions): Promise<Person>;
}

/**
 * Sets up a stage for each test of a file. When a test ends nobody may have anything to complain of: no error on a
 * console, no violation of the content security policy, no request to another host.
 */
export function useStage(): Stage {
  let browser: Browser;
  let people: Person[] = [];
  const stage = {
    person: async (options?: BrowserContextOptions) => {
      const person = await Person.enter(browser, options);
      people.push(person);
      return person;
    },
  } as Stage;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    stage.server = await Server.start();
  });
  afterEach(async () => {
    const complaints = people.flatMap((person) => person.complaints);
    await Promise.all(people.map((person) => person.leave()));
    people = [];
    await stage.server.stop();
    expect(complaints).toEqual([]);
  });
  return stage;
}
