/** Who is here, and who one is oneself. */
export const people = {
  people: (count: number) => (count === 1 ? "1 person here" : `${count} people here`),
  peopleTitle: "Here now",
  you: "you",
  tabs: (count: number) => `${count} tabs`,
  notInText: "not in the text",
  idle: "idle",
  follow: (name: string) => `Follow ${name}`,
  following: (name: string) => `Following ${name}`,
  followStop: "Stop",
  followEnded: "Not following any more",
  joined: (name: string, others: number) =>
    others === 0
      ? `${name} joined`
      : others === 1
        ? `${name} and 1 other joined`
        : `${name} and ${others} others joined`,
  left: (name: string, others: number) =>
    others === 0 ? `${name} left` : others === 1 ? `${name} and 1 other left` : `${name} and ${others} others left`,
  jumpTo: (name: string) => `Go to where ${name} is`,
  me: (name: string) => `You: ${name}`,
  profileTitle: "How others see you",
  name: "Name",
  color: "Colour",
  colorName: (color: string) => `Colour ${color}`,
  profileFailed: "This could not be saved. Try again.",
};
