// Behind the buttons of the ribbon in WPS: opens the pane, and tells it which button was pressed.
const PANE = "xlperf_pane";
const WIDTH = 380;

function OnAddinLoad() {
  return true;
}

function OnAction(control) {
  const app = window.Application;
  app.PluginStorage.setItem("xlperf_asked", control.Id === "xlperfFinalize" ? "finalize" : "check");
  const pane = openPane(app) ?? newPane(app);
  pane.Visible = true;
  return true;
}

// The pane that is there; null where it was never opened, or went with its window.
function openPane(app) {
  const id = app.PluginStorage.getItem(PANE);
  try {
    return id ? app.GetTaskPane(Number(id)) ?? null : null;
  } catch {
    return null;
  }
}

function newPane(app) {
  const pane = app.CreateTaskPane(new URL("pane.html", location.href).href);
  app.PluginStorage.setItem(PANE, pane.ID);
  pane.Width = WIDTH;
  return pane;
}

function GetImage() {
  return "icon.png";
}
