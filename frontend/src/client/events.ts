/** Listeners by event. They are called in the order in which they came. */
export class Events<Map extends object> {
  #listeners: { [Name in keyof Map]?: Set<(value: Map[Name]) => void> } = {};

  /** Calls `listener` at each such event; the result ends that. */
  on<Name extends keyof Map>(name: Name, listener: (value: Map[Name]) => void): () => void {
    const listeners = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof Map>(name: Name, value: Map[Name]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) listener(value);
  }
}
