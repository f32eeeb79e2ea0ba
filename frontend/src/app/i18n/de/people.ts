import type { Catalogue } from "../catalogue.ts";
import type { people as en } from "../en/people.ts";

export const people: Catalogue<typeof en> = {
  people: (count) => (count === 1 ? "1 Person hier" : `${count} Personen hier`),
  peopleTitle: "Gerade hier",
  you: "Sie",
  tabs: (count) => `${count} Tabs`,
  jumpTo: (name) => `Dorthin, wo ${name} ist`,
  me: (name) => `Sie: ${name}`,
  profileTitle: "So sehen andere Sie",
  name: "Name",
  color: "Farbe",
  colorName: (color) => `Farbe ${color}`,
  profileFailed: "Das konnte nicht gespeichert werden. Versuchen Sie es noch einmal.",
};
