/** Who is here, and who one is oneself. */
export const people = {
  people: (count: number) => (count === 1 ? "1 person here" : `${count} people here`),
  peopleTitle: "Here now",
  you: "you",
  tabs: (count: number) => `${count} tabs`,
  jumpTo: (name: string) => `Go to where ${name} is`,
  me: (name: string) => `You: ${name}`,
  profileTitle: "How others see you",
  name: "Name",
  color: "Colour",
  colorName: (color: string) => `Colour ${color}`,
  profileFailed: "This could not be saved. Try again.",
};
