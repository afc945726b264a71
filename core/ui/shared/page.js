// What every page needs of its document: the language that it speaks, and a history in which Back is of use.

export default ({ data }) => {
  document.documentElement.lang = data; // Streamlit always says "en"; screen readers and fonts go by it
  keepOneHistoryEntry();
};

// Streamlit adds a history entry for each change of the address, and does not undo the choice when one goes back to it:
// Back would change the address under a page that stays as it is. So Back leaves the page.
function keepOneHistoryEntry() {
  if (window.kagamiHistory) return;
  window.kagamiHistory = true;
  const push = history.pushState.bind(history);
  let [path, hash] = [location.pathname, location.hash];
  history.pushState = (state, title, url) => {
    if (url != null && new URL(url, location.href).pathname === location.pathname) history.replaceState(state, title, url);
    else push(state, title, url);
    [path, hash] = [location.pathname, location.hash];
  };
  // The entries from before this was there, as of a first run that leaves a default out of the address, are passed over.
  addEventListener("popstate", () => {
    const same = path === location.pathname && hash === location.hash;
    [path, hash] = [location.pathname, location.hash];
    if (same) history.back();
  });
}
