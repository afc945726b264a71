// The tray outlives a reload in the tab's own storage. Python checks what comes back from there.
export default ({ data, setStateValue }) => {
  try {
    if (data.text !== null) sessionStorage.setItem("kagami-tray", data.text);
    else if (!window.kagamiTray && sessionStorage.getItem("kagami-tray")) {
      setStateValue("stored", sessionStorage.getItem("kagami-tray"));
    }
  } catch (error) {
    console.warn("The tray is not kept over a reload:", error); // storage is full, or not allowed
  }
  window.kagamiTray = true;
};
