// The web app's catalogue names a type of a Svelte module; this is the one rune in there.
declare function $state<T>(initial: T): T;
