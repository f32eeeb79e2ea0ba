// Runs before the first paint, so that nobody who chose a theme sees the other one flash by.
try {
  const theme = localStorage.getItem("collabd.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the theme is that of the system.
}
