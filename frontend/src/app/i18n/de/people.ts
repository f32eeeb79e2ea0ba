import type { Catalogue } from "../catalogue.ts";
import type { people as en } from "../en/people.ts";

export const people: Catalogue<typeof en> = {
  people: (count) => (count === 1 ? "1 Person hier" : `${count} Personen hier`),
  peopleTitle: "Gerade hier",
  you: "Sie",
  tabs: (count) => `${count} Tabs`,
  notInText: "nicht im Text",
  idle: "untätig",
  follow: (name) => `${name} folgen`,
  following: (name) => `Sie folgen ${name}`,
  followStop: "Beenden",
  followEnded: "Sie folgen niemandem mehr",
  joined: (name, others) =>
    others === 0
      ? `${name} ist jetzt hier`
      : `${name} und ${others === 1 ? "eine weitere Person" : `${others} weitere`} sind jetzt hier`,
  left: (name, others) =>
    others === 0
      ? `${name} ist gegangen`
      : `${name} und ${others === 1 ? "eine weitere Person" : `${others} weitere`} sind gegangen`,
  jumpTo: (name) => `Dorthin, wo ${name} ist`,
  me: (name) => `Sie: ${name}`,
  profileTitle: "So sehen andere Sie",
  name: "Name",
  color: "Farbe",
  colorName: (color) => `Farbe ${color}`,
  profileFailed: "Das konnte nicht gespeichert werden. Versuchen Sie es noch einmal.",
};
